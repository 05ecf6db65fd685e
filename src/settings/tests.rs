use super::*;
use crate::train::Limits;

fn edited(name: &str, value: &str) -> Option<Choices> {
    let mut choices = Choices::default();
    let setting = Setting::named(name).expect(name);
    (setting.parse)(value)?.apply(&mut choices);
    Some(choices)
}

#[test]
fn values_are_parsed_and_shown_as_they_are_typed() {
    for (name, value) in [
        ("hidden", "8,4"),
        ("hidden", "none"),
        ("activation", "tanh"),
        ("output", "softmax"),
        ("loss", "quadratic"),
        ("init", "he"),
        ("optimizer", "sgd"),
        ("optimizer", "momentum 0.5"),
        ("momentum", "0.5"),
        ("lr", "0.03"),
        ("lr", "1e-5"),
        ("l2", "0"),
        ("batch", "32"),
        ("epochs", "20"),
        ("epochs", "none"),
        ("schedule", "cosine"),
        ("schedule", "step 20 0.5"),
        ("warm-up", "3"),
        ("clip", "0.5"),
        ("clip", "none"),
        ("dropout", "0.25"),
        ("label-smoothing", "0.1"),
        ("patience", "5"),
        ("patience", "none"),
        ("time-limit", "30s"),
        ("time-limit", "none"),
        ("seed", "7"),
        ("pace", "full"),
        ("pace", "2.5"),
    ] {
        let choices = edited(name, value).expect(value);
        let setting = Setting::named(name).expect(name);
        assert_eq!((setting.value)(&choices), value, "{name}");
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for (name, bad) in [
        ("hidden", "0"),
        ("hidden", "8,,8"),
        ("activation", "step"),
        ("output", ""),
        ("loss", "mse"),
        ("init", "zero"),
        ("optimizer", "none"),
        ("optimizer", "momentum 1"),
        ("optimizer", "momentum x"),
        ("optimizer", "sgd 0.9"),
        ("momentum", "1"),
        ("momentum", "none"),
        ("lr", "-1"),
        ("lr", "0"),
        ("lr", "nan"),
        ("lr", "inf"),
        ("lr", "1e99"),
        ("lr", "1e-99"),
        ("lr", "1 2"),
        ("l2", "-1"),
        ("l2", ""),
        ("batch", "0"),
        ("batch", "1.5"),
        ("epochs", "-1"),
        ("schedule", "linear"),
        ("schedule", "step 20 2"),
        ("warm-up", "-1"),
        ("clip", "0"),
        ("dropout", "1"),
        ("label-smoothing", "-0.1"),
        ("patience", "0"),
        ("time-limit", "30"),
        ("time-limit", "0s"),
        ("seed", "-1"),
        ("pace", "0"),
        ("pace", "-1"),
        ("pace", "nan"),
        ("pace", "inf"),
        ("pace", "fast"),
    ] {
        assert!(edited(name, bad).is_none(), "{name} {bad}");
    }
}

#[test]
fn every_value_with_a_name_can_be_reached_by_steps() {
    let facts = Facts {
        training_rows: 100,
        epochs_per_second: f64::NAN,
    };
    for setting in SETTINGS {
        let mut choices = Choices {
            limits: Limits::epochs(Some(100)),
            output: Some(crate::nn::Output::Softmax),
            loss: Some(crate::nn::Loss::CrossEntropy),
            ..Choices::default()
        };
        let words = (setting.words)();
        let mut seen = Vec::new();
        for _ in 0..20 {
            (setting.step)(&mut choices, Direction::Up, &facts);
            seen.push((setting.value)(&choices));
        }
        let is_special = [
            "hidden",
            "init",
            "epochs",
            "patience",
            "time-limit",
            "clip",
            "pace",
        ]
        .contains(&setting.name);
        for word in words
            .into_iter()
            .filter(|&word| !is_special && word != "auto")
        {
            assert!(
                seen.iter()
                    .any(|value| value.split(' ').next() == Some(word)),
                "{word}: {seen:?}"
            );
        }
    }
}

#[test]
fn typed_commands_become_flags() {
    let message = "column \"a\": it takes :output linear (:loss huber), not :x or 1:lr";
    let expected = "column \"a\": it takes --output linear (--loss huber), not :x or 1:lr";
    assert_eq!(with_flags(message), expected);
}

#[test]
fn help_names_the_default() {
    for setting in SETTINGS {
        assert!(!setting.help.is_empty() && !(setting.default)().is_empty());
        assert!(setting.flag_help().starts_with(char::is_uppercase));
        assert!((setting.parse)("\u{1b}").is_none(), "{setting:?}");
        assert!(!(setting.expected)("").is_empty());
    }
    assert_eq!(
        Setting::named("batch").unwrap().command_help(),
        "mini-batch size (restarts the current epoch)"
    );
}
