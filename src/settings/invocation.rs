//! Command lines of runs, which reproduce them without a screen.

use super::timed_changes::texts;
use super::{Choices, Edit, SETTINGS, Setting, TableShape};
use crate::nn::LoggedChange;
use crate::train::{Limits, Pace, Plan};

/// Command line of a run: all but the settings.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Data and options, without those of settings and of the screen.
    pub words: Vec<String>,
    /// Choices that these options make.
    pub choices: Choices,
    /// Size of the table; known once it is loaded.
    pub table: Option<TableShape>,
}

impl Invocation {
    /// Returns the command that repeats a training without a screen: one that starts with `plan` and ends after
    /// `limits`, with the changes of `log`. `None` if no command does.
    pub(crate) fn command_for(
        &self,
        plan: &Plan,
        log: &[LoggedChange],
        limits: Limits,
    ) -> Option<String> {
        let table = self.table?;
        let wanted = Choices::of(plan, limits, Pace::Full);
        let mut choices = Choices {
            limits,
            pace: Some(Pace::Full),
            ..self.choices.clone()
        };
        let mut given: Vec<(&Setting, Edit)> = Vec::new();
        let made = loop {
            let made = choices.plan(table).ok();
            // Choices that do not go together, as while one of them is missing, are made one by one.
            let now = made.as_ref().map_or_else(
                || choices.clone(),
                |plan| Choices::of(plan, limits, Pace::Full),
            );
            let missing = differing(&[&now, &wanted])
                .into_iter()
                .find(|setting| given.iter().all(|(other, _)| other != setting));
            let Some(setting) = missing else { break made };
            let edit = (setting.parse)(&(setting.value)(&wanted))?;
            edit.apply(&mut choices);
            given.push((setting, edit));
        };
        if made.as_ref() != Some(plan) {
            return None;
        }
        let mut words = vec!["nn-tui".to_owned()];
        words.extend(self.words.iter().cloned());
        for setting in SETTINGS {
            if given.iter().any(|(other, _)| *other == setting) {
                words.push(format!("--{}", setting.name));
                words.push((setting.value)(&wanted));
            }
        }
        let mut option = |name: &str, value: Option<u64>| {
            words.extend(
                value
                    .into_iter()
                    .flat_map(|value| [name.to_owned(), value.to_string()]),
            );
        };
        option("--epochs", limits.epochs);
        option("--patience", limits.patience);
        for change in texts(log, plan, limits, table)? {
            words.extend(["--at".to_owned(), change]);
        }
        words.push("--headless".into());
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        Some(words.join(" "))
    }
}

/// Returns the settings of a plan that are not the same in all of `choices`.
pub(crate) fn differing(choices: &[&Choices]) -> Vec<&'static Setting> {
    let is_of_plan = |setting: &&Setting| setting.is_live() || setting.restarts;
    // The optimizer has its momentum among its constants.
    let settings = SETTINGS.into_iter().filter(is_of_plan);
    let settings = settings.filter(|setting| setting.name != "momentum");
    let differs = |setting: &&Setting| {
        let mut values = choices.iter().map(|choices| (setting.value)(choices));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    settings.filter(differs).collect()
}

/// Quotes a word for a POSIX shell, if it needs that.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Change;
    use crate::settings::{TimedChange, changes};

    const TABLE: TableShape = TableShape {
        inputs: 4,
        rows: 150,
        is_number: false,
    };

    fn edited(edits: &[(&str, &str)]) -> Plan {
        let mut choices = Choices::default();
        choices.limits.epochs = Some(30);
        for (name, value) in edits {
            let setting = Setting::named(name).expect(name);
            (setting.parse)(value).expect(value).apply(&mut choices);
        }
        choices.plan(TABLE).expect("sound")
    }

    fn command(plan: &Plan, log: &[LoggedChange]) -> Option<String> {
        let line = Invocation {
            words: vec!["my data.csv".into()],
            choices: Choices::default(),
            table: Some(TABLE),
        };
        line.command_for(plan, log, Limits::epochs(Some(30)))
    }

    #[test]
    fn a_command_has_the_settings_that_differ() {
        for (edits, expected) in [
            (&[][..], ""),
            (&[("lr", "0.5")], "--lr 0.5 "),
            (
                &[("hidden", "none"), ("seed", "7")],
                "--hidden none --seed 7 ",
            ),
            (
                &[("schedule", "cosine"), ("batch", "4")],
                "--schedule cosine --batch 4 ",
            ),
            (
                &[("optimizer", "momentum 0.5")],
                "--optimizer 'momentum 0.5' ",
            ),
            (&[("loss", "quadratic")], "--output sigmoid "),
        ] {
            let expected = format!("nn-tui 'my data.csv' {expected}--epochs 30 --headless");
            assert_eq!(command(&edited(edits), &[]), Some(expected));
        }
        // The rate that the program chooses goes with the optimizer.
        let plan = edited(&[("optimizer", "sgd"), ("lr", "0.01")]);
        let found = command(&plan, &[]).expect("a command");
        assert!(found.contains("--optimizer sgd --lr 0.01"), "{found}");
    }

    #[test]
    fn the_changes_of_a_run_are_options_of_its_command() {
        let plan = edited(&[]);
        let typed = [
            "12 lr 0.5",
            "20 set w1[1,1]=0.25",
            "20 hidden 3,2",
            "31 dropout 0.1",
            "31 undo",
            "40 optimizer momentum 0.5",
            "41 loss quadratic",
            "50 freeze b1[1]",
            "51 mute a1[2]",
            "52 recover 0.01",
            "60 schedule step 20 0.5",
            "61 undo",
        ];
        let parsed: Vec<TimedChange> = typed.iter().map(|text| text.parse().expect(text)).collect();
        let limits = Limits::epochs(Some(30));
        let log = changes(&parsed, &plan, limits, TABLE).expect("possible");
        assert!(matches!(log[2].change, Change::Network { .. }));
        let again = texts(&log, &plan, limits, TABLE).expect("texts");
        let again: Vec<TimedChange> = again.iter().map(|text| text.parse().expect(text)).collect();
        assert_eq!(changes(&again, &plan, limits, TABLE), Ok(log.clone()));
        let found = command(&plan, &log[..2]).expect("a command");
        assert!(
            found.contains("--at '12 lr 0.5' --at '20 set w1[1,1]=0.25'"),
            "{found}"
        );
        for wrong in [
            "",
            "lr 0.1",
            "3",
            "3 lr",
            "3 seed 4",
            "3 pace full",
            "x lr 0.1",
        ] {
            assert!(wrong.parse::<TimedChange>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        for (word, expected) in [
            ("0.01", "0.01"),
            ("16,8", "16,8"),
            ("step 20 0.5", "'step 20 0.5'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("a;b", "'a;b'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
