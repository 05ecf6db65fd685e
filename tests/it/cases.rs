//! Small tables that are easily misread, and the right outcome for each (`tests/data/cases`).

use nn_tui::data::{Preprocessing, Source, load, prepare, read_for_prediction};
use nn_tui::error::EXIT_BAD_DATA;

fn source(name: &str) -> Source {
    Source::parse(format!("tests/data/cases/{name}"))
}

#[test]
fn an_unclosed_quote_is_refused_in_training_and_prediction() {
    let expected = "line 102: the quote that opens on this line is never closed";
    let file = source("openquote_note.csv");
    let error = load(&file, None).expect_err("refused");
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(error.exit_code(), EXIT_BAD_DATA);
    let wanted = iris_preprocessing();
    let error = read_for_prediction(&file, &wanted).expect_err("refused");
    assert!(error.to_string().ends_with(expected), "{error}");
}

fn iris_preprocessing() -> Preprocessing {
    let iris = load(&Source::parse("iris"), None).expect("loads");
    let prepared = prepare(&iris, 0.2, 1).expect("prepared");
    (*prepared.preprocessing).clone()
}
