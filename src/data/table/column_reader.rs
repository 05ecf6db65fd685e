//! Typed readers of columns: from cells to raw values.

use std::collections::HashMap;

use super::Shape;
use crate::data::prepare::encoding::MAX_CATEGORIES;
use crate::data::report::Reason;
use crate::data::schema::class_encoder::ClassEncoder;
use crate::data::schema::missing::is_missing;
use crate::data::schema::{Role, are_nearly_distinct};
use crate::data::{ColumnKind, TaskChoice};
use crate::error::DataProblem;

/// Maximum number of distinct texts of a categorical column.
const MAX_TEXTS: usize = 20_000;

/// Maximum number of distinct whole numbers that are classes.
const MAX_NUMBERED_CLASSES: usize = 20;

/// Words for no and yes, in lower case.
const BOOLEANS: [(&str, &str); 5] = [
    ("no", "yes"),
    ("false", "true"),
    ("n", "y"),
    ("f", "t"),
    ("off", "on"),
];

/// Reader of an input column, by the cells so far.
pub(crate) enum Cells {
    /// All cells were missing.
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
            Role::Target | Role::Excluded(_) => None,
        }
    }

    /// Returns the raw value of `cell`; NaN for a missing one.
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

/// Distinct texts of a column in the order of the file, with their frequencies.
#[derive(Default)]
pub(crate) struct Texts {
    by_text: HashMap<String, u32>,
    counts: Vec<usize>,
    /// Number of cells with other texts.
    others: usize,
    is_wanted: bool,
}

/// Final type of a column of texts.
pub(crate) struct Categories {
    pub(crate) kind: ColumnKind,
    /// The raw value for each code.
    pub(crate) raw: Vec<f32>,
    /// Number of texts that share the input for others.
    pub(crate) rare: usize,
}

impl Texts {
    fn new(is_wanted: bool) -> Self {
        Self {
            is_wanted,
            ..Self::default()
        }
    }

    /// Returns the code of `text`; texts beyond the maximum share the last one.
    fn code(&mut self, text: &str) -> f32 {
        let code = match self.by_text.get(text) {
            Some(&code) => code,
            None if self.counts.len() == MAX_TEXTS => {
                self.others += 1;
                return MAX_TEXTS as f32;
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

    /// Decides between a boolean column and categories, of which the most frequent get an input each.
    ///
    /// # Errors
    /// Reason for excluding the column.
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
        let mut chosen = by_count[..texts.len().min(MAX_CATEGORIES)].to_vec();
        chosen.sort_unstable();
        // Two texts may look the same once they are safe to show.
        let values = crate::data::table::header::column_names(
            chosen.iter().map(|&code| texts[code].as_str()),
        );
        let rare = texts.len() - chosen.len() + usize::from(self.others > 0);
        let mut raw = vec![chosen.len() as f32; MAX_TEXTS.min(texts.len()) + 1];
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

/// Returns the boolean type if `texts` are words for no and yes, case-insensitively.
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

/// Returns the usual spellings of `word`, and the others among `texts`.
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

/// Reader of the target column.
pub(crate) enum TargetCells {
    /// Classes; if they `may_be_numbers`, they become numbers once there are too many of them or one
    /// has decimals.
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

    /// Appends the target of a row, `cell`, which is not missing.
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
        self.reconsider(shape)
    }

    /// Decides by the newest class whether the classes are numbers, or can never be.
    fn reconsider(&mut self, shape: &Shape) -> Result<(), DataProblem> {
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
            Ok(number) if number.fract() == 0.0 && labels.names().len() <= MAX_NUMBERED_CLASSES => {
            }
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

    /// Removes `row` and moves the last row into its place.
    pub(crate) fn swap_remove(&mut self, row: usize) {
        match self {
            Self::Classes { labels, .. } => labels.swap_remove(row),
            Self::Numbers(numbers) => {
                numbers.swap_remove(row);
            }
        }
    }

    /// Reorders the rows: row `i` becomes what row `order[i]` was.
    pub(crate) fn select(&mut self, order: &[usize]) {
        match self {
            Self::Classes { labels, .. } => labels.select(order),
            Self::Numbers(numbers) => *numbers = order.iter().map(|&row| numbers[row]).collect(),
        }
    }
}
