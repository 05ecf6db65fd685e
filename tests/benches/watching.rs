//! Cost of the screen: training throughput at full speed with the screen on, relative to that without a
//! screen, and the same with the inspector on a weight. Rounds are interleaved against drift of the
//! machine; results are medians.
//!
//! `cargo bench --bench watching`, or with the images of handwritten digits as they are distributed
//! `cargo bench --bench watching -- train-images-idx3-ubyte.gz`

#[path = "../support/mod.rs"]
mod support;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use nn_tui::data::Dataset;
use nn_tui::nn::ParameterId;
use nn_tui::train::probes::InspectProbe;
use nn_tui::train::{
    Command, Cursor, Event, Inspect, Pace, Plan, Position, Request, Session, State, Subject, Worker,
};
use nn_tui::tui::app::{Effect, Model, Msg};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::view;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use support::{dataset, plan, settings};

const ROUND: Duration = Duration::from_millis(1500);
const ROUNDS: usize = 9;
const FRAME: Duration = Duration::from_millis(33);

fn main() {
    println!(
        "{:24} {:>14} {:>14} {:>8} {:>10}",
        "", "alone", "watched", "ratio", "inspected"
    );
    let mut cases = vec![
        ("iris 4-16-16-3", "iris".to_owned(), &[16, 16][..]),
        ("digits 60-32-10", "digits".to_owned(), &[32]),
        ("digits 60-128-64-10", "digits".to_owned(), &[128, 64]),
    ];
    let images = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    cases.extend(images.map(|path| ("images 784-30-10", path, &[30][..])));
    for (name, data, hidden) in cases {
        let data = &Arc::new(dataset(&data));
        let mut plan = plan(hidden);
        plan.rule.learning_rate = support::rate(1e-4);
        let (mut alone, mut watched, mut inspected) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            alone.push(steps_per_second(data, &plan, Watcher::None));
            watched.push(steps_per_second(data, &plan, Watcher::Navigation));
            inspected.push(steps_per_second(data, &plan, Watcher::Inspector));
        }
        let (alone, watched) = (median(alone), median(watched));
        let (ratio, inspected) = (watched / alone, median(inspected) / alone);
        println!(
            "{name:24} {alone:>8.0} step/s {watched:>8.0} step/s {ratio:>8.3} {inspected:>10.3}"
        );
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Screen during a round.
#[derive(Clone, Copy, PartialEq)]
enum Watcher {
    None,
    Navigation,
    Inspector,
}

/// Cursor of the inspector.
const INSPECT: Inspect = Inspect {
    cursor: Cursor::Parameter(ParameterId::Weight {
        layer: 1,
        output: 1,
        input: 2,
    }),
    of: Subject::Batch,
};

/// Trains for one round, and returns the steps per second, with or without a screen of 200 x 60 that is
/// drawn 30 times per second.
fn steps_per_second(data: &Arc<Dataset>, plan: &Plan, watcher: Watcher) -> f64 {
    let (sender, events) = sync_channel(256);
    let session = Session::new(plan.clone(), Arc::clone(data)).expect("the plan is sound");
    let worker = Worker::spawn(session, settings(true, None), {
        move |event: Event| {
            use std::sync::mpsc::TrySendError::{Disconnected, Full};
            sender.try_send(event).map_err(|error| match error {
                Full(event) | Disconnected(event) => Box::new(event),
            })
        }
    });
    let worker = worker.expect("a thread");
    let Ok(Event::Started(started)) = events.recv() else {
        panic!("it starts");
    };
    let mut model = Model::new(&started, Pace::Full, (200, 60), None);
    let area = Rect::new(0, 0, 200, 60);
    let options = TerminalOptions {
        viewport: Viewport::Fixed(area),
    };
    let backend = CrosstermBackend::new(io::sink());
    let mut terminal = Terminal::with_options(backend, options).expect("no terminal is asked");
    let theme = Theme::new(Depth::True);
    let update = |model: &mut Model, msg| {
        for effect in model.update(msg) {
            match effect {
                Effect::Send(Command::Observe(mut observation)) => {
                    if let (Watcher::Inspector, Some(row)) = (watcher, observation.find().cloned())
                    {
                        observation.add(Request::new(InspectProbe {
                            inspect: INSPECT,
                            row,
                        }));
                    }
                    worker.send(Command::Observe(observation));
                }
                Effect::Send(command) => worker.send(command),
                _ => {}
            }
        }
    };
    worker.send(Command::Resume);
    let start = Instant::now();
    while start.elapsed() < ROUND {
        std::thread::sleep(FRAME);
        let came: Vec<Event> = events.try_iter().collect();
        if watcher != Watcher::None {
            for event in came {
                update(&mut model, Msg::Worker(Box::new(event)));
            }
            if let Some(snapshot) = worker.mailbox().take() {
                update(&mut model, Msg::Snapshot(Box::new(snapshot)));
            }
            terminal
                .draw(|frame| view(&model, &theme, frame))
                .expect("it draws");
        }
    }
    worker.send(Command::Pause);
    let elapsed = start.elapsed();
    loop {
        let event = events.recv().expect("an answer");
        if let Event::State {
            state: State::Paused,
            position,
        } = event
            && position != Position::default()
        {
            return position.step as f64 / elapsed.as_secs_f64();
        }
    }
}
