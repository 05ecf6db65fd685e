use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::data::BUILT_IN;
use crate::settings::SETTINGS;
use crate::tui::app::View;
use crate::tui::app::bindings::{BINDINGS, Group};
use crate::tui::app::command::COMMANDS;
use crate::tui::app::plot::LossScale;
use crate::tui::app::timeline::TimeUnit;
use crate::util::lang::catalogue::{id_of, messages};
use crate::util::lang::{Lang, set_current};

#[test]
fn counts_have_a_singular() {
    assert_eq!([0, 1, 2].map(rows), ["0 rows", "1 row", "2 rows"]);
    assert_eq!(rows_of_set(1, validation()), "1 validation row");
}

#[test]
fn a_text_is_in_the_language_of_its_thread() {
    assert_eq!(loss_title(), "Loss");
    set_current(Lang::Zh);
    assert_eq!(loss_title(), "损失");
    assert_eq!(rows_of_set(1, validation()), "1 个验证样本");
    set_current(Lang::En);
    assert_eq!(loss_title(), "Loss");
}

/// Ids of the texts that other rooms make by `say!`, with the names of their placeholders.
fn said() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).expect("text");
            for (at, _) in source.match_indices("say!(") {
                let mut literals = source[at..].split('"').skip(1);
                let (Some(id), Some(between)) = (literals.next(), literals.next()) else {
                    continue;
                };
                if between.trim() != "," {
                    continue;
                }
                // An escaped quote does not end the English.
                let mut english = String::new();
                for part in literals {
                    english += part;
                    if !part.ends_with('\\') {
                        break;
                    }
                }
                let names = english.split('{').skip(1);
                let names = names.filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()));
                let names: BTreeSet<String> = names.collect();
                let before = all.insert(id.to_owned(), names.clone());
                assert!(
                    before.is_none_or(|before| before == names),
                    "{id} is two texts"
                );
            }
        }
    }
    all
}

/// Ids of all texts of the screen, with the names of their placeholders.
fn texts() -> BTreeMap<String, BTreeSet<String>> {
    let files = [
        header::ROWS,
        inspector::ROWS,
        lesson::ROWS,
        messages::ROWS,
        panels::ROWS,
        popups::ROWS,
    ];
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let rows = files.into_iter().flatten();
    let mut all: BTreeMap<_, _> = rows
        .map(|(name, arguments)| ((*name).to_owned(), owned(arguments)))
        .collect();
    let mut plain = vec![
        "key-space".to_owned(),
        "key-enter".into(),
        "key-backspace".into(),
    ];
    // Two texts of a table must not share an id.
    let mut english = BTreeMap::new();
    let mut named = |prefix, text: &'static str| {
        if !text.is_empty() && *english.entry(id_of(prefix, text)).or_insert(text) != text {
            panic!("{} stands for {text:?} too", id_of(prefix, text));
        }
    };
    for binding in BINDINGS {
        named("label", binding.label);
        named("help", binding.help);
    }
    for group in Group::ALL {
        named("group", group.english_title());
    }
    for view in View::ALL {
        named("view", view.name());
    }
    for unit in TimeUnit::ALL {
        named("unit", unit.name());
    }
    for scale in LossScale::ALL {
        named("scale", scale.name());
    }
    plain.extend(english.into_keys());
    for setting in SETTINGS {
        let id = format!("setting-{}", setting.name);
        if !setting.note.is_empty() {
            plain.push(format!("{id}-note"));
        }
        // Other descriptions list names, which are no words of a language.
        let has_words = (setting.expected)("").starts_with("one of ");
        if !has_words && setting.name != "optimizer" {
            plain.push(format!("{id}-expected"));
        }
        plain.push(format!("{id}-label"));
        plain.push(id);
    }
    let others = COMMANDS
        .iter()
        .filter(|spec| !SETTINGS.iter().any(|it| it.name == spec.name));
    plain.extend(others.map(|spec| format!("command-{}", spec.name)));
    all.extend(plain.into_iter().map(|id| (id, BTreeSet::new())));
    for noun in [
        "byte",
        "row",
        "cell",
        "group",
        "line",
        "epoch",
        "step",
        "seed",
        "combination",
        "training",
        "input",
        "parameter",
        "other",
        "constant-column",
        "training-row",
        "validation-row",
        "test-row",
    ] {
        all.insert(format!("counted-{noun}"), owned(&["count"]));
    }
    for kind in ["number", "category", "yes-no", "pixel", "date", "lag"] {
        all.insert(format!("column-{kind}"), BTreeSet::new());
    }
    for format in crate::model_file::formats::ALL {
        all.insert(
            format!("model-format-{}", format.extension),
            BTreeSet::new(),
        );
    }
    for data in &BUILT_IN {
        all.insert(format!("data-{}", data.name), BTreeSet::new());
    }
    for kind in ["activation", "output", "loss", "initialisation"] {
        all.insert(format!("kind-{kind}"), BTreeSet::new());
    }
    all.extend(said());
    all.insert("setting-with-note".into(), owned(&["title", "note"]));
    all.insert("setting-one-of".into(), owned(&["words"]));
    all
}

#[test]
fn every_text_has_a_chinese_one_with_the_same_placeholders() {
    let english = texts();
    let listed = messages().expect("zh.ftl is valid");
    let mut chinese = BTreeMap::new();
    for (id, names) in listed {
        let names: BTreeSet<String> = names.into_iter().collect();
        assert!(
            chinese.insert(id.clone(), names).is_none(),
            "{id} is there twice"
        );
    }
    let missing: Vec<_> = english
        .keys()
        .filter(|id| !chinese.contains_key(*id))
        .collect();
    // The command line, which is above this room, asks for these by name and checks them.
    let of_help = ["flag-", "heading-", "about-", "details-"];
    let is_help = |id: &String| of_help.iter().any(|prefix| id.starts_with(prefix));
    let unused: Vec<_> = chinese
        .keys()
        .filter(|id| !english.contains_key(*id) && !is_help(id))
        .collect();
    assert!(
        missing.is_empty() && unused.is_empty(),
        "missing {missing:#?}, unused {unused:#?}"
    );
    let different: Vec<_> = english
        .iter()
        .filter(|(id, names)| chinese[*id] != **names)
        .collect();
    assert!(different.is_empty(), "other placeholders: {different:#?}");
}
