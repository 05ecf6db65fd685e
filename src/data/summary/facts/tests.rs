use crate::table::Reading;
use crate::{LoadOptions, Missing, dataset_with, prepare};

use super::*;

fn facts(text: &str, options: &LoadOptions) -> Vec<Fact> {
    let dataset = dataset_with(text.as_bytes(), options).expect("loads");
    prepare(&dataset, 0.0, 1).expect("prepared").facts
}

fn texts(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(Fact::text).collect()
}

const TABLE: &str = "id;x;colour;kind\n1;0,5;red;a\n2;NA;blue;b\n3;2,5;red;a\n4;;red;b\n\
                     5;1;red;a\n6;1;red;a\n7;1;red;a\n8;1;red;?\n";

#[test]
fn every_guess_has_its_option() {
    let facts = facts(TABLE, &LoadOptions::default());
    assert_eq!(
        texts(&facts),
        [
            "kind (column 4; --target)",
            "2 classes (--task)",
            "7 (all; --max-rows)",
            "7 training · 0 validation (--val)",
            "1 without a target excluded (\"?\", first on line 9; --missing-values)",
            "71.4% (always \"a\")",
            "1 numeric, 1 categorical (--categorical, --drop)",
            "3 network inputs",
            "excluded id (row numbers; --keep)",
            "2 values replaced by the mean or most frequent value (--missing)",
            "recognised: empty, ?, NA, N/A, NaN, null, -, #N/A, \\N; in numbers also None, <NA>, . \
             (--missing-values)",
            "semicolon-separated (--delimiter)",
            "header row (--no-header)",
            "decimal comma (--decimal)",
            "UTF-8 (--encoding)",
            "no comments (--comment)",
            "quotes \" (--quote)",
            "no lines skipped (--skip)",
        ]
    );
    assert!(facts.is_sorted_by_key(|fact| fact.topic));
}

#[test]
fn notes_are_what_a_run_reports_at_its_start() {
    let mut facts = facts(TABLE, &LoadOptions::default());
    facts.push(duplicates(3));
    facts.retain(|fact| fact.severity >= Severity::Note);
    let notes: Vec<String> = facts.iter().map(Fact::note).collect();
    assert_eq!(
        notes,
        [
            "rows: 1 without a target excluded (\"?\", first on line 9; --missing-values)",
            "columns: excluded id (row numbers; --keep)",
            "missing: 2 values replaced by the mean or most frequent value (--missing)",
            "format: decimal comma (--decimal)",
            "duplicates: 3 validation rows also appear in training (leak)",
        ]
    );
    assert_eq!(facts[1].columns, [0]);
}

#[test]
fn a_given_option_is_no_guess() {
    let options = LoadOptions {
        reading: Reading {
            header: Some(false),
            decimal_comma: Some(false),
            comment: Some(b'#'),
            ..Reading::default()
        },
        missing: Missing::Drop,
        target: Some("1".into()),
        ..LoadOptions::default()
    };
    let texts = texts(&facts("a,1\nb,2\n# c\na,3\nb,\n", &options));
    for expected in [
        "c1 (column 1; set by --target)",
        "1 with missing values excluded (set by --missing)",
        "no header row (set by --no-header)",
        "decimal point (set by --decimal)",
        "comments start with # (set by --comment)",
        "comma-separated (--delimiter)",
    ] {
        assert!(
            texts.iter().any(|text| text == expected),
            "{expected} in {texts:?}"
        );
    }
}
