//! The cells of one column on their way to raw values.

use std::collections::HashMap;

use super::Shape;
use crate::data::prepare::encoding::MOST_CATEGORIES;
use crate::data::report::Reason;
use crate::data::schema::class_encoder::ClassEncoder;
use crate::data::schema::missing::is_missing;
use crate::data::schema::{Role, are_nearly_distinct};
use crate::data::{ColumnKind, TaskChoice};
use crate::error::DataProblem;

/// Different texts that are kept of a column; one with more is no category.
const MOST_TEXTS: usize = 20_000;

/// Different whole numbers that may be classes.
const MOST_NUMBERED_CLASSES: usize = 20;

/// Words for no and yes, in small letters.
const BOOLEANS: [(&str, &str); 5] = [
    ("no", "yes"),
    ("false", "true"),
    ("n", "y"),
    ("f", "t"),
    ("off", "on"),
];

/// What a column's cells are, so far.
pub(crate) enum Cells {
    /// All were missing.
    Undecided,
    /// Numbers.
    Numbers,
    /// Texts.
    Texts(Texts),
}

impl Cells {
    pub(crate) fn new(role: &Role) -> Option<Self> {
        match role {
            Role::Numbers => Some(Self::Numbers),
            Role::Texts { is_wanted } => Some(Self::Texts(Texts::new(*is_wanted))),
            Role::Undecided => Some(Self::Undecided),
            Role::Target | Role::LeftOut(_) => None,
        }
    }

    /// The raw value of `cell`; NaN for a missing one.
    pub(crate) fn raw(&mut self, cell: &str, shape: &Shape) -> Result<f32, DataProblem> {
        match self {
            Self::Numbers => shape.number(cell),
            _ if is_missing(cell) => Ok(f32::NAN),
            Self::Texts(texts) => Ok(texts.code(cell.trim())),
            Self::Undecided => {
                *self = match shape.number(cell) {
                    Ok(_) => Self::Numbers,
                    Err(_) => Self::Texts(Texts::new(false)),
                };
                self.raw(cell, shape)
            }
        }
    }
}

/// Different texts, in the order in which they come, with how often they do.
#[derive(Default)]
pub(crate) struct Texts {
    by_text: HashMap<String, u32>,
    counts: Vec<usize>,
    /// Cells with other texts than those.
    others: usize,
    is_wanted: bool,
}

/// What a column of texts is in the end.
pub(crate) struct Categories {
    pub(crate) kind: ColumnKind,
    /// The raw value for each code.
    pub(crate) raw: Vec<f32>,
    /// How many texts share the input for others.
    pub(crate) rare: usize,
}

impl Texts {
    fn new(is_wanted: bool) -> Self {
        Self {
            is_wanted,
            ..Self::default()
        }
    }

    /// The number of `text`; those that come too late to be kept share the last one.
    fn code(&mut self, text: &str) -> f32 {
        let code = match self.by_text.get(text) {
            Some(&code) => code,
            None if self.counts.len() == MOST_TEXTS => {
                self.others += 1;
                return MOST_TEXTS as f32;
            }
            None => {
                let code = self.counts.len() as u32;
                self.by_text.insert(text.to_owned(), code);
                self.counts.push(0);
                code
            }
        };
        self.counts[code as usize] += 1;
        code as f32
    }

    /// What the column is: yes and no, or categories, of which the most frequent get an input each.
    ///
    /// # Errors
    /// Why it is left out.
    pub(crate) fn finish(self) -> Result<Categories, Reason> {
        let cells = self.counts.iter().sum::<usize>() + self.others;
        if !self.is_wanted && (self.others > 0 || are_nearly_distinct(self.counts.len(), cells)) {
            return Err(Reason::Identifiers);
        }
        let mut texts = vec![String::new(); self.counts.len()];
        for (text, code) in self.by_text {
            texts[code as usize] = text;
        }
        if let Some(boolean) = boolean(&texts) {
            return Ok(boolean);
        }
        let mut by_count: Vec<usize> = (0..texts.len()).collect();
        // The sort is stable, so that of equals the one seen first comes first.
        by_count.sort_by_key(|&code| std::cmp::Reverse(self.counts[code]));
        let mut chosen = by_count[..texts.len().min(MOST_CATEGORIES)].to_vec();
        chosen.sort_unstable();
        // Two texts may look the same once they are safe to show.
        let values = crate::data::table::header::column_names(
            chosen.iter().map(|&code| texts[code].as_str()),
        );
        let rare = texts.len() - chosen.len() + usize::from(self.others > 0);
        let mut raw = vec![chosen.len() as f32; MOST_TEXTS.min(texts.len()) + 1];
        for (index, &code) in chosen.iter().enumerate() {
            raw[code] = index as f32;
        }
        let other = rare > 0;
        Ok(Categories {
            kind: ColumnKind::Categorical { values, other },
            raw,
            rare,
        })
    }
}

/// Whether `texts` are words for no and yes, in whatever letters.
fn boolean(texts: &[String]) -> Option<Categories> {
    let is = |text: &String, word: &str| text.eq_ignore_ascii_case(word);
    let (no, yes) = BOOLEANS.into_iter().find(|(no, yes)| {
        let both = [no, yes].map(|word| texts.iter().any(|text| is(text, word)));
        both == [true, true] && texts.iter().all(|text| is(text, no) || is(text, yes))
    })?;
    Some(Categories {
        raw: texts.iter().map(|text| f32::from(is(text, yes))).collect(),
        kind: ColumnKind::Boolean {
            no: spellings(no, texts),
            yes: spellings(yes, texts),
        },
        rare: 0,
    })
}

/// The usual spellings of `word`, and what other ones there are among `texts`.
fn spellings(word: &str, texts: &[String]) -> Vec<String> {
    let (first, rest) = word.split_at(1);
    let mut all = vec![word.to_owned()];
    let others = [
        format!("{}{rest}", first.to_uppercase()),
        word.to_uppercase(),
    ];
    let found = texts.iter().filter(|text| text.eq_ignore_ascii_case(word));
    for spelling in others.iter().chain(found) {
        if !all.contains(spelling) {
            all.push(spelling.clone());
        }
    }
    all
}

/// The cells of the target.
pub(crate) enum TargetCells {
    /// Classes; where `may_be_numbers`, they are taken for numbers once there are too many of them
    /// or one has decimals.
    Classes {
        labels: ClassEncoder,
        may_be_numbers: bool,
    },
    /// Numbers.
    Numbers(Vec<f32>),
}

impl TargetCells {
    pub(crate) fn new(task: TaskChoice) -> Self {
        match task {
            TaskChoice::Regression => Self::Numbers(Vec::new()),
            TaskChoice::Auto | TaskChoice::Classification => Self::Classes {
                labels: ClassEncoder::default(),
                may_be_numbers: task == TaskChoice::Auto,
            },
        }
    }

    /// Adds the next row, whose target cell is `cell`, not a missing one.
    pub(crate) fn push(&mut self, cell: &str, shape: &Shape) -> Result<(), DataProblem> {
        match self {
            Self::Numbers(numbers) => {
                numbers.push(shape.number(cell)?);
                return Ok(());
            }
            Self::Classes {
                labels,
                may_be_numbers,
            } => {
                let known = labels.names().len();
                labels.push(cell);
                if !*may_be_numbers || labels.names().len() == known {
                    return Ok(());
                }
            }
        }
        self.look_at_new_class(shape)
    }

    /// The classes may have become numbers, or such that they never will.
    fn look_at_new_class(&mut self, shape: &Shape) -> Result<(), DataProblem> {
        let Self::Classes {
            labels,
            may_be_numbers,
        } = self
        else {
            return Ok(());
        };
        let Some(newest) = labels.names().last() else {
            return Ok(());
        };
        match shape.number(newest) {
            Err(_) => *may_be_numbers = false,
            Ok(number)
                if number.fract() == 0.0 && labels.names().len() <= MOST_NUMBERED_CLASSES => {}
            Ok(_) => {
                let values: Result<Vec<f32>, _> = labels
                    .names()
                    .iter()
                    .map(|name| shape.number(name))
                    .collect();
                let values = values?;
                let of_row = labels.labels().iter().map(|&label| values[label as usize]);
                *self = Self::Numbers(of_row.collect());
            }
        }
        Ok(())
    }

    /// Puts the last row in the place of `row`, which may be the last one.
    pub(crate) fn swap_remove(&mut self, row: usize) {
        match self {
            Self::Classes { labels, .. } => labels.swap_remove(row),
            Self::Numbers(numbers) => {
                numbers.swap_remove(row);
            }
        }
    }

    /// Puts the rows into this `order`.
    pub(crate) fn select(&mut self, order: &[usize]) {
        match self {
            Self::Classes { labels, .. } => labels.select(order),
            Self::Numbers(numbers) => *numbers = order.iter().map(|&row| numbers[row]).collect(),
        }
    }
}
