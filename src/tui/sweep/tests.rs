use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::*;
use crate::tui::theme::{Depth, Theme};
use crate::util::lang::{Lang, set_current};

fn table() -> Arc<SweepTable> {
    let values = [("0.1", "4"), ("0.1", "8"), ("0.01", "4"), ("0.01", "8")];
    Arc::new(SweepTable {
        settings: vec!["lr", "hidden"],
        values: values
            .map(|(lr, hidden)| vec![lr.to_owned(), hidden.to_owned()])
            .to_vec(),
        has_folds: false,
        has_rounds: false,
        is_number: false,
        identity: String::new(),
    })
}

/// A sweep of four combinations with two seeds, of which the last training goes on.
fn board() -> Board {
    let command = |values: &Vec<String>| {
        let [lr, hidden] = &values[..] else {
            return String::new();
        };
        format!("nn-tui iris --headless --lr {lr} --hidden {hidden}")
    };
    let commands = table().values.iter().map(command).collect();
    let mut board = Board::new(
        (table(), commands),
        "iris".into(),
        (8, 2),
        KeyMap::default(),
    );
    for combination in 0..4 {
        for seed in 0..2 {
            let planned = Planned {
                combination,
                id: crate::train::TrialId { seed, fold: None },
                epochs: None,
            };
            for epoch in 1..=20 {
                board.add_epoch(&planned, epoch, 1.0 / (epoch as f64 + combination as f64));
            }
            if (combination, seed) != (3, 1) {
                let outcome = TrainingResult {
                    epoch: 16 + 2 * seed,
                    loss: 0.1 + 0.1 * combination as f64,
                    score: 0.99 - 0.02 * combination as f64 - 0.01 * seed as f64,
                    seconds: 1.0,
                };
                board.add(&Swept {
                    planned,
                    outcome,
                    is_new: true,
                });
            }
        }
    }
    board
}

fn drawn(board: &Board, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    render(area, &mut buf, board, Theme::new(Depth::None));
    let line = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| line(y) + "\n").collect()
}

/// Presses keys. Returns whether the last of them closes the screen.
fn press(board: &mut Board, keys: &str) -> bool {
    let mut effects = Vec::new();
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '↓' => KeyCode::Down,
            key => KeyCode::Char(key),
        };
        effects = board.update(Msg::Key(code.into()));
    }
    matches!(effects[..], [Effect::Quit { code: 0 }])
}

#[test]
fn the_table_as_it_looks() {
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        set_current(lang);
        for (width, height) in [(80, 24), (120, 36)] {
            let screen = drawn(&board(), width, height);
            insta::assert_snapshot!(format!("sweep_{name}_{width}x{height}"), screen);
        }
    }
    set_current(Lang::En);
}

#[test]
fn the_best_command_line_is_shown_once_all_are_done() {
    let mut board = board();
    let command = "nn-tui iris --headless --lr 0.1 --hidden 8";
    assert!(!drawn(&board, 200, 60).contains(command));
    board.update(Msg::Sweep(Progress::Done(Some(1))));
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let screen = drawn(&board, width, height);
        assert!(screen.contains(command), "{screen}");
        assert!(
            screen.contains("lr") && screen.contains("Mean accuracy by setting"),
            "{screen}"
        );
    }
    // The curves have what the table leaves.
    let screen = drawn(&board, 200, 60);
    let empty = screen
        .lines()
        .filter(|line| line.trim_matches(['│', ' ', '\n']).is_empty());
    assert!(empty.count() < 12, "{screen}");
}

#[test]
fn rows_are_means_with_their_errors_in_the_order_that_is_asked_for() {
    let mut board = board();
    let labels = |board: &Board| -> Vec<String> {
        board.rows().iter().map(|row| board.label(row)).collect()
    };
    let best = &board.rows()[0];
    assert!((best.score - 0.985).abs() < 1e-12 && (best.error - 0.005).abs() < 1e-12);
    assert_eq!((best.count, board.rows()[3].count), ((2, 2), (1, 2)));
    // The mean of 16 and 18, and how far the one is that goes on.
    assert_eq!([best.epoch, board.rows()[3].epoch], [17, 20]);
    assert_eq!(labels(&board)[0], "lr 0.1  hidden 4");
    press(&mut board, "\t");
    assert_eq!(board.rows().len(), 8);
    assert_eq!(labels(&board)[0], "lr 0.1  hidden 4  seed 0");
    press(&mut board, "/hidden 8\n");
    assert_eq!(board.rows().len(), 4);
    press(&mut board, "s");
    assert_eq!(board.sort, Sort::Loss);
    assert!(!press(&mut board, "/q\n"));
    assert!(press(&mut board, "q"));
    let effects = table().effects(&board.standings());
    assert_eq!(effects[0].setting, "lr");
    assert!(effects[0].spread() > effects[1].spread());
}

#[test]
fn the_filter_is_edited_like_other_lines() {
    let mut board = board();
    press(&mut board, "/idden 8 of");
    let control_w = KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL);
    for key in [control_w, KeyCode::Home.into(), KeyCode::Char('h').into()] {
        board.update(Msg::Key(key));
    }
    board.update(Msg::Text("\n".into()));
    assert_eq!(board.keys.filter.text(), "hidden 8 ");
    let footer = drawn(&board, 80, 24);
    assert!(footer.contains("filter: hidden 8"), "{footer}");
    board.update(Msg::Key(KeyCode::Esc.into()));
    assert_eq!(board.rows().len(), 4);
}

#[test]
fn it_is_drawn_at_any_size() {
    let empty = Board::new(
        (table(), Vec::new()),
        String::new(),
        (8, 2),
        KeyMap::default(),
    );
    let full = board();
    for width in (0..140).step_by(7) {
        for height in 0..40 {
            drawn(&empty, width, height);
            drawn(&full, width, height);
        }
    }
}
