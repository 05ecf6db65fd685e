//! Shared test support: sessions on the built-in data, and a worker driven step by step.
#![allow(dead_code)]

pub mod golden;
pub mod screen;
pub mod table;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use nn_tui::data::{ClassWeights, ColumnKind, DataSummary, Dataset, Source, load};
use nn_tui::nn::engine::{Resources, Threads};
use nn_tui::nn::kernels::Instructions;
use nn_tui::nn::{
    Activation, BatchSize, Initialisation, LearningRate, LearningRule, Loss, Optimizer, Output,
    WeightDecay,
};
use nn_tui::train::probes::{ActivationProbe, WeightProbe};
use nn_tui::train::{
    Command, Event, Limits, Pace, Plan, Session, Settings, Started, State, StepSize, Worker,
};
use nn_tui::tui::app::{MAIN_LANE, Model, Msg, Phase};
use nn_tui::tui::panels::PanelId;

/// Timeout after which a test without an answer fails.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn rate(rate: f64) -> LearningRate {
    LearningRate::new(rate).expect("a learning rate")
}

pub fn decay(lambda: f64) -> WeightDecay {
    WeightDecay::new(lambda).expect("a weight decay")
}

pub fn rows(rows: usize) -> BatchSize {
    BatchSize::new(rows).expect("a batch size")
}

pub fn plan(hidden: &[usize]) -> Plan {
    Plan {
        hidden: hidden.to_vec(),
        activation: Activation::Tanh,
        output: Output::Softmax,
        loss: Loss::CrossEntropy,
        targets: nn_tui::data::TargetEncoding::Standard,
        initialisation: Initialisation::Auto,
        rule: LearningRule {
            optimizer: Optimizer::ADAM,
            learning_rate: rate(0.01),
            weight_decay: decay(0.0),
        },
        schedule: nn_tui::nn::Schedule::default(),
        regularisation: nn_tui::nn::Regularisation::default(),
        batch: rows(10),
        class_weights: ClassWeights::None,
        validation: 0.2,
        seed: 1,
    }
}

/// Plan for regression with linear output and quadratic loss.
pub fn regression_plan(hidden: &[usize]) -> Plan {
    Plan {
        output: Output::Linear,
        loss: Loss::Quadratic,
        ..plan(hidden)
    }
}

/// Plan of the textbook: sigmoid, quadratic loss, plain gradient descent.
pub fn textbook_plan(hidden: &[usize]) -> Plan {
    Plan {
        activation: Activation::Sigmoid,
        output: Output::Sigmoid,
        loss: Loss::Quadratic,
        targets: nn_tui::data::TargetEncoding::Standard,
        initialisation: Initialisation::Normal,
        rule: LearningRule {
            optimizer: Optimizer::SGD,
            learning_rate: rate(1.0),
            weight_decay: decay(0.0),
        },
        ..plan(hidden)
    }
}

pub fn dataset(data: &str) -> Dataset {
    load(&Source::parse(data), None).expect("the data are sound")
}

/// Digits as images of 8 x 8 pixels.
pub fn images() -> Dataset {
    let mut digits = dataset("digits");
    digits.image = Some((8, 8));
    for column in &mut digits.columns {
        column.kind = ColumnKind::Pixel { max: 16.0 };
    }
    digits
}

pub fn session(data: &str, plan: Plan) -> Session {
    Session::new(plan, Arc::new(dataset(data))).expect("the plan is sound")
}

/// Session whose numbers are the same on every processor, as pictures of trained networks need them.
pub fn portable_session(dataset: Arc<Dataset>, plan: Plan) -> Session {
    let resources = Resources {
        instructions: Instructions::Portable,
        threads: Threads::UpTo(2),
    };
    Session::with_resources(plan, dataset, resources).expect("the plan is sound")
}

pub fn settings(paused: bool, epochs: Option<u64>) -> Settings {
    Settings {
        pace: Pace::Full,
        paused,
        limits: Limits::epochs(epochs),
        ..Settings::default()
    }
}

/// Worker with the receiver of its events.
pub struct Driven {
    pub worker: Worker,
    pub events: Receiver<Event>,
}

impl Driven {
    pub fn spawn(session: Session, settings: Settings) -> Self {
        let (sender, events) = sync_channel(1 << 12);
        let worker = Worker::spawn(session, settings, move |event: Event| {
            use std::sync::mpsc::TrySendError::{Disconnected, Full};
            sender.try_send(event).map_err(|error| match error {
                Full(event) | Disconnected(event) => Box::new(event),
            })
        });
        Self {
            worker: worker.expect("a thread is to be had"),
            events,
        }
    }

    /// Returns the next event that is `wanted`, and passes all events before it to `seen`.
    pub fn wait_for(&self, mut seen: impl FnMut(&Event), wanted: impl Fn(&Event) -> bool) -> Event {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).expect("the worker answers");
            if wanted(&event) {
                return event;
            }
            seen(&event);
        }
    }

    pub fn started(&self) -> Started {
        match self.wait_for(|_| {}, |event| matches!(event, Event::Started(_))) {
            Event::Started(started) => *started,
            _ => unreachable!(),
        }
    }

    /// Returns the next state that is `wanted`.
    pub fn state(&self, wanted: impl Fn(&State) -> bool) -> (State, nn_tui::train::Position) {
        let is_wanted =
            |event: &Event| matches!(event, Event::State { state, .. } if wanted(state));
        match self.wait_for(|_| {}, is_wanted) {
            Event::State { state, position } => (state, position),
            _ => unreachable!(),
        }
    }

    /// Returns epoch and batch of the last state, once no event has arrived for 25 ms.
    pub fn position_when_quiet(&self) -> (u64, u32) {
        let mut last = (0, 0);
        while let Ok(event) = self.events.recv_timeout(Duration::from_millis(25)) {
            if let Event::State { position, .. } = event {
                last = (position.epoch, position.batch);
            }
        }
        last
    }

    pub fn send(&self, command: Command) {
        self.worker.send(command);
    }
}

/// Screen state after `epochs` epochs of training with a snapshot after each; deterministic.
pub fn trained_model(data: &str, plan: Plan, epochs: u64, size: (u16, u16)) -> Model {
    trained_on(dataset(data), plan, epochs, size)
}

/// Screen state after `epochs` epochs of training on `dataset`.
pub fn trained_on(dataset: Dataset, plan: Plan, epochs: u64, size: (u16, u16)) -> Model {
    watched(dataset, plan, epochs, size).0
}

/// Screen state after `epochs` epochs of training on `dataset`, with its paused worker.
pub fn watched(dataset: Dataset, plan: Plan, epochs: u64, size: (u16, u16)) -> (Model, Driven) {
    let dataset = Arc::new(dataset);
    let session = portable_session(Arc::clone(&dataset), plan);
    let driven = Driven::spawn(session, settings(true, None));
    let started = driven.started();
    let mut model = Model::new(&started, Pace::EpochsPerSecond(20.0), size, None);
    tell(&mut model, &driven, Msg::Resize(size.0, size.1));
    // Drop a snapshot of the time before the first request.
    driven.worker.mailbox().take();
    for epoch in 0..=epochs {
        if epoch > 0 {
            driven.send(Command::Step {
                size: StepSize::Epoch,
                count: 1,
            });
            let mut events = Vec::new();
            loop {
                let event = driven.events.recv_timeout(PATIENCE).expect("an answer");
                let is_last = matches!(event, Event::Evaluated { .. });
                events.push(event);
                if is_last {
                    break;
                }
            }
            for event in events {
                tell(&mut model, &driven, Msg::Worker(MAIN_LANE, Box::new(event)));
            }
        }
        look(&mut model, &driven);
    }
    model.run.seconds = 12.0;
    let card = DataSummary::new(&dataset, &model.run.data);
    model.update(Msg::Described(0, Box::new(card)));
    assert_eq!(model.run.position.epoch, epochs);
    assert!(epochs == 0 || model.run.phase == Phase::Paused);
    (model, driven)
}

fn tell(model: &mut Model, driven: &Driven, msg: Msg) {
    for effect in model.update(msg) {
        if let nn_tui::tui::app::Effect::Send(_, command) = effect {
            driven.send(command);
        }
    }
}

/// Waits for a snapshot of the model's position, and updates the model with it.
fn look(model: &mut Model, driven: &Driven) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(snapshot) = driven.worker.mailbox().take()
            && snapshot.position == model.run.position
            && snapshot.answer::<WeightProbe>().is_some()
            && snapshot.answer::<ActivationProbe>().is_some()
                == model.navigation.shows(PanelId::Activations)
        {
            tell(model, driven, Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("no snapshot came");
}
