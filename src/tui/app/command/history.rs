//! History of typed commands.

/// Maximum number of lines; beyond it the oldest is dropped.
const CAPACITY: usize = 200;

/// Commands typed in this run, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    lines: Vec<String>,
}

impl History {
    /// Appends `line`, unless it is empty or equal to the last one.
    pub(in crate::tui::app) fn add(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == CAPACITY {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns the line at `index`, counted from the oldest.
    pub(super) fn line(&self, index: usize) -> Option<&str> {
        self.lines.get(index).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_without_repetition() {
        let mut history = History::default();
        for line in ["lr 1", "lr 1 ", "", "undo", "lr 1"] {
            history.add(line);
        }
        let lines: Vec<&str> = (0..3).filter_map(|i| history.line(i)).collect();
        assert_eq!((lines, history.len()), (vec!["lr 1", "undo", "lr 1"], 3));
        for i in 0..1000 {
            history.add(&format!("row {i}"));
        }
        assert_eq!(history.len(), CAPACITY);
        assert_eq!(history.line(CAPACITY - 1), Some("row 999"));
    }
}
