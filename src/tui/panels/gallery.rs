//! Gallery of errors: images that were predicted wrong, worst first.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Panel;
use crate::train::SampleId;
use crate::train::probes::RowOutcome;
use crate::tui::app::{ClickTarget, Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{HeatPalette, Pane, Picture, Title};
use crate::util::numbers::percent;

/// Images that were predicted wrong, worst first, each with its class and its prediction in the same evaluation.
pub(crate) struct GalleryPanel;

impl Panel for GalleryPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        let errors = model.errors();
        let grid = model.gallery(pane.area);
        let details = grid.map_or(Vec::new(), |grid| {
            let shown = grid.shown();
            let place = text::place_of(
                format!("{}–{}", shown.start + 1, shown.end),
                errors.rows.len(),
            );
            vec![text::errors_as_of(&place, errors.epoch), place]
        });
        Title::new(text::gallery_title(), details)
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (area, model, theme) = (pane.area, pane.model, pane.theme);
        if model.run.data.image.is_none() {
            return pane.message([text::errors_of_images()]);
        }
        let errors = model.errors();
        if model.run.outcomes.is_none() {
            return pane.message([text::after_first_epoch()]);
        }
        if errors.rows.is_empty() {
            return pane.message([text::no_mistakes()]);
        }
        let (Some(grid), Some(size)) = (model.gallery(area), model.run.data.image) else {
            return pane.message([text::no_room_for_picture()]);
        };
        pane.limit = Some(grid.end());
        let set = model.run.measured_set();
        for place in grid.shown() {
            let index = errors.rows[place] as usize;
            let sample = SampleId { set, index };
            let Some(samples) = model.run.samples_with(sample) else {
                continue;
            };
            let cell = grid.cell(place, area);
            let caption = caption(model, theme, sample, errors.outcomes.get(place), cell.width);
            pane.line(Rect { height: 1, ..cell }, caption);
            let picture = Picture::of_row(size, samples, &model.run.data.preprocessing, index);
            let below = Rect::new(cell.x, cell.y + 1, cell.width, cell.height - 1);
            picture.render(below, pane.buf, theme, HeatPalette::Grey);
        }
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let grid = model.gallery(inside)?;
        let mut places = grid.shown();
        let place = places.find(|&place| grid.cell(place, inside).contains(at))?;
        Some(Msg::Pick(ClickTarget::Error(place)))
    }
}

/// True class, prediction and its probability, as far as they have room; the shown row is a badge.
fn caption(
    model: &Model,
    theme: Theme,
    sample: SampleId,
    outcome: Option<&RowOutcome>,
    cells: u16,
) -> Line<'static> {
    let names = model.run.data.class_names();
    let name = |class: usize| names.get(class).cloned().unwrap_or_default();
    let actual = sample.samples(&model.run.data).targets.class(sample.index);
    let actual = actual.map_or(String::new(), name);
    let (texts, style) = match outcome {
        Some(outcome) => {
            let both = format!("{actual} → {}", name(outcome.class));
            let share = percent(outcome.output.into());
            ([format!("{both} {}", share.trim()), both], theme.bad())
        }
        None => ([actual.clone(), actual], theme.text()),
    };
    let style = if sample == model.navigation.sample {
        theme.badge(style)
    } else {
        style
    };
    let fits = |text: &&String| crate::util::text::width(text) <= cells.into();
    let text = texts.iter().find(fits).unwrap_or(&texts[1]);
    Span::styled(text.clone(), style).into()
}
