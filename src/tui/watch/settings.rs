//! Hyperparameters of the runs side by side, those that differ first.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::Watch;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Title, cut, frame};
use crate::util::lang::say;
use crate::util::text::{padded, sanitise, shorten, shorten_front, width};

/// Cells of a name, and of a value with the blank after it.
const NAME: usize = 20;
const VALUE: usize = 14;

impl Watch {
    /// Draws the table into `area`: a column for each run that is shown, from the one under the cursor on.
    pub(super) fn draw_settings(&self, area: Rect, buf: &mut Buffer, theme: Theme) {
        let shown = self.shown();
        let listed: Vec<usize> = self
            .listed()
            .into_iter()
            .filter(|run| shown.contains(run))
            .collect();
        let names: BTreeSet<&Arc<str>> = listed
            .iter()
            .flat_map(|&run| self.runs[run].1.hparams.keys())
            .collect();
        let value = |run: usize, name: &Arc<str>| self.runs[run].1.hparams.get(name);
        let mut rows: Vec<(bool, &Arc<str>)> = names
            .into_iter()
            .map(|name| {
                let values: BTreeSet<_> = listed.iter().map(|&run| value(run, name)).collect();
                (values.len() == 1, name)
            })
            .collect();
        rows.sort();
        let differing = rows.iter().filter(|(is_equal, _)| !is_equal).count();
        let note = say!("watch-differing", "{count} differ", count = differing);
        let title = Title::new(say!("watch-settings", "Settings"), [Line::from(note)]);
        frame(area, buf, theme, false, &title, Default::default());
        let inside = area.inner(Margin::new(1, 1));
        let cells = usize::from(inside.width);
        let widest = rows.iter().map(|(_, name)| width(&sanitise(name))).max();
        let first = widest.unwrap_or(0).clamp(4, NAME) + 1;
        let columns = cells.saturating_sub(first) / VALUE;
        let start = self.cursor.min(listed.len().saturating_sub(columns.max(1)));
        let runs: Vec<usize> = listed.iter().copied().skip(start).take(columns).collect();
        let mut header = Line::from(" ".repeat(first));
        for &run in &runs {
            let name = shorten_front(&sanitise(&self.runs[run].0), VALUE - 1);
            header.push_span(Span::styled(padded(&name, VALUE), theme.class(run)));
        }
        let lines = rows.into_iter().map(|(is_equal, name)| {
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
            cut(line, cells).render(row, buf);
        }
    }
}
