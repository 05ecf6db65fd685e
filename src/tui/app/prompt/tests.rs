use super::*;

fn press(prompt: &mut Prompt, code: KeyCode) -> PromptEvent {
    prompt.on_key(&KeyEvent::new(code, KeyModifiers::NONE))
}

fn press_control(prompt: &mut Prompt, letter: char) {
    prompt.on_key(&KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
}

#[test]
fn a_selected_text_is_replaced_or_edited() {
    let selected = || Prompt::selected("0.01");
    let mut prompt = selected();
    press(&mut prompt, KeyCode::Char('5'));
    assert_eq!(prompt.text(), "5");
    let mut prompt = selected();
    press(&mut prompt, KeyCode::End);
    press(&mut prompt, KeyCode::Char('5'));
    assert_eq!(prompt.text(), "0.015");
    for erase in [KeyCode::Backspace, KeyCode::Delete] {
        let mut prompt = selected();
        press(&mut prompt, erase);
        assert_eq!(prompt.text(), "");
    }
    let mut prompt = selected();
    prompt.insert("7");
    assert_eq!(prompt.text(), "7");
}

#[test]
fn a_line_is_edited() {
    let mut prompt = Prompt::new("iris.json");
    for _ in 0..5 {
        press(&mut prompt, KeyCode::Left);
    }
    press(&mut prompt, KeyCode::Char('2'));
    press(&mut prompt, KeyCode::Char('ä'));
    press(&mut prompt, KeyCode::Backspace);
    assert_eq!(
        press(&mut prompt, KeyCode::Enter),
        PromptEvent::Submitted("iris2.json".into())
    );
    press_control(&mut prompt, 'u');
    assert_eq!(prompt.split_at_cursor(), ("", ".json"));
    press(&mut prompt, KeyCode::End);
    press_control(&mut prompt, 'w');
    prompt.insert("a\x1b\nb");
    assert_eq!(prompt.split_at_cursor(), (".ab", ""));
    press_control(&mut prompt, 'a');
    assert_eq!(prompt.split_at_cursor(), ("", ".ab"));
    press_control(&mut prompt, 'e');
    assert_eq!(prompt.split_at_cursor(), (".ab", ""));
    assert_eq!(press(&mut prompt, KeyCode::Esc), PromptEvent::Cancelled);
}

#[test]
fn a_letter_with_its_marks_is_one_step() {
    let mut prompt = Prompt::new("");
    for c in "宽e\u{301}x".chars() {
        press(&mut prompt, KeyCode::Char(c));
    }
    press(&mut prompt, KeyCode::Left);
    press(&mut prompt, KeyCode::Left);
    assert_eq!(prompt.split_at_cursor(), ("宽", "e\u{301}x"));
    press(&mut prompt, KeyCode::Delete);
    assert_eq!(prompt.text(), "宽x");
    press(&mut prompt, KeyCode::Backspace);
    assert_eq!(prompt.text(), "x");
}
