//! What-if inputs: sliders over the ranges of the columns, and their effect on the shown row.

use std::fmt;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::Done;
use super::list_keys::Jump;
use super::model::{Model, Overlay};
use crate::data::{Derived, Encoding, InputColumn, Samples, with_offset};
use crate::tui::text;
use crate::util::lang;
use crate::util::numbers::ladder;
use crate::util::text::{near_matches, sanitise};

/// Approximate number of steps of a slider over its range.
const STEPS: f64 = 50.0;
/// Number of steps of a fast move.
const FAST: i32 = 10;

/// State of the sliders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sliders {
    /// Column of the slider that keys move.
    pub chosen: usize,
}

/// Raw values that a column can have.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnDomain {
    Numbers {
        /// Minimum of the training rows.
        min: f32,
        /// Maximum of the training rows.
        max: f32,
        /// Difference between a number in the table and its raw value.
        offset: f64,
    },
    /// Texts; the raw value is an index.
    Words(Vec<String>),
}

impl ColumnDomain {
    /// Returns the values of `column`.
    pub fn of(column: &InputColumn) -> Self {
        match &column.encoding {
            Encoding::Numeric { min, max, .. } => Self::Numbers {
                min: *min,
                max: *max,
                offset: column.offset,
            },
            Encoding::Cyclic { period, .. } => {
                let [min, max] = match column.derived {
                    Some(Derived::DatePart { part, .. }) => part.range(),
                    _ => [0, *period],
                };
                Self::Numbers {
                    min: min.into(),
                    max: max.into(),
                    offset: 0.0,
                }
            }
            Encoding::Categorical { values, other, .. } => {
                let mut words = values.clone();
                words.extend(other.then(|| text::other().to_owned()));
                Self::Words(words)
            }
            Encoding::Boolean { no, yes, .. } => {
                let word = |of: &[String], usual: &str| {
                    of.first().map_or(usual, String::as_str).to_owned()
                };
                Self::Words(vec![word(no, text::no()), word(yes, text::yes())])
            }
        }
    }

    /// Texts; none for numbers.
    pub fn words(&self) -> &[String] {
        match self {
            Self::Numbers { .. } => &[],
            Self::Words(words) => words,
        }
    }

    /// Moves `raw` by a number of steps, within the range extended to `own`, the row's own value.
    pub fn moved(&self, raw: f32, own: f32, by: i32) -> f32 {
        match self {
            Self::Words(words) => {
                let last = words.len().saturating_sub(1) as f32;
                (raw + by as f32).clamp(0.0, last)
            }
            Self::Numbers { min, max, .. } => {
                let step = round_step((f64::from(*max) - f64::from(*min)) / STEPS);
                let place = f64::from(raw) / step;
                // Onto the grid first, so that the numbers stay round.
                let place = if by > 0 {
                    (place + 1e-3).floor() + f64::from(by)
                } else {
                    (place - 1e-3).ceil() + f64::from(by)
                };
                let moved = (place * step) as f32;
                moved.clamp(min.min(own), max.max(own))
            }
        }
    }

    /// Position of `raw` in the range, from 0 to 1.
    pub fn fraction(&self, raw: f32) -> f64 {
        let (min, max) = match self {
            Self::Numbers { min, max, .. } => (f64::from(*min), f64::from(*max)),
            Self::Words(words) => (0.0, words.len().saturating_sub(1) as f64),
        };
        let range = max - min;
        let fraction = (f64::from(raw) - min) / range;
        if fraction.is_finite() {
            fraction.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// The value at a `fraction` of the range, on the grid of [`Self::moved`].
    pub(super) fn at(&self, fraction: f64) -> f32 {
        match self {
            Self::Words(words) => (fraction * words.len().saturating_sub(1) as f64).round() as f32,
            Self::Numbers { min, max, .. } => {
                let range = f64::from(*max) - f64::from(*min);
                let step = round_step(range / STEPS);
                let raw = ((f64::from(*min) + fraction * range) / step).round() * step;
                (raw as f32).clamp(*min, *max)
            }
        }
    }

    /// Formats `raw` as in the table.
    pub fn shown(&self, raw: f32) -> String {
        match self {
            Self::Numbers { offset, .. } => with_offset(raw, *offset),
            Self::Words(words) => words.get(raw as usize).cloned().unwrap_or_default(),
        }
    }

    /// Parses a raw value.
    ///
    /// # Errors
    /// A description of valid values.
    fn parse(&self, text: &str) -> Result<f32, String> {
        match self {
            Self::Numbers { offset, .. } => {
                let number = text.parse::<f64>().ok();
                let raw = number.map(|number| (number - offset) as f32);
                let raw = raw.filter(|raw| raw.is_finite());
                raw.ok_or_else(|| text::expected_number(self))
            }
            Self::Words(words) => {
                let place = words.iter().position(|word| word == text);
                let place = place.map(|place| place as f32);
                place.ok_or_else(|| text::expected_word(self))
            }
        }
    }
}

impl fmt::Display for ColumnDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers { min, max, .. } => {
                f.write_str(&text::range(self.shown(*min), self.shown(*max)))
            }
            Self::Words(words) if words.len() > 8 => {
                f.write_str(&lang::listed(&[&words[..8], &["…".to_owned()]].concat()))
            }
            Self::Words(words) => f.write_str(&lang::listed(words)),
        }
    }
}

/// Rounds `step` up to 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let rounded = ladder(step).find(|rounded| *rounded >= step * (1.0 - 1e-9));
    rounded.unwrap_or(1.0)
}

impl Model {
    pub(super) fn open_sliders(&mut self) -> Done {
        self.shown_inputs()?;
        self.prompt.overlay = Some(Overlay::Sliders(Sliders { chosen: 0 }));
        Ok(())
    }

    /// Returns the rows that the shown one is among, if its inputs can be changed.
    fn shown_inputs(&self) -> Result<&Samples, String> {
        if self.run.data.image.is_some() {
            return Err(text::no_sliders_for_images().into());
        }
        let samples = self.run.samples_with(self.navigation.sample);
        samples.ok_or(text::no_row_shown().into())
    }

    pub(super) fn press_in_sliders(&mut self, mut sliders: Sliders, key: &KeyEvent) {
        let last = self.run.columns().len().saturating_sub(1);
        let is_fast = key.modifiers.contains(KeyModifiers::SHIFT);
        let by = if is_fast { FAST } else { 1 };
        let column = sliders.chosen;
        match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('I' | 'q') => return,
            KeyCode::Left | KeyCode::Char('h') => self.move_input(column, -by),
            KeyCode::Right | KeyCode::Char('l') => self.move_input(column, by),
            KeyCode::Char('H') => self.move_input(column, -FAST),
            KeyCode::Char('L') => self.move_input(column, FAST),
            KeyCode::Char('0') | KeyCode::Backspace => self.set_input(column, None),
            KeyCode::Char('r') => self.inspector.forget_inputs(),
            _ => {
                if let Some(jump) = Jump::of(key, self.page_rows() / 2) {
                    sliders.chosen = jump.from(column, last);
                }
            }
        }
        self.prompt.overlay = Some(Overlay::Sliders(sliders));
    }

    pub(super) fn move_input(&mut self, column: usize, by: i32) {
        if let Some((now, own)) = self.input(column) {
            let domain = ColumnDomain::of(&self.run.columns()[column]);
            self.set_input(column, Some(domain.moved(now, own, by)));
        }
    }

    /// Raw value of `column` in the shown row as changed, and as in the table; a missing one is
    /// imputed. `None` if there is no such column or row.
    pub fn input(&self, column: usize) -> Option<(f32, f32)> {
        let encoding = &self.run.columns().get(column)?.encoding;
        let sample = self.navigation.sample;
        let own = self.run.samples_with(sample)?.raw_row(sample.index)[column];
        let own = if own.is_nan() { encoding.fill() } else { own };
        let mut moved = self.inspector.moved.iter();
        let moved = moved.find(|(moved, _)| *moved == column);
        Some((moved.map_or(own, |&(_, raw)| raw), own))
    }

    /// Sets `column` of the shown row to `raw`, or back to the table's value.
    pub(super) fn set_input(&mut self, column: usize, raw: Option<f32>) {
        let own = self.input(column).map(|(_, own)| own);
        self.inspector.moved.retain(|(moved, _)| *moved != column);
        if let Some(raw) = raw.filter(|&raw| Some(raw) != own) {
            self.inspector.moved.push((column, raw));
        }
        self.inspector.what_if = self.changed_inputs();
    }

    /// Network inputs that differ from those of the shown row: index and value.
    fn changed_inputs(&self) -> Vec<(usize, f32)> {
        let mut changed = Vec::new();
        let mut first = 0;
        for (index, InputColumn { encoding, .. }) in self.run.columns().iter().enumerate() {
            let inputs = encoding.inputs();
            if let Some((now, own)) = self.input(index).filter(|(now, own)| now != own) {
                let (mut new, mut old) = (vec![0.0; inputs], vec![0.0; inputs]);
                encoding.write(now, &mut new);
                encoding.write(own, &mut old);
                let both = new.iter().zip(&old).enumerate();
                let different = both.filter(|(_, (new, old))| new != old);
                changed.extend(different.map(|(i, (&new, _))| (first + i, new)));
            }
            first += inputs;
        }
        changed
    }

    /// Parses a value for `column` and sets it.
    pub(super) fn type_input(&mut self, column: usize, text: &str) -> Done {
        self.shown_inputs()?;
        let column_of_table = &self.run.columns()[column];
        let name = &column_of_table.name;
        let raw = ColumnDomain::of(column_of_table).parse(text.trim());
        let raw = raw.map_err(|expected| text::takes(name, &expected))?;
        self.set_input(column, Some(raw));
        Ok(())
    }

    /// Parses the name of a column, which may contain spaces, and a value, and sets it; without a
    /// value, resets it to the table's.
    pub(super) fn type_named_input(&mut self, text: &str) -> Done {
        self.shown_inputs()?;
        if text.is_empty() {
            return Err(text::input_takes().into());
        }
        let columns = self.run.columns();
        let fitting = columns.iter().enumerate().filter_map(|(index, column)| {
            let rest = text.strip_prefix(column.name.as_str())?;
            let is_whole = rest.is_empty() || rest.starts_with(char::is_whitespace);
            is_whole.then(|| (column.name.len(), index, rest.trim().to_owned()))
        });
        let Some((_, column, value)) = fitting.max_by_key(|(length, ..)| *length) else {
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            let typed = text.rsplit_once(char::is_whitespace);
            return Err(unknown(
                text::kind_input(),
                typed.map_or(text, |(name, _)| name),
                &names,
            ));
        };
        if value.is_empty() {
            self.set_input(column, None);
            return Ok(());
        }
        self.type_input(column, &value)
    }
}

/// Message that there is no `kind` called `name`, with those of `known` that resemble it.
pub(super) fn unknown(kind: &str, name: &str, known: &[String]) -> String {
    let name = sanitise(name);
    match near_matches(&name, known).as_slice() {
        [] => text::unknown(kind, &name) + text::tab_lists(),
        near => {
            let near = near.join(text::quoted_or());
            text::unknown_but_near(kind, &name, &near)
        }
    }
}

#[cfg(test)]
mod tests;
