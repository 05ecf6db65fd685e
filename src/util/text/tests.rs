use super::*;

#[test]
fn names_are_short_and_safe_in_messages() {
    assert_eq!(brief("\u{1b}[2J"), "\\u{1b}[2J");
    assert_eq!(width(&brief(&"x".repeat(99))), 40);
}

#[test]
fn escapes_are_made_visible() {
    assert_eq!(sanitise("  sepal width "), "sepal width");
    assert_eq!(sanitise("\u{1b}[31mred"), "\\u{1b}[31mred");
    assert_eq!(
        sanitise("a\tb\u{202e}c\u{200b}"),
        "a\\tb\\u{202e}c\\u{200b}"
    );
    assert_eq!(sanitise("a\u{9b}31m\u{7f}"), "a\\u{9b}31m\\u{7f}");
    assert_eq!(sanitise("Länge 宽"), "Länge 宽");
}

#[test]
fn what_is_no_name_resembles_nothing() {
    let long = "x".repeat(100_000);
    let names = vec![long.clone(), "ab".to_owned()];
    assert!(near_matches(&long, &names).is_empty());
    assert_eq!(near_matches("abc", &names), ["ab"]);
}

#[test]
fn shortening_counts_cells() {
    assert_eq!(shorten("versicolor", 20), "versicolor");
    assert_eq!(shorten("versicolor", 5), "vers…");
    assert_eq!(shorten("宽宽宽", 4), "宽…");
    assert_eq!(shorten("abc", 0), "");
    assert_eq!(shorten_front("data/abc.csv", 8), "…abc.csv");
    assert_eq!(shorten_front("abc.csv", 8), "abc.csv");
    assert_eq!(shorten("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    assert_eq!(shorten_front("宽宽宽", 4), "…宽");
    assert_eq!(shorten_front("abc", 0), "");
}

#[test]
fn abbreviations_keep_names_apart() {
    let names = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
    let species = names(&["setosa", "versicolor", "virginica"]);
    assert_eq!(abbreviate(&species, 6), ["setosa", "versi…", "virgi…"]);
    let cultivars = names(&["cultivar 1", "cultivar 2"]);
    assert_eq!(abbreviate(&cultivars, 6), ["cul… 1", "cul… 2"]);
    assert_eq!(abbreviate(&cultivars, 10), cultivars);
    assert_eq!(abbreviate(&names(&["a", "a"]), 1), ["a", "a"]);
}

#[test]
fn lines_are_broken_between_words() {
    assert_eq!(wrap("one two  three", 8), ["one two", "three"]);
    assert_eq!(wrap("incomprehensible it is", 8), ["incompr…", "it is"]);
    assert!(wrap("  ", 8).is_empty());
    assert_eq!(
        wrap("神经元，激活函数 a = f(z)。", 10),
        ["神经元，激", "活函数 a =", "f(z)。"]
    );
}

#[test]
fn commands_in_chinese_begin_a_line_and_are_not_cut() {
    let text = "依次输入 :activation\u{a0}leaky-relu、:epochs\u{a0}200、:restart。看“反向”。";
    let lines = [
        "依次输入",
        ":activation\u{a0}leaky-relu、",
        ":epochs\u{a0}200、:restart。",
        "看“反向”。",
    ];
    assert_eq!(wrap(text, 24), lines);
    let narrow = wrap_whole(text, 10);
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(letters(&narrow.concat()), letters(text));
    assert!(narrow.iter().all(|line| width(line) <= 10), "{narrow:?}");
    assert_eq!(
        wrap_whole("incomprehensible it is", 8),
        ["incompre", "hensible", "it is"]
    );
}

#[test]
fn names_are_matched_by_likeness() {
    let names: Vec<String> = ["species", "sepal width", "petal width"]
        .map(String::from)
        .into();
    assert_eq!(near_matches("Specie", &names), ["species"]);
    assert_eq!(near_matches("width", &names).len(), 2);
    assert!(near_matches("colour", &names).is_empty());
}

#[test]
fn names_differ_from_those_taken() {
    let mut taken = vec!["p".to_owned(), "p.2".to_owned()];
    for expected in ["p.3", "p.4"] {
        let name = unique_name("p".into(), |name| taken.contains(name));
        assert_eq!(name, expected);
        taken.push(name);
    }
    assert_eq!(unique_name("q".into(), |name| taken.contains(name)), "q");
}

#[test]
fn long_names_of_many_columns_stay_apart() {
    let names: Vec<String> = (0..100)
        .map(|i| format!("measurement_number_{i}"))
        .collect();
    let short = abbreviate(&names, 12);
    assert_eq!(short[7], "measur…ber_7");
    let distinct: std::collections::HashSet<&String> = short.iter().collect();
    assert_eq!(distinct.len(), 100);
    let errors = ["concavity error", "concave points error"].map(str::to_owned);
    let short = abbreviate(&[errors.as_slice(), &names].concat(), 13);
    assert_ne!(short[0], short[1]);
    let same = ["a long name", "a long name"].map(str::to_owned);
    assert_eq!(abbreviate(&same, 6), ["a lon…"; 2]);
    assert_eq!(shorten_middle("measurement_number_41", 12), "measur…er_41");
    assert_eq!(shorten_middle("short", 12), "short");
}
