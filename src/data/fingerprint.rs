//! Fingerprint of a loaded data set, by which a resumed run recognises its data.

use flate2::Crc;
use serde::{Deserialize, Serialize};

use super::{Dataset, RowSplit, Target};
use util::lang::say;
use util::text::brief;

/// Size and checksum of everything in a data set that training depends on: columns, values, targets,
/// validation and test rows. Neither path nor compression of the file counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    rows: usize,
    /// Number of input columns.
    columns: usize,
    target: String,
    /// CRC-32 as in ZIP.
    checksum: u32,
}

impl Fingerprint {
    /// Computes the fingerprint of `dataset`.
    pub fn of(dataset: &Dataset) -> Self {
        let mut sum = Checksum(Crc::new());
        for column in &dataset.columns {
            sum.text(&format!(
                "{}\0{}\0{:?}\0{}\0",
                column.name, column.column, column.kind, column.offset
            ));
            if let Some(derived) = &column.derived {
                sum.text(&format!("{derived:?}\0"));
            }
        }
        let layout = (
            dataset.table_columns,
            dataset.target_column,
            dataset.target_offset,
            dataset.image,
        );
        sum.text(&format!("{}\0{layout:?}\0", dataset.target_name));
        sum.rows(dataset.values.iter().copied(), &dataset.target);
        // Files by which rows are split can change.
        match &dataset.split {
            RowSplit::Random => {}
            RowSplit::Time { times, .. } => {
                sum.text("times\0");
                sum.numbers(times.iter().flat_map(|time| {
                    let bits = time.to_bits();
                    [bits as u32, (bits >> 32) as u32]
                }));
            }
            RowSplit::Groups { groups, .. } => {
                sum.text("groups\0");
                sum.numbers(groups.iter().copied());
            }
            RowSplit::Listed { sets, .. } => {
                sum.text("sets\0");
                sum.numbers(sets.iter().map(|&set| set as u32));
            }
        }
        for held_out in [&dataset.validation, &dataset.test] {
            sum.text(if held_out.is_some() {
                "rows\0"
            } else {
                "none\0"
            });
            if let Some(rows) = held_out {
                sum.rows(rows.values.iter().copied(), &rows.target);
            }
        }
        Self {
            rows: dataset.rows(),
            columns: dataset.columns.len(),
            target: dataset.target_name.clone(),
            checksum: sum.0.sum(),
        }
    }

    /// Describes how the data of fingerprint `other` differ from these; `None` if they do not.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let differs = |what: &str, own: usize, others: usize| {
            (own != others).then(|| {
                say!(
                    "other-count",
                    "it has {others} {what} instead of {own}",
                    others,
                    what,
                    own
                )
            })
        };
        differs(say!("other-rows", "rows"), self.rows, other.rows)
            .or_else(|| {
                differs(
                    say!("other-columns", "input columns"),
                    self.columns,
                    other.columns,
                )
            })
            .or_else(|| {
                (self.target != other.target).then(|| {
                    let [own, others] = [&self.target, &other.target].map(|name| brief(name));
                    say!(
                        "other-target",
                        "the target is \"{others}\" instead of \"{own}\"",
                        others,
                        own
                    )
                })
            })
            .or_else(|| (self != other).then(|| say!("other-values", "some values differ").into()))
    }
}

/// Running checksum.
struct Checksum(Crc);

impl Checksum {
    fn text(&mut self, text: &str) {
        self.0.update(text.as_bytes());
    }

    fn rows(&mut self, values: impl Iterator<Item = f32>, target: &Target) {
        self.numbers(values.map(f32::to_bits));
        match target {
            Target::Classes { names, labels } => {
                self.text(&format!("{names:?}\0"));
                self.numbers(labels.iter().copied());
            }
            Target::Numbers(numbers) => {
                self.numbers(numbers.iter().map(|&number| (number as f32).to_bits()));
            }
        }
    }

    /// Adds numbers in little-endian order, in blocks, since the checksum of a few bytes is slow.
    fn numbers(&mut self, numbers: impl Iterator<Item = u32>) {
        let mut block = Vec::with_capacity(BLOCK);
        for number in numbers {
            block.extend(number.to_le_bytes());
            if block.len() >= BLOCK {
                self.0.update(&block);
                block.clear();
            }
        }
        self.0.update(&block);
    }
}

/// Bytes of a block.
const BLOCK: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset_of;

    fn fingerprint(table: &str, target: &str) -> Fingerprint {
        Fingerprint::of(&dataset_of(table.as_bytes(), Some(target)).expect("loads"))
    }

    #[test]
    fn any_difference_is_named() {
        let table = "a,b,y\n1,2,u\n3,4,v\n5,7,u\n";
        let own = fingerprint(table, "y");
        assert_eq!(own.difference(&fingerprint(table, "y")), None);
        for (other, target, difference) in [
            ("a,b,y\n1,2,u\n3,4,v\n", "y", "it has 2 rows instead of 3"),
            (
                "a,y\n1,u\n3,v\n5,u\n",
                "y",
                "it has 1 input columns instead of 2",
            ),
            (table, "b", "the target is \"b\" instead of \"y\""),
            ("a,b,y\n1,2,u\n3,4,v\n5,8,u\n", "y", "some values differ"),
            ("a,b,y\n1,2,u\n3,4,v\n5,7,v\n", "y", "some values differ"),
            ("a,c,y\n1,2,u\n3,4,v\n5,7,u\n", "y", "some values differ"),
        ] {
            let found = own.difference(&fingerprint(other, target));
            assert_eq!(found.as_deref(), Some(difference), "{other}");
        }
    }
}
