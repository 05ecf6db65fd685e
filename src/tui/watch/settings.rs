//! Hyperparameters of the runs side by side, those that differ first.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

use super::{Watch, marks};
use crate::tui::widgets::{Pane, Title};
use crate::util::lang::say;
use crate::util::text::{padded, sanitise, shorten, width};

/// Cells of a name, and of a value with the blank after it.
const NAME: usize = 20;
const VALUE: usize = 14;

impl Watch {
    /// Runs that are compared: those that are shown, in the order of the list.
    fn compared(&self) -> Vec<usize> {
        let mut listed = self.listed();
        listed.retain(|&run| !self.hidden.contains(&self.runs[run].0));
        listed
    }

    fn settings_of(&self, runs: &[usize]) -> BTreeSet<&Arc<str>> {
        let runs = runs.iter();
        runs.flat_map(|&run| self.runs[run].1.hparams.keys())
            .collect()
    }

    /// Index of the last row of the table.
    pub(super) fn last_setting(&self) -> usize {
        self.settings_of(&self.compared()).len().saturating_sub(1)
    }
}

/// Draws the table into `area`: a column for each run that is shown, from the one under the cursor on.
pub(super) fn draw_settings(pane: &mut Pane<'_, Watch>, area: Rect) {
    let (watch, theme) = (pane.model, pane.theme);
    let listed = watch.compared();
    let names = watch.settings_of(&listed);
    let value = |run: usize, name: &Arc<str>| watch.runs[run].1.hparams.get(name);
    let mut rows: Vec<(bool, &Arc<str>)> = names
        .into_iter()
        .map(|name| {
            let values: BTreeSet<_> = listed.iter().map(|&run| value(run, name)).collect();
            (values.len() == 1, name)
        })
        .collect();
    rows.sort();
    let differing = rows.iter().filter(|(is_equal, _)| !is_equal).count();
    let note = if differing == 1 {
        say!("watch-one-differs", "1 differs").to_owned()
    } else {
        say!("watch-differing", "{count} differ", count = differing)
    };
    let inside = area.inner(Margin::new(1, 1));
    let cells = usize::from(inside.width);
    let widest = rows.iter().map(|(_, name)| width(&sanitise(name))).max();
    let first = widest.unwrap_or(0).clamp(4, NAME) + 1;
    let columns = cells.saturating_sub(first) / VALUE;
    let pointed = watch.pointed().map(|(index, ..)| index);
    let pointed = listed.iter().position(|run| Some(*run) == pointed);
    let start = pointed.unwrap_or(watch.cursor);
    let start = start.min(listed.len().saturating_sub(columns.max(1)));
    let runs: Vec<usize> = listed.iter().copied().skip(start).take(columns).collect();
    let height = usize::from(inside.height).saturating_sub(1);
    let top = watch.setting.min(rows.len().saturating_sub(height.max(1)));
    let mut notes = [String::new(), String::new()];
    if runs.len() < listed.len() {
        let (first, last, all) = (start + 1, start + runs.len(), listed.len());
        let text = say!(
            "watch-runs-shown",
            "runs {first}–{last} of {all} (↑ ↓)",
            first,
            last,
            all
        );
        notes[0] = format!(" {text} ");
    }
    if rows.len() > height {
        let (first, last, all) = (top + 1, top + height, rows.len());
        let text = say!(
            "watch-rows-shown",
            "{first}–{last} of {all} (n N)",
            first,
            last,
            all
        );
        notes[1] = format!(" {text} ");
    }
    let title = Title::new(say!("watch-settings", "Settings"), [Line::from(note)]);
    pane.frame(area, false, &title, notes);
    let short = watch.short_names(&runs, VALUE - 3);
    let mut header = Line::from(" ".repeat(first));
    for (&run, name) in runs.iter().zip(&short) {
        let mark = format!("{} ", marks::mark(theme, run));
        header.push_span(Span::styled(mark, theme.class(run)));
        header.push_span(Span::styled(padded(name, VALUE - 2), theme.class(run)));
    }
    let lines = rows.into_iter().skip(top).map(|(is_equal, name)| {
        let style = if is_equal {
            theme.dim()
        } else {
            theme.accent()
        };
        let label = shorten(&sanitise(name), first - 1);
        let mut line = Line::from(Span::styled(padded(&label, first), theme.text()));
        for &run in &runs {
            let text = value(run, name).map_or(String::new(), |text| sanitise(text));
            line.push_span(Span::styled(
                padded(&shorten(&text, VALUE - 1), VALUE),
                style,
            ));
        }
        line
    });
    for (line, row) in std::iter::once(header).chain(lines).zip(inside.rows()) {
        pane.line(row, line);
    }
}
