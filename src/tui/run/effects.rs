//! Effects that take a while or touch files: facts about the data, names of files, screenshots.

use std::path::Path;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Program;
use crate::data::{DataSummary, Prepared};
use crate::error::Result;
use crate::model_file::{Access, write_with};
use crate::tui::app::command::Files;
use crate::tui::app::{App, Msg};
use crate::tui::events::{Incoming, spawn};
use crate::tui::{files, render, screenshot};

impl Program {
    /// Collects facts about the data in another thread, since large ones take seconds. If no thread
    /// can be started, the screen waits.
    pub(super) fn describe(&mut self, restarts: u32, prepared: Arc<Prepared>) -> Result<()> {
        let Some(training) = &self.training else {
            return Ok(());
        };
        let dataset = Arc::clone(&training.dataset);
        let describe = move || Box::new(DataSummary::new(&dataset, &prepared));
        let (sender, describe_there) = (self.sender.clone(), describe.clone());
        let spawned = spawn("describe", move || {
            // The program may have ended meanwhile.
            let _ = sender.send(Incoming::Described(restarts, describe_there()));
        });
        match spawned {
            Ok(()) => Ok(()),
            Err(_) => self.update(Msg::Described(restarts, describe())),
        }
    }

    /// Lists a folder in another thread, since a remote disk may take its time. If no thread can be
    /// started, names are not completed.
    pub(super) fn list_files(&self, folder: String) {
        let sender = self.sender.clone();
        let _ = spawn("files", move || {
            let names = files::names(&folder);
            // The program may have ended meanwhile.
            let _ = sender.send(Incoming::Files(Files { folder, names }));
        });
    }

    /// Writes what is on the screen to a new file, as SVG or text by its extension.
    pub(super) fn take_screenshot(&self, path: &Path) -> Result<()> {
        let (App::Running(model), Some(screen)) = (&self.app, &self.screen) else {
            return Ok(());
        };
        let (width, height) = model.navigation.size;
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let theme = screen.theme();
        render(area, &mut buf, model, theme);
        let is_text = path.extension().is_some_and(|extension| extension == "txt");
        let text = if is_text {
            screenshot::text(&buf)
        } else {
            screenshot::svg(&[(buf, 1.0)], theme.is_light())
        };
        write_with(path, false, Access::Usual, |out| {
            out.write_all(text.as_bytes())
        })?;
        Ok(())
    }
}
