//! Time per frame: drawing the overview of a trained model, and writing the changed cells to a terminal.
//! Also the time of a snapshot of the network, and of adding to the loss history.

#[path = "../support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io;

use criterion::{Criterion, criterion_group, criterion_main};
use nn_tui::train::probes::{ActivationProbe, EdgeProbe, RowProbe, WeightProbe};
use nn_tui::train::{LossPoint, Observation, SampleId, Scratch, Set, Training};
use nn_tui::tui::app::Model;
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::{render, view};
use nn_tui::util::stats::{Bounded, MinMaxLast};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use support::{plan, session, trained_model};

fn frames(criterion: &mut Criterion) {
    let theme = Theme::new(Depth::True);
    let mut group = criterion.benchmark_group("frame");
    for (name, data, hidden, epochs) in [
        ("iris", "iris", &[8][..], 5),
        ("wide", "digits", &[128, 64], 5),
        ("long", "iris", &[8], 5000),
    ] {
        for (width, height) in [(80, 24), (200, 60)] {
            let models = [epochs, epochs + 1]
                .map(|epochs| trained_model(data, plan(hidden), epochs, (width, height)));
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

/// Snapshot of everything that panels can request.
fn snapshots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("snapshot");
    for (name, data, hidden) in [("iris", "iris", &[8][..]), ("wide", "digits", &[128, 64])] {
        let session = session(data, plan(hidden));
        let mut scratch = Scratch::new(&session);
        let shown = |&neurons: &usize| (0..neurons.min(20)).collect();
        let sample = SampleId {
            set: Set::Validation,
            index: 0,
        };
        let observation = Observation::default()
            .with(RowProbe {
                sample,
                what_if: Vec::new(),
            })
            .with(EdgeProbe {
                neurons: session.architecture().sizes().iter().map(shown).collect(),
            })
            .with(WeightProbe)
            .with(ActivationProbe);
        group.bench_function(name, |bencher| {
            let training = Training::from(&session);
            bencher.iter(|| black_box(&observation).snapshot(&training, &mut scratch));
        });
    }
}

/// Adding a point to a full history, whose resolution is halved repeatedly.
fn history(criterion: &mut Criterion) {
    let mut series = Bounded::new(4096);
    let mut epochs = 0.0;
    criterion.bench_function("history/push", |bencher| {
        bencher.iter(|| {
            epochs += 1.0;
            series.push(LossPoint {
                epochs,
                loss: MinMaxLast::of(black_box(1.0 / epochs)),
            });
        });
    });
}

criterion_group!(benches, frames, snapshots, history);
criterion_main!(benches);
