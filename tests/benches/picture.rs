//! Draws the pictures of the README: screens of real trainings as SVG files that do not depend on fonts.
//!
//! `cargo bench --bench picture` writes `training.svg`, which moves, `overview.svg`, `small.svg`, `regions.svg`,
//! `hidden.svg`, `maps.svg`, `errors.svg`, `neuron.svg`, `weight.svg` and `update.svg` into `assets`.

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use clap::Parser;
use nn_tui::cli::args::Args;
use nn_tui::cli::job::Job;
use nn_tui::train::{Command, Event, Plan, StepSize};
use nn_tui::tui::app::{Model, Phase};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::{render, screenshot};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use support::screen::Shown;

/// Epochs whose screens the moving picture shows, and seconds for each of them.
const EPOCHS: [u64; 24] = [
    1, 2, 3, 4, 6, 8, 11, 14, 18, 22, 27, 32, 38, 45, 54, 64, 76, 90, 106, 125, 150, 180, 215, 250,
];
const SECONDS: f64 = 0.25;
/// Seconds for the last screen.
const LAST: f64 = 3.0;

fn main() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    draw(
        "iris --hidden 8 --activation tanh --lr 0.01",
        60,
        (120, 36),
        &assets.join("overview.svg"),
    );
    draw(
        "digits --hidden 48,24",
        12,
        (80, 24),
        &assets.join("small.svg"),
    );
    learned(&assets);
    principle(&assets);
    moving(
        "spiral --hidden 16,16 --lr 0.01",
        (112, 34),
        &assets.join("training.svg"),
    );
}

/// Draws a training as a picture that moves.
fn moving(arguments: &str, size: (u16, u16), path: &Path) {
    let (plan, name) = plan_of(arguments);
    let mut shown = Shown::new(support::dataset(&name), plan, size);
    let mut frames = Vec::new();
    for epoch in EPOCHS {
        while shown.model.run.position.epoch < epoch {
            shown.press("S");
        }
        let seconds = if epoch == EPOCHS[EPOCHS.len() - 1] {
            LAST
        } else {
            SECONDS
        };
        frames.push((drawn(&while_training(shown.model.clone())), seconds));
    }
    fs::write(path, screenshot::svg(&frames, false)).expect("the folder is there");
    println!("{}", path.display());
}

/// `model` as it looks while it trains.
fn while_training(mut model: Model) -> Model {
    model.run.phase = Phase::Training;
    model.run.evaluation = None;
    model.run.samples_per_second = 20.0 * model.run.data.training.rows() as f64;
    model
}

/// The screen of `model`.
fn drawn(model: &Model) -> Buffer {
    let (width, height) = model.navigation.size;
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    render(area, &mut buf, model, Theme::new(Depth::True));
    buf
}

/// Draws what networks have learned: a view after a training on `dataset` with the options of a command line.
fn learned(assets: &Path) {
    let view = |dataset, arguments, epochs, size, keys: &str, file| {
        let (plan, _) = plan_of(arguments);
        let mut shown = Shown::new(dataset, plan, size).train(epochs);
        shown.press(keys);
        save(&while_training(shown.model.clone()), &assets.join(file));
    };
    let (large, wide, small) = ((120, 36), (100, 30), (80, 24));
    let (spiral, moons) = (support::dataset("spiral"), support::dataset("moons"));
    let keys = ":view regions\n";
    view(spiral.clone(), "spiral", 150, large, keys, "regions.svg");
    view(spiral, "spiral", 150, small, ":view hidden\n", "hidden.svg");
    // The network alone.
    let keys = ":view network\n\n";
    view(moons, "moons --hidden 4,3", 150, wide, keys, "maps.svg");
    let (images, keys) = (support::images(), ":view errors\n");
    view(images, "digits --hidden 12", 12, small, keys, "errors.svg");
}

/// Draws the phases of one mini-batch of two irises, as the README describes them.
fn principle(assets: &Path) {
    let (plan, name) =
        plan_of("iris --hidden 4 --activation tanh --optimizer sgd --lr 0.1 --batch 2");
    let mut shown = Shown::new(support::dataset(&name), plan, (120, 36)).train(1);
    let walk = |shown: &mut Shown, count| {
        let size = StepSize::Phase;
        shown.order(Command::Step { size, count }, |event| {
            matches!(event, Event::StepPosition(_))
        });
        shown.order(Command::Evaluate(nn_tui::train::Weights::Last), |event| {
            matches!(event, Event::Evaluated { .. })
        });
        shown.look();
    };
    // Two layers forward, the loss, two layers backward.
    walk(&mut shown, 5);
    shown.press("i");
    save(&shown.model, &assets.join("neuron.svg"));
    shown.press("\n");
    save(&shown.model, &assets.join("weight.svg"));
    // The second row, and the update.
    walk(&mut shown, 6);
    save(&shown.model, &assets.join("update.svg"));
}

/// Parses a command line into a plan and the name of its data.
fn plan_of(arguments: &str) -> (Plan, String) {
    let args = Args::try_parse_from(["nn-tui"].into_iter().chain(arguments.split(' ')));
    let args = args.expect("the options are right");
    let job = Job::check(&args.training, &args.global, false).expect("they go together");
    let name = job.source.name();
    let dataset = support::dataset(&name);
    (job.plan_for(&dataset).expect("a plan"), name)
}

/// Writes the screen of `model` to `path` as SVG.
fn save(model: &Model, path: &Path) {
    let svg = screenshot::svg(&[(drawn(model), 1.0)], false);
    fs::write(path, svg).expect("the folder is there");
    println!("{}", path.display());
}

/// Trains for `epochs` epochs with the options of a command line, and writes the screen to `path`.
fn draw(arguments: &str, epochs: u64, size: (u16, u16), path: &Path) {
    let (plan, name) = plan_of(arguments);
    let model = support::trained_model(&name, plan, epochs, size);
    save(&while_training(model), path);
}
