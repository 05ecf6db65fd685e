//! Titles for the shown row.

use ratatui::text::{Line, Span};

use crate::train::Set;
use crate::tui::app::{Model, Which};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::util::text::shorten;

/// Maximal width of a class name.
const NAME: usize = 18;

/// Titles for the shown row, the longest first: its place among the rows that are stepped through, and
/// its class or number unless the place says so already. Empty if there is no row.
pub(crate) fn titles(model: &Model, theme: Theme) -> Vec<Line<'static>> {
    let sample = model.navigation.sample;
    let targets = &model.samples().targets;
    let class = match (targets.class(sample.index), targets.number(sample.index)) {
        (Some(label), _) => model.run.data.class_names()[label].clone(),
        (None, Some(value)) => model.run.target_text(value),
        (None, None) => return Vec::new(),
    };
    let (set, row) = (set_name(sample.set), sample.index + 1);
    let Some(selection) = &model.navigation.selection else {
        let rows = model.samples().rows();
        let place = text::row_of(row, rows);
        let places = [text::set_and_place(set, &place), place, text::row(row)];
        return with_class(places, &class, theme);
    };
    let (place, rows, epoch) = (selection.place + 1, selection.rows.len(), selection.epoch);
    let is_part = rows < selection.all;
    let of = if is_part {
        text::place_of_worst(place, rows)
    } else {
        text::place_of(place, rows)
    };
    match selection.which {
        Which::Wrong => {
            let is_regression = model.run.is_regression();
            let wrong = if is_regression {
                text::largest_error()
            } else {
                text::wrong()
            };
            let places = [
                text::wrong_as_of(wrong, &of, epoch, set, row),
                text::wrong_in_set(wrong, &of, set, row),
                text::wrong_row(wrong, &of, row),
                format!("{wrong} {of} · "),
            ];
            with_class(places, &class, theme)
        }
        Which::Cell { actual, predicted } => {
            let names = model.run.data.class_names();
            let name =
                |class: usize, cells| shorten(names.get(class).map_or("", |name| name), cells);
            let cell = |cells: usize, arrow: &str| {
                if actual == predicted {
                    text::correct(name(actual, cells))
                } else {
                    format!("{}{arrow}{}", name(actual, cells), name(predicted, cells))
                }
            };
            let long = format!("{of}: {}", cell(NAME, text::arrow_predicted_as()));
            let places = [
                text::cell_as_of(&long, epoch, set, row),
                text::cell_in_set(&long, set, row),
                text::cell_row(&long, row),
                long,
                format!("{of}: {}", cell(NAME, " → ")),
                format!("{of}: {}", cell(6, " → ")),
            ];
            with_class(places, "", theme)
        }
    }
}

/// Titles of `places` in quiet colour, each followed by the class.
fn with_class<const N: usize>(
    places: [String; N],
    class: &str,
    theme: Theme,
) -> Vec<Line<'static>> {
    let class = Span::styled(shorten(class, NAME), theme.text());
    places
        .map(|place| Span::styled(place, theme.dim()) + class.clone())
        .into()
}

/// Name of the rows of `set`.
pub(crate) fn set_name(set: Set) -> &'static str {
    match set {
        Set::Training => text::training(),
        Set::Validation => text::validation(),
    }
}
