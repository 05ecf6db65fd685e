//! Lines typed before, kept for the run.

/// Lines that are kept.
const MOST: usize = 200;

/// Typed lines, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    lines: Vec<String>,
}

impl History {
    /// Keeps `line`, unless it is empty or that of just before.
    pub fn add(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == MOST {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line at `place`, counted from the oldest.
    pub fn line(&self, place: usize) -> Option<&str> {
        self.lines.get(place).map(String::as_str)
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
        assert_eq!(history.len(), MOST);
        assert_eq!(history.line(MOST - 1), Some("row 999"));
    }
}
