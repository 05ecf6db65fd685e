use super::*;

fn labels(cells: &[&str]) -> Result<(Vec<String>, Vec<u32>), DataProblem> {
    let mut labels = ClassEncoder::default();
    for cell in cells {
        labels.push(cell);
    }
    labels.finish()
}

#[test]
fn text_stays_in_the_order_of_the_file() {
    let (names, classes) = labels(&["b", "a", " b ", "b", "a"]).expect("labels");
    assert_eq!(names, ["b", "a"]);
    assert_eq!(classes, [0, 1, 0, 0, 1]);
}

#[test]
fn whole_numbers_are_put_in_order() {
    let cells = ["10", "9", "-1", "9", "10", "-1"];
    let (names, classes) = labels(&cells).expect("labels");
    assert_eq!(names, ["-1", "9", "10"]);
    assert_eq!(classes, [2, 1, 0, 1, 2, 0]);
}

#[test]
fn different_texts_are_different_classes() {
    let (names, classes) = labels(&["1.0", "1", "0", "1"]).expect_err("3 of 4").pair();
    assert_eq!((names, classes), (3, 4));
    let cells = ["1.0", "1", "0", "1", "0", "0"];
    let (names, _) = labels(&cells).expect("labels");
    assert_eq!(names, ["0", "1.0", "1"]);
}

#[test]
fn what_has_many_values_is_no_label() {
    let cells: Vec<String> = (0..2002).map(|i| format!("{}", i % 1001)).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    assert_eq!(labels(&cells).expect_err("many").pair(), (1001, 2002));
}

#[test]
fn classes_without_rows_are_forgotten() {
    let mut all = ClassEncoder::default();
    ["a", "b", "c", "a"].iter().for_each(|cell| all.push(cell));
    all.swap_remove(1);
    let (names, classes) = all.finish().expect("labels");
    assert_eq!((names.concat(), classes), ("ac".into(), vec![0, 0, 1]));
}

#[test]
fn two_classes_of_few_rows_are_allowed() {
    assert!(labels(&["a", "b"]).is_ok());
    assert!(labels(&["0", "1", "1", "0"]).is_ok());
    let class = "a".to_owned();
    assert_eq!(labels(&["a", "a"]), Err(DataProblem::SingleClass { class }));
}

impl DataProblem {
    fn pair(&self) -> (usize, usize) {
        match *self {
            Self::TooManyClasses { classes, rows } => (classes, rows),
            _ => panic!("{self}"),
        }
    }
}
