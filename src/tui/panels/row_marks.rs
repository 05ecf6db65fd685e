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

/// Symbol of points without a clear class, where letters are the classes.
pub(super) const UNSURE: char = '.';

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

    /// Style of a letter in place of the mark: that of a validation row is underlined.
    fn of_letter(self, style: Style) -> Style {
        if self == Self::Validation {
            style.add_modifier(Modifier::UNDERLINED)
        } else {
            style
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
                (letter(class).to_ascii_uppercase(), self.of_letter(style))
            }
            _ if self == Self::Wrong => (self.mark(), style.add_modifier(Modifier::BOLD)),
            _ => (self.mark(), style),
        }
    }
}

/// Returns whether letters tell classes apart.
fn has_letters(theme: Theme) -> bool {
    !theme.has_coloured_symbols()
}

/// Letter of a class, where there are no colours.
pub(super) fn letter(class: usize) -> char {
    char::from(b'a' + (class % 26) as u8)
}

/// Widths of the names of classes and of the gaps, and how many of unclear points, shown row and training rows are left out,
/// in the order in which the legend tries them.
const FORMS: [(usize, usize, usize); 6] = [
    (NAME, 2, 0),
    (NAME, 1, 0),
    (NAME, 1, 1),
    (NAME, 1, 2),
    (NAME, 1, 3),
    (6, 1, 3),
];

/// Content of a legend beside the names of the classes.
pub(super) struct Legend {
    /// Whether there are training and validation rows.
    has_rows: [bool; 2],
    /// Range of a numeric target in its own unit.
    targets: Option<(f64, f64)>,
    /// Symbols of that range where colours cannot be mixed.
    scale: &'static str,
    /// Difference of numeric predictions between contour lines.
    contours: Option<f64>,
    /// Whether points without a clear class have a symbol of their own.
    has_unsure: bool,
}

impl Legend {
    /// Legend of a picture of `rows`.
    pub fn new(
        rows: impl Iterator<Item = SampleId>,
        targets: Option<(f64, f64)>,
        scale: &'static str,
    ) -> Self {
        let mut has_rows = [false; 2];
        rows.for_each(|row| has_rows[usize::from(row.set == Set::Validation)] = true);
        Self {
            has_rows,
            targets,
            scale,
            contours: None,
            has_unsure: false,
        }
    }

    /// Adds the meaning of the field behind the rows: contour lines this far apart, and a symbol of unclear predictions.
    pub fn of_field(self, contours: Option<f64>) -> Self {
        Self {
            contours,
            has_unsure: true,
            ..self
        }
    }

    /// The classes, or the range of the targets, and the kinds of rows, with names as long as `cells` cells allow.
    pub fn line(&self, model: &Model, theme: Theme, cells: u16) -> Line<'static> {
        let mut lines = FORMS.iter().map(|&form| self.form(model, theme, form));
        let fits = |line: &Line<'_>| line.width() <= cells.into();
        let last = FORMS[FORMS.len() - 1];
        lines
            .find(fits)
            .unwrap_or_else(|| self.form(model, theme, last))
    }

    fn form(
        &self,
        model: &Model,
        theme: Theme,
        (name, gap, left_out): (usize, usize, usize),
    ) -> Line<'static> {
        let mut parts: Vec<Line<'static>> = Vec::new();
        if let Some((from, to)) = self.targets {
            let mut line = Line::from(Span::styled(
                format!("{} ", significant(from, 3)),
                theme.dim(),
            ));
            let steps = (0..SCALE).map(|step| step as f32 / (SCALE - 1) as f32);
            let colours: Vec<_> = steps.filter_map(|share| theme.heat(share)).collect();
            if colours.is_empty() {
                line += Span::styled(self.scale, theme.text());
            }
            for colour in colours {
                line += Span::styled("■", Style::new().fg(colour));
            }
            parts.push(line + Span::styled(format!(" {}", significant(to, 3)), theme.dim()));
        } else {
            for (class, full) in model.run.data.class_names().iter().enumerate() {
                let mark = if has_letters(theme) {
                    letter(class)
                } else {
                    '■'
                };
                let mark = Span::styled(format!("{mark} "), theme.class(class));
                parts.push(mark + Span::styled(shorten(full, name), theme.text()));
            }
        }
        let contours = self.contours.filter(|_| theme.heat(0.0).is_some());
        if let Some(difference) = contours {
            let lines = text::contours_every(significant(difference, 3));
            parts.push(Line::styled(lines, theme.dim()));
        }
        let has_letters = self.targets.is_none() && has_letters(theme);
        for kind in Kind::ALL {
            // Numbers are not right or wrong.
            let is_absent = match kind {
                Kind::Training => left_out > 2 || !self.has_rows[0],
                Kind::Validation => !self.has_rows[1],
                Kind::Wrong => self.targets.is_some(),
                Kind::Shown => left_out > 1,
            };
            if is_absent {
                continue;
            }
            let mark = if has_letters && kind < Kind::Wrong {
                Span::styled("A", kind.of_letter(theme.dim()))
            } else {
                Span::styled(kind.mark().to_string(), theme.dim())
            };
            parts.push(mark + Span::styled(format!(" {}", kind.name()), theme.dim()));
        }
        if has_letters && self.has_unsure && left_out < 1 {
            parts.push(Line::styled(
                format!("{UNSURE} {}", text::mark_unsure()),
                theme.dim(),
            ));
        }
        let gap = Span::raw(" ".repeat(gap));
        let mut line = Line::default();
        for (place, part) in parts.into_iter().enumerate() {
            if place > 0 {
                line += gap.clone();
            }
            line.spans.extend(part.spans);
        }
        line
    }
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
