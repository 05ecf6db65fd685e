//! Titles for the shown row.

use crate::data::with_offset;
use crate::train::Set;
use crate::tui::app::{Model, Selection, Which};
use crate::util::text::shorten;

/// Maximal width of a class name.
const NAME: usize = 18;

/// Titles for the shown row, the longest first, each in two parts: its place among the rows that are
/// stepped through, and its class or number unless the place says so already. Empty if there is no row.
pub(crate) fn titles(model: &Model) -> Vec<(String, String)> {
    let targets = &model.navigation.sample.samples(&model.run.data).targets;
    let row = model.navigation.sample.index;
    let class = match (targets.class(row), targets.number(row)) {
        (Some(label), _) => model.run.data.class_names()[label].clone(),
        (None, Some(value)) => {
            let scale = model.run.data.task.scale();
            with_offset(value, scale.map_or(0.0, |scale| scale.offset))
        }
        (None, None) => return Vec::new(),
    };
    let class = shorten(&class, NAME);
    match &model.navigation.selection {
        None => of_all(model, &class),
        Some(selection) => of_selection(model, selection, &class),
    }
}

/// Titles for a row of all, the longest first: its place, and its class.
fn of_all(model: &Model, class: &str) -> Vec<(String, String)> {
    let set = set_name(model.navigation.sample.set);
    let rows = model.navigation.sample.samples(&model.run.data).rows();
    let row = model.navigation.sample.index + 1;
    let places = [
        format!("{set} row {row} of {rows} · "),
        format!("row {row} of {rows} · "),
        format!("row {row} · "),
    ];
    places.map(|place| (place, class.to_owned())).into()
}

/// Titles for a row of `selection`, the longest first: its place and what those rows have in common.
fn of_selection(model: &Model, selection: &Selection, class: &str) -> Vec<(String, String)> {
    let (set, row) = (
        set_name(model.navigation.sample.set),
        model.navigation.sample.index + 1,
    );
    let (place, rows) = (selection.place + 1, selection.rows.len());
    let worst = if rows < selection.all { "worst " } else { "" };
    let of = format!("{place} of {worst}{rows} ");
    let epoch = selection.epoch;
    match selection.which {
        Which::Wrong => {
            let wrong = if model.run.is_regression() {
                "largest error"
            } else {
                "wrong"
            };
            let places = [
                format!("{wrong} {of}(as of epoch {epoch}) · {set} row {row} · true: "),
                format!("{wrong} {of}· {set} row {row} · true: "),
                format!("{wrong} {of}· row {row} · true: "),
                format!("{wrong} {of}· "),
            ];
            places.map(|place| (place, class.to_owned())).into()
        }
        Which::Cell { actual, predicted } => {
            let of = format!("{place} of {worst}{rows}: ");
            let names = model.run.data.class_names();
            let name = |class: usize, cells| shorten(names.get(class).map_or("", |it| it), cells);
            let cell = |cells: usize, arrow: &str| {
                if actual == predicted {
                    format!("{} correct", name(actual, cells))
                } else {
                    format!("{}{arrow}{}", name(actual, cells), name(predicted, cells))
                }
            };
            let long = cell(NAME, " predicted as ");
            vec![
                (
                    format!("{of}{long} (as of epoch {epoch}) · {set} row {row}"),
                    String::new(),
                ),
                (format!("{of}{long} · {set} row {row}"), String::new()),
                (format!("{of}{long} · row {row}"), String::new()),
                (format!("{of}{long}"), String::new()),
                (format!("{of}{}", cell(NAME, " → ")), String::new()),
                (format!("{of}{}", cell(6, " → ")), String::new()),
            ]
        }
    }
}

/// Name of the rows of `set`.
pub(crate) fn set_name(set: Set) -> &'static str {
    match set {
        Set::Training => "training",
        Set::Validation => "validation",
    }
}
