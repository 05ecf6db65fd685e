//! Cost of the screen: training throughput at full speed with the screen on, relative to that without a
//! screen, for each view, and with the inspector on a weight. Rounds are interleaved against drift of the
//! machine; results are medians. On Linux there is also the throughput by processor time of the training thread, which
//! other programs on the same processors disturb less.
//!
//! `cargo bench --bench watching`, with names of views to measure these alone, such as
//! `cargo bench --bench watching -- regions hidden`, or also with the images of handwritten digits as they are
//! distributed, `cargo bench --bench watching -- train-images-idx3-ubyte.gz`

#[path = "../support/mod.rs"]
mod support;

use std::fs;
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
use nn_tui::tui::app::{Effect, MAIN_LANE, Model, Msg, View};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::view;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use support::{dataset, images, plan, regression_plan, settings};

const ROUND: Duration = Duration::from_millis(1500);
const ROUNDS: usize = 9;
const FRAME: Duration = Duration::from_millis(33);

fn main() {
    let arguments = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"));
    let (names, files): (Vec<String>, Vec<String>) =
        arguments.partition(|arg| watcher(arg).is_some());
    let mut cases = vec![
        ("iris 4-16-16-3", dataset("iris"), &[16, 16][..]),
        ("spiral 2-8-8-3", dataset("spiral"), &[8, 8]),
        ("sine 1-16-1", dataset("sine"), &[16]),
        ("digits 64-32-10", images(), &[32]),
        ("digits 64-128-64-10", images(), &[128, 64]),
    ];
    let images = files.into_iter().next();
    cases.extend(images.map(|path| ("images 784-30-10", dataset(&path), &[30][..])));
    for (name, data, hidden) in cases {
        let data = &Arc::new(data);
        let mut plan = if data.class_names().is_empty() {
            regression_plan(hidden)
        } else {
            plan(hidden)
        };
        plan.rule.learning_rate = support::rate(1e-4);
        let has_images = data.image.is_some();
        let watchers = View::ALL.into_iter().map(Watcher::View);
        let watchers = watchers
            .chain([Watcher::Inspector])
            .filter(|watcher| has_images || *watcher != Watcher::View(View::Errors))
            .filter(|watcher| names.is_empty() || names.iter().any(|name| name == watcher.name()));
        let watchers: Vec<Watcher> = watchers.collect();
        let mut alone = Vec::new();
        let mut watched = vec![Vec::new(); watchers.len()];
        for _ in 0..ROUNDS {
            alone.push(steps_per_second(data, &plan, None));
            for (&watcher, rates) in watchers.iter().zip(&mut watched) {
                rates.push(steps_per_second(data, &plan, Some(watcher)));
            }
        }
        let alone = medians(alone);
        println!("{name:24} {:>8.0} step/s alone", alone[0]);
        for (watcher, rates) in watchers.iter().zip(watched) {
            let [clock, processor] = medians(rates);
            let ratios = [clock / alone[0], processor / alone[1]];
            println!(
                "{:>24} {:>8.3} by processor time {:.3}",
                watcher.name(),
                ratios[0],
                ratios[1]
            );
        }
    }
}

/// Medians of both rates.
fn medians(rates: Vec<[f64; 2]>) -> [f64; 2] {
    [0, 1].map(|of| median(rates.iter().map(|rates| rates[of]).collect()))
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Screen during a round.
#[derive(Clone, Copy, PartialEq)]
enum Watcher {
    View(View),
    Inspector,
}

impl Watcher {
    fn name(self) -> &'static str {
        match self {
            Self::View(view) => view.name(),
            Self::Inspector => "inspector",
        }
    }
}

/// The screen with this name.
fn watcher(name: &str) -> Option<Watcher> {
    let views = View::ALL.into_iter().map(Watcher::View);
    let mut all = views.chain([Watcher::Inspector]);
    all.find(|watcher| watcher.name() == name)
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

/// Processor time that the training thread has used, in seconds; NaN where that is not known.
fn processor_time() -> f64 {
    let tasks = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let times = tasks.filter_map(|task| {
        let read = |name| fs::read_to_string(task.path().join(name)).ok();
        let is_training = read("comm")?.trim() == "training";
        let nanoseconds: f64 = read("schedstat")?.split(' ').next()?.parse().ok()?;
        is_training.then_some(nanoseconds / 1e9)
    });
    times.reduce(f64::max).unwrap_or(f64::NAN)
}

/// Trains for one round, and returns the steps per second, of the clock and of the training thread's processor time,
/// with or without a screen of 200 x 60 that is drawn 30 times per second.
fn steps_per_second(data: &Arc<Dataset>, plan: &Plan, watcher: Option<Watcher>) -> [f64; 2] {
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
    if let Some(Watcher::View(view)) = watcher {
        model.navigation.view = view;
    }
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
                Effect::Send(_, Command::Observe(mut observation)) => {
                    if let (Some(Watcher::Inspector), Some(row)) =
                        (watcher, observation.find().cloned())
                    {
                        observation.add(Request::new(InspectProbe {
                            inspect: INSPECT,
                            row,
                        }));
                    }
                    worker.send(Command::Observe(observation));
                }
                Effect::Send(_, command) => worker.send(command),
                _ => {}
            }
        }
    };
    worker.send(Command::Resume);
    let start = Instant::now();
    while start.elapsed() < ROUND {
        std::thread::sleep(FRAME);
        let came: Vec<Event> = events.try_iter().collect();
        if watcher.is_some() {
            for event in came {
                update(&mut model, Msg::Worker(MAIN_LANE, Box::new(event)));
            }
            if let Some(snapshot) = worker.mailbox().take() {
                update(&mut model, Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
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
            let steps = position.step as f64;
            return [steps / elapsed.as_secs_f64(), steps / processor_time()];
        }
    }
}
