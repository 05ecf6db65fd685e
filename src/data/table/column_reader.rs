//! Typed readers of columns: from cells to raw values.

use std::collections::HashMap;

use super::Shape;
use super::date_reader::Dates;
use super::formatted::Formats;
use crate::ColumnKind;
use crate::prepare::encoding::MAX_CATEGORIES;
use crate::report::{ExclusionReason, StrayWords};
use crate::schema::labels::BOOLEANS;
use crate::schema::{Role, are_mostly_different, are_nearly_distinct};
use util::error::DataProblem;
use util::text::brief;

/// Maximum number of distinct texts of a categorical column.
const MAX_TEXTS: usize = 20_000;

/// Number of rows from which numbers 0, 1, 2, ... are row numbers under any name.
const MIN_ROW_NUMBERS: usize = 8;

/// Reader of an input column, by the cells so far.
pub(crate) enum ColumnReader {
    /// All cells were missing, unless these words, which mean nothing among numbers, are categories.
    Undecided(Texts),
    /// Numbers.
    Numbers(Numbers),
    /// Texts.
    Texts(Texts),
    /// Dates, of [`Dates::WIDTH`] raw values each.
    Dates(Dates),
}

impl ColumnReader {
    /// Creates the reader of a column called `name` in the header, if there is one.
    pub(crate) fn new(role: &Role, name: Option<&str>) -> Option<Self> {
        match role {
            Role::Numbers { offset, is_kept } => Some(Self::Numbers(Numbers::new(
                *offset,
                (!is_kept).then(|| min_row_numbers(name)),
            ))),
            Role::Texts {
                is_wanted,
                has_signs,
                has_checks,
            } => Some(Self::Texts(Texts {
                is_wanted: *is_wanted,
                has_signs: *has_signs,
                has_checks: *has_checks,
                ..Texts::default()
            })),
            Role::Dates { order, is_used } => Some(Self::Dates(Dates::new(*order, *is_used))),
            Role::Undecided => Some(Self::Undecided(Texts::default())),
            Role::Target | Role::Excluded(_) => None,
        }
    }

    /// Returns the number of raw values of a row.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Dates(_) => Dates::WIDTH,
            _ => 1,
        }
    }

    /// Returns the raw value of `cell` in row `row` (from 0, of all that were read), on `line`; NaN for a missing
    /// one. The first value of a date.
    pub(crate) fn raw(
        &mut self,
        cell: &str,
        (row, line): (usize, u64),
        shape: &Shape,
    ) -> Result<f32, DataProblem> {
        match self {
            Self::Numbers(numbers) => {
                let plain = shape.plain_number(cell);
                let number = plain.map_or_else(|| shape.number(cell), Ok)?;
                numbers.follow(number, row);
                if plain.is_none() && !number.is_nan() {
                    numbers.formats.add(cell, shape)?;
                }
                numbers.formats.has_bare |= plain.is_some_and(f64::is_finite);
                narrowed(number, numbers.offset).ok_or_else(|| too_large(cell))
            }
            Self::Dates(dates) => dates.raw(cell, shape).map(|values| values[0]),
            Self::Texts(texts)
                if shape.missing.is_missing_in(cell, texts.has_signs)
                    && !(texts.has_checks && cell.trim().is_empty()) =>
            {
                Ok(f32::NAN)
            }
            Self::Texts(texts) => Ok(texts.code(cell.trim(), line)),
            Self::Undecided(_) if shape.missing.is_missing_text(cell) => Ok(f32::NAN),
            Self::Undecided(words) if shape.missing.is_missing_number(cell) => {
                Ok(undecided(words.code(cell.trim(), line)))
            }
            Self::Undecided(words) => {
                *self = match shape.number(cell) {
                    // It cannot number the rows, of which some have no number.
                    Ok(number) => Self::Numbers(Numbers::new(offset(&[number]), None)),
                    Err(_) => Self::Texts(std::mem::take(words)),
                };
                self.raw(cell, (row, line), shape)
            }
        }
    }
}

/// Returns the NaN for a word that is a missing value unless its column turns out to be one of texts, in which
/// it has the code `code`.
fn undecided(code: f32) -> f32 {
    f32::from_bits(f32::NAN.to_bits() | (code as u32 + 1))
}

/// Returns the code of an [`undecided`] word; `None` for other values, missing ones among them.
pub(crate) fn undecided_code(raw: f32) -> Option<usize> {
    let payload = raw.to_bits() ^ f32::NAN.to_bits();
    (1..=MAX_TEXTS as u32 + 1)
        .contains(&payload)
        .then(|| payload as usize - 1)
}

/// Returns the number of rows from which numbers 0, 1, 2, ... in a column of this name in the header are row numbers:
/// few suffice under the names that row numbers usually have.
pub(crate) fn min_row_numbers(name: Option<&str>) -> usize {
    if name.is_some_and(numbers_rows) {
        2
    } else {
        MIN_ROW_NUMBERS
    }
}

/// Returns whether numbers of rows usually have this name, as in tables of pandas and R, or none.
pub(crate) fn numbers_rows(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "index", "idx", "rownames", "rownum", "row", "rowid", "no", "nr", "num", "number", "id",
        "obs", "seq", "serial",
    ];
    let name = name.trim().to_lowercase();
    let mut words = name.rsplit(|letter: char| !letter.is_alphanumeric());
    let last = words.find(|word| !word.is_empty());
    last.is_none_or(|word| NAMES.contains(&word)) || is_nameless(&name)
}

/// Returns whether a column has no name in the header, or the one in lower case that pandas gives such a column.
pub(crate) fn is_nameless(name: &str) -> bool {
    name.trim().is_empty() || name.starts_with("unnamed")
}

/// Reader of a column of numbers.
pub(crate) struct Numbers {
    /// Subtracted before a number is narrowed to f32.
    pub(crate) offset: f64,
    /// Number of the first row, 0 or 1, if all cells so far count the rows from it.
    first: Option<f64>,
    rows: usize,
    /// Number of rows from which they are row numbers.
    min_rows: usize,
    pub(crate) formats: Formats,
}

impl Numbers {
    /// Creates a reader of numbers that may be row numbers from `min_rows` rows on, if at all.
    fn new(offset: f64, min_rows: Option<usize>) -> Self {
        Self {
            offset,
            first: min_rows.map(|_| f64::NAN),
            rows: 0,
            min_rows: min_rows.unwrap_or(0),
            formats: Formats::default(),
        }
    }

    /// Takes in the number of row `row` (from 0).
    #[inline]
    pub(crate) fn follow(&mut self, number: f64, row: usize) {
        if let Some(first) = self.first {
            let own = number - row as f64;
            let is_next = own == first || self.rows == 0 && (own == 0.0 || own == 1.0);
            self.first = is_next.then_some(own);
            self.rows += 1;
        }
    }

    /// Returns whether the numbers count the rows, whatever the name of the column.
    pub(crate) fn count_rows(&self) -> bool {
        self.first.is_some() && self.rows >= self.min_rows
    }
}

/// Returns the `number` less the `offset` as f32, NaN for NaN; `None` if it is too large.
pub(crate) fn narrowed(number: f64, offset: f64) -> Option<f32> {
    less(number, offset).map(|raw| raw as f32)
}

/// Returns the `number` less the `offset`, NaN for NaN; `None` if it is too large for f32.
pub(crate) fn less(number: f64, offset: f64) -> Option<f64> {
    let raw = number - offset;
    (!(raw as f32).is_infinite()).then_some(raw)
}

pub(crate) fn too_large(cell: &str) -> DataProblem {
    DataProblem::TooLarge { found: brief(cell) }
}

/// Returns what to subtract from numbers such as `numbers`, so that f32 can tell them apart: 0 unless
/// three quarters of them lie close together and far from 0.
pub(crate) fn offset(numbers: &[f64]) -> f64 {
    /// Ratio of size to range from which f32 may lose what differs.
    const FAR: f64 = 8.0;
    /// Ratio from which f32 has less than four digits for the range.
    const VERY_FAR: f64 = 1000.0;
    /// Size from which f32 skips whole numbers.
    const WHOLE: f64 = (1 << 24) as f64;
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let mut sorted: Vec<f64> = finite().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    // A few others, such as 0 for an unknown time, do not count.
    let quantile = |eighths: usize| sorted.get(sorted.len() * eighths / 8).copied();
    let [low, median, high] = [1, 4, 7].map(|eighths| quantile(eighths).unwrap_or(0.0));
    let (size, range) = (low.abs().max(high.abs()), high - low);
    if size < FAR * range || size == 0.0 {
        return 0.0;
    }
    let distinct = |offset: f64| {
        let mut bits: Vec<u32> = finite()
            .map(|number| ((number - offset) as f32).to_bits())
            .collect();
        bits.sort_unstable();
        bits.dedup();
        bits.len()
    };
    // The nearest number of f32 leaves others, such as 0, as they are.
    let (exact, coarse) = (median.round(), f64::from(median.round() as f32));
    let center = if distinct(coarse) == distinct(exact) {
        coarse
    } else {
        exact
    };
    let is_exact = size < WHOLE && finite().all(|number| f64::from(number as f32) == number);
    let is_needed = !is_exact
        && (size > VERY_FAR * range && (range > 0.0 || size >= WHOLE)
            || distinct(center) > distinct(0.0));
    if is_needed { center } else { 0.0 }
}

/// Distinct texts of a column in the order of the file, with their frequencies.
#[derive(Default)]
pub(crate) struct Texts {
    by_text: HashMap<String, u32>,
    counts: Vec<usize>,
    /// Line of the first cell with each.
    lines: Vec<u64>,
    /// Number of cells with other texts.
    others: usize,
    is_wanted: bool,
    /// Whether `-` is one of them, beside `+`.
    has_signs: bool,
    /// Whether the empty text is one of them, which means no if there is a single other.
    has_checks: bool,
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
    /// Returns the code of `text`, found on `line`; texts beyond the maximum share the last one.
    fn code(&mut self, text: &str, line: u64) -> f32 {
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
                self.lines.push(line);
                code
            }
        };
        self.counts[code as usize] += 1;
        code as f32
    }

    /// Returns the words, in the column called `name`, without which it would be one of numbers.
    pub(crate) fn stray_words(&self, name: &str, shape: &Shape) -> Option<StrayWords> {
        /// Maximum number of different words; names and codes have more.
        const MAX_WORDS: usize = 10;
        if self.is_wanted || self.others > 0 {
            return None;
        }
        let mut words: Vec<(usize, &String)> = Vec::new();
        let mut in_words = 0;
        for (text, &code) in &self.by_text {
            if !shape.number(text).is_ok_and(|number| !number.is_nan()) {
                words.push((code as usize, text));
                in_words += self.counts[code as usize];
            }
            if words.len() > MAX_WORDS {
                return None;
            }
        }
        let in_numbers = self.counts.iter().sum::<usize>() - in_words;
        words.sort_unstable();
        let &(first, _) = words.first()?;
        let is_numeric = self.counts.len() > words.len() + 1 && in_numbers >= in_words;
        is_numeric.then(|| StrayWords {
            column: name.to_owned(),
            cells: in_words,
            words: words.iter().map(|(_, text)| (*text).clone()).collect(),
            line: self.lines[first],
        })
    }

    /// Returns the reason for excluding the column, with the numbers of different texts and of cells if there are many.
    pub(crate) fn exclusion(&self) -> Option<(ExclusionReason, Option<(usize, usize)>)> {
        let (distinct, cells) = (
            self.counts.len(),
            self.counts.iter().sum::<usize>() + self.others,
        );
        match () {
            () if self.is_wanted => None,
            () if self.others > 0 || are_nearly_distinct(distinct, cells) => {
                Some((ExclusionReason::Identifiers, None))
            }
            () if are_mostly_different(distinct, cells) => {
                Some((ExclusionReason::ManyTexts, Some((distinct, cells))))
            }
            () => None,
        }
    }

    /// Decides between a boolean column and categories, of which the most frequent get an input each.
    ///
    /// # Errors
    /// Those of [`Self::exclusion`].
    pub(crate) fn finish(self) -> Result<Categories, (ExclusionReason, Option<(usize, usize)>)> {
        if let Some(excluded) = self.exclusion() {
            return Err(excluded);
        }
        let mut texts = vec![String::new(); self.counts.len()];
        for (text, code) in self.by_text {
            texts[code as usize] = text;
        }
        if let Some(boolean) = boolean(&texts) {
            return Ok(boolean);
        }
        if let (true, Some(word)) = (self.has_checks && texts.len() == 2, filled(&texts)) {
            return Ok(checks(word, &texts));
        }
        // Beside several words an empty cell is a missing value.
        let is_text = |code: &usize| !texts[*code].is_empty();
        let mut by_count: Vec<usize> = (0..texts.len()).filter(is_text).collect();
        // The sort is stable, so that of equals the one seen first comes first.
        by_count.sort_by_key(|&code| std::cmp::Reverse(self.counts[code]));
        let mut chosen = by_count[..by_count.len().min(MAX_CATEGORIES)].to_vec();
        chosen.sort_unstable();
        let values = chosen.iter().map(|&code| texts[code].clone()).collect();
        let rare = by_count.len() - chosen.len() + usize::from(self.others > 0);
        let mut raw = vec![chosen.len() as f32; MAX_TEXTS.min(texts.len()) + 1];
        for (index, &code) in chosen.iter().enumerate() {
            raw[code] = index as f32;
        }
        if let Some(empty) = texts.iter().position(String::is_empty) {
            raw[empty] = f32::NAN;
        }
        let other = rare > 0;
        Ok(Categories {
            kind: ColumnKind::Categorical { values, other },
            raw,
            rare,
        })
    }
}

/// Returns the first of `texts` that is not empty.
fn filled(texts: &[String]) -> Option<&String> {
    texts.iter().find(|text| !text.is_empty())
}

/// Returns the boolean type of the `word` for yes and the empty text for no, which are the `texts`.
fn checks(word: &str, texts: &[String]) -> Categories {
    let raw = texts.iter().map(|text| f32::from(!text.is_empty()));
    Categories {
        raw: raw.collect(),
        kind: ColumnKind::Boolean {
            no: vec!["no".to_owned(), String::new()],
            yes: vec![word.to_owned()],
        },
        rare: 0,
    }
}

/// Returns the boolean type if `texts` are words for no and yes, case-insensitively.
fn boolean(texts: &[String]) -> Option<Categories> {
    let is = |text: &String, word: &str| text.eq_ignore_ascii_case(word);
    let (no, yes) = BOOLEANS.into_iter().find(|(no, yes)| {
        let both = [no, yes].map(|word| texts.iter().any(|text| is(text, word)));
        let is_known = |text: &String| is(text, no) || is(text, yes);
        both == [true, true] && texts.iter().all(is_known)
    })?;
    let raw = texts.iter().map(|text| f32::from(is(text, yes)));
    Some(Categories {
        raw: raw.collect(),
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
