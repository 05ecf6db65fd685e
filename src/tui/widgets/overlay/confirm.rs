//! Questions to be confirmed.

use super::question;
use crate::tui::app::Confirm;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::text::sanitise;

const MAX_WIDTH: u16 = 76;

/// Draws `confirm` with the keys that answer it.
pub(super) fn render(pane: &mut Pane<'_>, confirm: &Confirm) {
    let seconds = pane.model.run.unsaved_seconds();
    let trained = match seconds {
        s if s < 120.0 => text::seconds(s.round()),
        s => text::minutes((s / 60.0).round()),
    };
    let (title, text, keys) = match confirm {
        Confirm::Replace(path, _)
        | Confirm::ReplaceByCheckpoint(path)
        | Confirm::ReplaceByScript(path) => (
            text::replace_title(),
            text::file_exists(sanitise(&path.display().to_string())),
            text::replace_keys(),
        ),
        Confirm::Reset(seed, _) => (
            text::restart_title(),
            text::unsaved_before_restart(&trained, seed),
            text::restart_keys(),
        ),
        Confirm::Restore(_) => (
            text::restore_title(),
            text::unsaved(&trained),
            text::restore_keys(),
        ),
        Confirm::Quit => (
            text::quit_title(),
            text::unsaved(&trained),
            text::quit_keys(),
        ),
    };
    question(pane, MAX_WIDTH, title, &[text], keys);
}
