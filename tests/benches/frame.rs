//! How long a frame takes: building the overview of a trained model, and writing to a terminal what
//! changed since the frame before.

#[path = "../support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io;

use criterion::{Criterion, criterion_group, criterion_main};
use nn_tui::app::Model;
use nn_tui::ui::theme::{Depth, Theme};
use nn_tui::ui::{render, view};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use support::{plan, trained_model};

fn frames(criterion: &mut Criterion) {
    let theme = Theme::new(Depth::True);
    let mut group = criterion.benchmark_group("frame");
    for (name, data, hidden) in [("iris", "iris", &[8][..]), ("wide", "digits", &[128, 64])] {
        for (width, height) in [(80, 24), (200, 60)] {
            let models =
                [5, 6].map(|epochs| trained_model(data, plan(hidden), epochs, (width, height)));
            let area = Rect::new(0, 0, width, height);
            group.bench_function(format!("{name} {width}x{height} build"), |bencher| {
                let mut buf = Buffer::empty(area);
                bencher.iter(|| {
                    buf.reset();
                    render(area, &mut buf, black_box(&models[0]), theme);
                });
            });
            group.bench_function(format!("{name} {width}x{height} draw"), |bencher| {
                let mut terminal = terminal(area);
                let mut models = models.iter().cycle();
                let mut draw =
                    |model: &Model| terminal.draw(|frame| view(model, &theme, frame)).map(drop);
                bencher.iter(|| draw(models.next().unwrap()).unwrap());
            });
        }
    }
}

fn terminal(area: Rect) -> Terminal<CrosstermBackend<io::Sink>> {
    let viewport = Viewport::Fixed(area);
    let options = TerminalOptions { viewport };
    Terminal::with_options(CrosstermBackend::new(io::sink()), options)
        .expect("no terminal is asked")
}

criterion_group!(benches, frames);
criterion_main!(benches);
