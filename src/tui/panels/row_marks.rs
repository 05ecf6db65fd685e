//! Marks of rows in the pictures of predictions: their symbols, the legend, and a click on the nearest.

use ratatui::layout::Position;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::train::{SampleId, Set};
use crate::tui::app::{ClickTarget, Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::util::numbers::significant;
use crate::util::text::shorten;

/// Colours of the scale of numbers in the legend.
const SCALE: usize = 8;
/// Widest name of a class in the legend.
const NAME: usize = 12;

/// Kind of a row, in the order in which they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Training,
    Validation,
    Wrong,
    Shown,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Training, Self::Validation, Self::Wrong, Self::Shown];

    /// Kind of a row with its predicted class.
    pub fn of(model: &Model, sample: SampleId, predicted: usize) -> Self {
        let samples = model.run.samples_with(sample);
        let actual = samples.and_then(|samples| samples.targets.class(sample.index));
        match sample.set {
            _ if sample == model.navigation.sample => Self::Shown,
            _ if actual.is_some_and(|actual| actual != predicted) => Self::Wrong,
            Set::Training => Self::Training,
            Set::Validation => Self::Validation,
        }
    }

    fn mark(self) -> char {
        match self {
            Self::Training => '•',
            Self::Validation => '○',
            Self::Wrong => '×',
            Self::Shown => '◎',
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Training => text::mark_training(),
            Self::Validation => text::mark_validation(),
            Self::Wrong => text::mark_wrong(),
            Self::Shown => text::mark_shown(),
        }
    }

    /// Symbol and style of a row. Without colours, letters are the classes of rows that are neither wrong nor shown.
    pub fn symbol(self, model: &Model, sample: SampleId, theme: Theme) -> (char, Style) {
        let samples = model.run.samples_with(sample);
        let class = samples.and_then(|samples| samples.targets.class(sample.index));
        let style = match class {
            Some(class) if self != Self::Shown && theme.has_colour() => theme.class(class),
            _ => theme.strong(),
        };
        match class {
            Some(class) if has_letters(theme) && self < Self::Wrong => {
                (letter(class).to_ascii_uppercase(), style)
            }
            _ if self == Self::Wrong => (self.mark(), style.add_modifier(Modifier::BOLD)),
            _ => (self.mark(), style),
        }
    }
}

/// Returns whether letters tell classes apart.
fn has_letters(theme: Theme) -> bool {
    !theme.has_colour() || theme.is_ascii()
}

/// Letter of a class, where there are no colours.
pub(super) fn letter(class: usize) -> char {
    char::from(b'a' + (class % 26) as u8)
}

/// Legend of a picture of `rows`: the classes, or the range of `targets` in their own unit, and the kinds of rows. `scale`
/// are the symbols of that range where colours cannot be mixed.
pub(super) fn legend(
    model: &Model,
    theme: Theme,
    rows: impl Iterator<Item = SampleId>,
    targets: Option<(f64, f64)>,
    scale: &'static str,
) -> Line<'static> {
    let mut has_rows = [false; 2];
    rows.for_each(|row| has_rows[usize::from(row.set == Set::Validation)] = true);
    let mut line = Line::default();
    if let Some((from, to)) = targets {
        line += Span::styled(format!("{} ", significant(from, 3)), theme.dim());
        let steps = (0..SCALE).map(|step| step as f32 / (SCALE - 1) as f32);
        let colours: Vec<_> = steps.filter_map(|share| theme.heat(share)).collect();
        if colours.is_empty() {
            line += Span::styled(scale, theme.text());
        }
        for colour in colours {
            line += Span::styled("■", Style::new().fg(colour));
        }
        line += Span::styled(format!(" {}  ", significant(to, 3)), theme.dim());
    } else {
        for (class, name) in model.run.data.class_names().iter().enumerate() {
            let mark = if has_letters(theme) {
                letter(class)
            } else {
                '■'
            };
            line += Span::styled(format!("{mark} "), theme.class(class));
            line += Span::styled(format!("{}  ", shorten(name, NAME)), theme.text());
        }
    }
    for kind in Kind::ALL {
        // Numbers are not right or wrong, and letters of classes are in place of the first two.
        let is_absent = match kind {
            Kind::Training | Kind::Validation if targets.is_none() && has_letters(theme) => true,
            Kind::Training => !has_rows[0],
            Kind::Validation => !has_rows[1],
            Kind::Wrong => targets.is_some(),
            Kind::Shown => false,
        };
        if !is_absent {
            line += Span::styled(format!("{} {}  ", kind.mark(), kind.name()), theme.dim());
        }
    }
    line
}

/// Range of the targets of `rows`, in the target's own unit; none where classes are predicted.
pub(super) fn target_range(
    model: &Model,
    rows: impl Iterator<Item = SampleId>,
) -> Option<(f64, f64)> {
    model.run.data.task.scale()?;
    let numbers = rows.filter_map(|row| number(model, row));
    let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
    for number in numbers {
        (from, to) = (from.min(number), to.max(number));
    }
    Some(if from < to { (from, to) } else { (0.0, 1.0) })
}

/// Numeric target of a row, in its own unit.
pub(super) fn number(model: &Model, sample: SampleId) -> Option<f64> {
    let number = model
        .run
        .samples_with(sample)?
        .targets
        .number(sample.index)?;
    Some(f64::from(number) + model.run.data.task.scale()?.offset)
}

/// Message that shows the row nearest to a click, of several at one place the last.
pub(super) fn nearest(
    places: impl DoubleEndedIterator<Item = (SampleId, Position)>,
    at: Position,
) -> Option<Msg> {
    let distance = |place: Position| {
        let across = f64::from(place.x.abs_diff(at.x));
        // A cell is twice as high as wide.
        let down = 2.0 * f64::from(place.y.abs_diff(at.y));
        across.hypot(down)
    };
    let nearest = (places.rev()).min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
    nearest.map(|(sample, _)| Msg::Pick(ClickTarget::Sample(sample)))
}
