//! What can be found out before a training: `--find-lr` and `--preflight`.

use super::*;

#[test]
fn a_learning_rate_is_suggested() {
    let text = stdout(&succeed("iris --find-lr --optimizer sgd", &[]));
    let last = text.lines().last().expect("lines");
    let rate = last
        .strip_prefix("suggestion: --lr ")
        .expect("a suggestion");
    let rate: f64 = rate.parse().expect("a number");
    assert!((1e-3..=1.0).contains(&rate), "{text}");
    assert!(text.lines().count() > 20, "{text}");
    let events = events(&stdout(&succeed(
        "iris --find-lr --optimizer sgd --json",
        &[],
    )));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["event"], "rates");
    assert_eq!(events[0]["suggestion"].as_f64(), Some(rate));
    assert!(
        events[0]["points"]
            .as_array()
            .is_some_and(|points| points.len() > 100)
    );
}

#[test]
fn four_checks_pass_or_fail() {
    let text = stdout(&succeed("iris --preflight", &[]));
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(
        text.lines().all(|line| line.starts_with("pass  ")),
        "{text}"
    );
    assert!(text.contains("equal outputs have 1.0986"), "{text}");
    let output = run(
        "digits --preflight --json --hidden 64 --init normal --activation sigmoid",
        &[],
    );
    assert_eq!(output.status.code(), Some(1));
    let events = events(&stdout(&output));
    let checks: Vec<&str> = events
        .iter()
        .filter_map(|event| event["check"].as_str())
        .collect();
    assert_eq!(
        checks,
        ["initial loss", "gradients", "memorise", "shuffled labels"]
    );
    assert_eq!(events[0]["passed"], false);
    let expected = events[0]["expected"].as_f64().expect("a number");
    assert!((expected - 10f64.ln()).abs() < 1e-6);
    let text = stdout(&succeed("sine --preflight", &[]));
    assert!(text.contains("predicting the mean has 0.5000"), "{text}");
}
