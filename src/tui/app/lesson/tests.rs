use std::fs;

use super::check_acts;
use crate::lesson::{Lesson, names};

#[test]
fn commands_and_keys_of_a_lesson_are_checked_before_it_starts() {
    for name in names() {
        let lesson = Lesson::open(name).expect(name);
        assert_eq!(check_acts(&lesson), Ok(()), "{name}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lesson.toml");
    let problem_of = |act: &str, shown: &str| {
        let text = format!(
            "table = \"iris\"\noptions = \"\"\ntitle = {{ en = \"T\", zh = \"题\" }}\n\
             formula = {{ en = \"f\", zh = \"f\" }}\n[[steps]]\nen = \"a\"\nzh = \"甲\"\n\
             [[steps]]\ndo = ['{act}']\nen = \"b\"\nzh = \"{shown}\"\n"
        );
        fs::write(&path, text).expect("written");
        let lesson = Lesson::open(path.to_str().expect("UTF-8")).expect(act);
        check_acts(&lesson).expect_err(act)
    };
    for (act, problem) in [
        (":view nosuch", "view takes one of overview, network"),
        (":viw data", "unknown command \"viw\"; did you mean"),
        (":lr -1", "lr takes a number above 0"),
        (":restart now", "restart takes no argument"),
        (":row 0", "row takes a number of at least 1, not \"0\""),
        (":set w[1] 2", "set takes a number, or a weight or bias"),
        (":step 3 miles", "step takes a number and one of phase"),
        ("pgdn", "there is no key called \"pgdn\""),
    ] {
        let found = problem_of(act, "乙");
        assert!(found.starts_with(&format!("step 2: {problem}")), "{found}");
    }
    let found = problem_of(":xyzzy", "乙");
    assert_eq!(found, "step 2: unknown command \"xyzzy\"");
    let found = problem_of("e", "按 {key pgdn}");
    assert_eq!(found, "step 2: there is no key called \"pgdn\"");
}
