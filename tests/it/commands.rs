//! Typed commands, the menu, edits, sliders, counts and the gradient check: from keys to what the
//! worker is told, and how they look.

use std::sync::OnceLock;

use crate::support::screen::{drawn, keys};
use crate::support::{decay, rate, rows};
use crate::support::{images, plan, regression_plan, textbook_plan, trained_model, trained_on};
use nn_tui::nn::NeuronId;
use nn_tui::nn::gradient_check::Checked;
use nn_tui::nn::schedule::Shape;
use nn_tui::nn::{
    Activation, Change, GradientCheck, Initialisation, Loss, Optimizer, Output, ParameterId,
};
use nn_tui::train::{Command, Cursor, Event, InForce, Pace, Plan};
use nn_tui::tui::app::command::{COMMANDS, FileKind, Files};
use nn_tui::tui::app::{
    Confirm, Effect, Help, HelpPage, MAIN_LANE, Model, Msg, Overlay, Phase, View,
};
use nn_tui::tui::render;
use nn_tui::tui::theme::{Depth, Theme};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

const WEIGHT: ParameterId = ParameterId::Weight {
    layer: 2,
    output: 0,
    input: 2,
};

const NEURON: NeuronId = NeuronId {
    layer: 1,
    neuron: 2,
};

const LAST_HIDDEN: NeuronId = NeuronId {
    layer: 1,
    neuron: 7,
};

fn iris() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    let made = || trained_model("iris", plan(&[8]), 2, (80, 24));
    MODEL.get_or_init(made).clone()
}

fn key(model: &mut Model, code: KeyCode) -> Vec<Command> {
    key_with(model, code, KeyModifiers::NONE)
}

fn key_with(model: &mut Model, code: KeyCode, modifiers: KeyModifiers) -> Vec<Command> {
    let effects = model.update(Msg::Key(KeyEvent::new(code, modifiers)));
    let commands = effects.into_iter().filter_map(|effect| match effect {
        // What is looked at is not what these tests are about.
        Effect::Send(_, Command::Observe(_)) => None,
        Effect::Send(_, command) => Some(command),
        _ => None,
    });
    commands.collect()
}

/// Presses the characters of `keys`, a line break for enter; returns what the worker is told.
fn press(model: &mut Model, keys: &str) -> Vec<Command> {
    self::keys(keys).flat_map(|code| key(model, code)).collect()
}

/// The changes that a typed line asks for.
fn changes(model: &mut Model, line: &str) -> Vec<Change> {
    let commands = press(model, &format!(":{line}\n"));
    assert!(
        model.prompt.overlay.is_none(),
        "{line}: {:?}",
        model.prompt.overlay
    );
    let changes = commands.into_iter().filter_map(|command| match command {
        Command::Apply(change) => Some(change),
        _ => None,
    });
    changes.collect()
}

/// Returns the error of a typed line; nothing may be sent for it.
fn problem(model: &mut Model, line: &str) -> String {
    let commands = press(model, &format!(":{line}\n"));
    assert!(commands.is_empty(), "{line}: {commands:?}");
    let Some(Overlay::Command(shown)) = &model.prompt.overlay else {
        panic!("{line} was taken: {:?}", model.prompt.overlay);
    };
    let problem = shown.prompt.error.clone().expect(line);
    press(model, "\x1b");
    problem
}

fn tell(model: &mut Model, event: Event) {
    model.update(Msg::Worker(MAIN_LANE, Box::new(event)));
}

/// Settings in force if `edit` was all that changed.
fn in_force(model: &Model, edit: impl FnOnce(&mut InForce)) -> Box<InForce> {
    let mut now = InForce {
        plan: model.run.plan.clone(),
        architecture: model.run.architecture.clone(),
        batches: model.run.batches,
        position: model.run.position,
        frozen: Vec::new(),
        muted: Vec::new(),
        undoable: 0,
        next_undo: String::new(),
    };
    edit(&mut now);
    Box::new(now)
}

fn in_both_sizes(name: &str, model: &mut Model) {
    for (width, height) in [(80, 24), (120, 36)] {
        model.update(Msg::Resize(width, height));
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), drawn(model));
    }
}

#[test]
fn cross_entropy_keeps_a_sigmoid_output() {
    let mut model = trained_model("iris", textbook_plan(&[4]), 0, (80, 24));
    let change = Change::Network {
        hidden: vec![4],
        activation: Activation::Sigmoid,
        output: Output::Sigmoid,
        loss: Loss::CrossEntropy,
    };
    assert_eq!(changes(&mut model, "loss cross-entropy"), [change]);
}

#[test]
fn commands_change_the_training() {
    let network = |hidden: &[usize], activation, output, loss| Change::Network {
        hidden: hidden.to_vec(),
        activation,
        output,
        loss,
    };
    let (tanh, softmax) = (Activation::Tanh, Output::Softmax);
    let cross = Loss::CrossEntropy;
    for (line, change) in [
        (
            "lr 0.03",
            Change::LearningRate {
                learning_rate: rate(0.03),
            },
        ),
        ("hidden 8,4", network(&[8, 4], tanh, softmax, cross)),
        ("hidden none", network(&[], tanh, softmax, cross)),
        (
            "activation relu",
            network(&[8], Activation::Relu, softmax, cross),
        ),
        (
            "output sigmoid",
            network(&[8], tanh, Output::Sigmoid, cross),
        ),
        // Cross-entropy can't go with a linear output; the loss follows.
        (
            "output linear",
            network(&[8], tanh, Output::Linear, Loss::Quadratic),
        ),
        (
            "loss quadratic",
            network(&[8], tanh, softmax, Loss::Quadratic),
        ),
        (
            "activation gelu",
            network(&[8], Activation::Gelu, softmax, cross),
        ),
        (
            "optimizer sgd",
            Change::Optimizer {
                optimizer: Optimizer::SGD,
            },
        ),
        (
            "l2 1e-4",
            Change::WeightDecay {
                weight_decay: decay(1e-4),
            },
        ),
        ("batch 32", Change::Batch { batch: rows(32) }),
        (
            "set w2[1,3] 0.5",
            Change::Parameter {
                id: WEIGHT,
                value: 0.5,
            },
        ),
        (
            "freeze w2[1,3]",
            Change::Freeze {
                id: WEIGHT,
                frozen: true,
            },
        ),
        (
            "unfreeze w2[1,3]",
            Change::Freeze {
                id: WEIGHT,
                frozen: false,
            },
        ),
        (
            "mute a1[8]",
            Change::Mute {
                neuron: LAST_HIDDEN,
                muted: true,
            },
        ),
        (
            "unmute a1[8]",
            Change::Mute {
                neuron: LAST_HIDDEN,
                muted: false,
            },
        ),
    ] {
        assert_eq!(changes(&mut iris(), line), [change], "{line}");
    }
    // As it is already: nothing to do.
    for line in ["hidden 8", "activation tanh", "batch 10", "lr 0.01", ""] {
        assert_eq!(changes(&mut iris(), line), [], "{line}");
    }
}

#[test]
fn commands_steer() {
    let sent = |line: &str| format!("{:?}", press(&mut iris(), &format!(":{line}\n")));
    assert_eq!(sent("train"), "[Resume]");
    assert_eq!(sent("seed 7"), "[Reset { seed: 7, initialisation: Auto }]");
    assert_eq!(
        sent("init normal"),
        "[Reset { seed: 1, initialisation: Normal }]"
    );
    assert_eq!(
        sent("epochs 30"),
        "[SetLimits(Limits { epochs: Some(30), patience: None, time: None })]"
    );
    assert_eq!(sent("schedule cosine"), "[]", "it takes a number of epochs");
    let mut model = iris();
    model.run.limits.epochs = Some(20);
    model.run.plan.schedule.shape = Shape::Cosine { end: 20 };
    let command = press(&mut model, ":epochs 30\n");
    let schedule =
        "Apply(Schedule { schedule: Schedule { shape: Cosine { end: 30 }, warm_up: 0 } })";
    assert!(format!("{command:?}").contains(schedule), "{command:?}");
    assert_eq!(
        sent("schedule step 5 0.5"),
        "[Apply(Schedule { schedule: Schedule { shape: Step { every: 5, factor: 0.5 }, warm_up: 0 } })]"
    );
    assert_eq!(
        sent("time-limit 2m"),
        "[SetLimits(Limits { epochs: None, patience: None, time: Some(120s) })]"
    );
    assert_eq!(
        sent("patience 9"),
        "[SetLimits(Limits { epochs: None, patience: Some(9), time: None })]"
    );
    let without_validation = Plan {
        validation: 0.0,
        ..plan(&[8])
    };
    let mut model = trained_model("iris", without_validation, 1, (80, 24));
    assert!(press(&mut model, ":patience 9\n").is_empty());
    assert!(drawn(&model).contains("patience goes by the loss on validation rows"));
    assert_eq!(sent("pace full"), "[SetPace(Full)]");
    assert_eq!(sent("step 10 phases"), "[Step { size: Phase, count: 10 }]");
    assert_eq!(sent("check"), "[CheckGradients]");
    assert_eq!(
        sent("export m.onnx"),
        "[Export { path: \"m.onnx\", weights: Last, replace: Nothing }]"
    );
    let mut model = iris();
    press(&mut model, ":row 17\n");
    assert_eq!(model.navigation.sample.index, 16);
    press(&mut model, ":view curves\n");
    assert_eq!(model.navigation.view, View::Curves);
    model.run.phase = Phase::Training;
    assert!(matches!(
        press(&mut model, ":pause\n")[..],
        [Command::Pause]
    ));
    assert_eq!(model.run.phase, Phase::Pausing);
    let mut model = iris();
    model.run.pace = Pace::Full;
    press(&mut model, ":pace auto\n");
    assert_eq!(model.run.pace, Pace::EpochsPerSecond(20.0));
    press(&mut model, ":help\n");
    assert!(matches!(
        model.prompt.overlay,
        Some(Overlay::Help(Help {
            page: HelpPage::Commands,
            ..
        }))
    ));
    press(&mut model, "\x1b:menu\n");
    assert!(matches!(model.prompt.overlay, Some(Overlay::Menu(_))));
    let mut model = iris();
    let effects = model.update(Msg::Key(KeyCode::Char(':').into()));
    assert!(effects.iter().all(|it| !matches!(it, Effect::Quit { .. })));
    press(&mut model, "quit");
    let enter = Msg::Key(KeyCode::Enter.into());
    assert!(matches!(
        model.update(enter)[..],
        [Effect::Quit { code: 0 }]
    ));
}

#[test]
fn work_that_would_be_lost_is_asked_for() {
    let mut model = iris();
    model.run.seconds = 500.0;
    assert!(press(&mut model, ":seed 7\n").is_empty());
    assert!(matches!(
        model.prompt.overlay,
        Some(Overlay::Confirm(Confirm::Reset(7, Initialisation::Auto)))
    ));
    assert!(matches!(
        press(&mut model, "y")[..],
        [Command::Reset { seed: 7, .. }]
    ));
    press(&mut model, ":quit\n");
    assert!(matches!(
        model.prompt.overlay,
        Some(Overlay::Confirm(Confirm::Quit))
    ));
}

#[test]
fn what_cannot_be_done_is_said() {
    for (line, expected) in [
        (
            "lr fast",
            "lr takes a number above 0 such as 0.03 or 1e-4, not \"fast\"",
        ),
        (
            "batch 1000",
            "batch size is limited to the 120 training rows",
        ),
        ("row 31", "there are only 30 rows"),
        ("undo", "nothing to undo"),
        ("undo 3", "undo takes no argument"),
        (
            "set 0.5",
            "no weight under the cursor; name one, e.g. w2[1,3] or b2[1]",
        ),
        ("set w3[1,1] 0.5", "no parameter w3[1,1]: layers are 1 to 2"),
        (
            "set w2[4,1] 0.5",
            "no parameter w2[4,1]: layer 2 has w2[1,1] to w2[3,8] and b2[1] to b2[3]",
        ),
        ("mute a2[1]", "a2[1] is not in the hidden layer, layer 1"),
        ("mute a1[9]", "no neuron a1[9]: layer 1 has 8 neurons"),
        (
            "mute",
            "no hidden neuron under the cursor; name one, e.g. a1[3]",
        ),
        ("pause", "not training; space: train"),
        ("back", "not inside a mini-batch; p steps into one"),
        (
            "input sepal",
            "unknown input \"sepal\"; did you mean \"sepal width\" or \"sepal length\"?",
        ),
        ("xyzzy", "unknown command \"xyzzy\" (tab: list)"),
    ] {
        assert_eq!(problem(&mut iris(), line), expected);
    }
    let wide = problem(&mut iris(), "input sepal width wide");
    assert!(wide.starts_with("sepal width takes a number ("), "{wide}");
    assert!(problem(&mut iris(), "hidden 99999,99999").contains("million parameters"));
    let mut sine = trained_model("sine", regression_plan(&[3]), 0, (80, 24));
    assert_eq!(
        problem(&mut sine, "output softmax"),
        "the target is a number: it takes :output linear, not softmax"
    );
    assert_eq!(
        problem(&mut sine, "loss cross-entropy"),
        "the target is a number: it takes :loss quadratic or huber, not cross-entropy"
    );
    let mut pictures = trained_on(images(), plan(&[4]), 0, (80, 24));
    assert!(problem(&mut pictures, "input r0c1 3").contains("pixels"));
    let mut failed = iris();
    failed.run.phase = Phase::Failed("index".into());
    assert!(problem(&mut failed, "hidden 3").contains("failed"));
    assert!(problem(&mut failed, "check").contains("failed"));
}

#[test]
fn an_error_stays_until_the_next_key() {
    let mut model = iris();
    press(&mut model, ":lr fast\n");
    let is_shown = |model: &Model| drawn(model).contains("a number above 0");
    assert!(is_shown(&model));
    tell(&mut model, Event::Snapshot);
    assert!(is_shown(&model));
    press(&mut model, "\x08");
    assert!(!is_shown(&model));
    press(&mut model, "\x1b");
    assert!(model.prompt.overlay.is_none());
}

fn typed(model: &Model) -> String {
    match &model.prompt.overlay {
        Some(Overlay::Command(line)) => line.prompt.text().to_owned(),
        other => panic!("no line: {other:?}"),
    }
}

#[test]
fn tab_completes_and_cycles() {
    let mut model = iris();
    press(&mut model, ":act\t");
    assert_eq!(typed(&model), "activation ");
    for expected in ["sigmoid", "tanh", "relu"] {
        press(&mut model, "\t");
        assert_eq!(typed(&model), format!("activation {expected}"));
    }
    key(&mut model, KeyCode::BackTab);
    assert_eq!(typed(&model), "activation tanh");
    press(&mut model, "\x1b:s\t\t\t\t");
    assert_eq!(typed(&model), "step");
    press(&mut model, "\x1b:input petal w\t 1.5\n");
    assert_eq!(model.inspector.moved, [(3, 1.5)]);
    press(&mut model, ":set w2\t");
    assert_eq!(typed(&model), "set w2[");
    press(&mut model, "\x1b:lr 0.5\t");
    assert_eq!(typed(&model), "lr 0.5");
    press(&mut model, "\x1b:\x08");
    assert!(model.prompt.overlay.is_none(), "nothing is left to erase");
}

#[test]
fn every_optimizer_is_completed_and_chosen() {
    let mut model = iris();
    press(&mut model, ":optimizer ");
    for optimizer in Optimizer::ALL {
        press(&mut model, "\t");
        assert_eq!(typed(&model), format!("optimizer {}", optimizer.name()));
    }
    press(&mut model, "\x1b");
    for &optimizer in Optimizer::ALL {
        let line = format!("optimizer {}", optimizer.words());
        let change = Change::Optimizer { optimizer };
        assert_eq!(changes(&mut model, &line), [change]);
    }
    let problem = problem(&mut model, "optimizer momentum 1");
    assert!(
        problem.contains("momentum is 1; it must be at least 0 and below 1"),
        "{problem}"
    );
}

#[test]
fn file_names_and_endings_are_completed() {
    let mut model = iris();
    let mut asked = Vec::new();
    for c in ":export models/a".chars() {
        for effect in model.update(Msg::Key(KeyCode::Char(c).into())) {
            if let Effect::ListFiles(folder) = effect {
                asked.push(folder.clone());
                let names = [
                    ("a.json", FileKind::Model),
                    ("a.run", FileKind::Checkpoint),
                    ("b.onnx", FileKind::Model),
                    ("archive/", FileKind::Folder),
                ];
                let names = names.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
                model.update(Msg::Files(Files { folder, names }));
            }
        }
    }
    assert_eq!(asked, ["", "models/"]);
    let Some(Overlay::Command(line)) = &model.prompt.overlay else {
        panic!("{:?}", model.prompt.overlay);
    };
    let offered: Vec<&str> = line.candidates.iter().map(|it| it.text.as_str()).collect();
    let expected = [
        "models/a.safetensors",
        "models/a.npz",
        "models/a.onnx",
        "models/a.py",
        "models/a.rs",
        "models/a.c",
        "models/a.json",
        "models/archive/",
    ];
    assert_eq!(offered, expected);
    // The files of a folder nobody asks for any more are nothing.
    press(&mut model, "\x1b");
    let files = Files {
        folder: String::new(),
        names: Vec::new(),
    };
    model.update(Msg::Files(files));
    assert!(model.prompt.overlay.is_none());
}

#[test]
fn lines_are_remembered() {
    let mut model = iris();
    press(&mut model, ":lr 0.03\n:batch x\n\x1b:row 3\n:dra");
    for expected in ["row 3", "batch x", "lr 0.03", "lr 0.03"] {
        key(&mut model, KeyCode::Up);
        assert_eq!(typed(&model), expected);
    }
    for expected in ["batch x", "row 3", "dra", "dra"] {
        key(&mut model, KeyCode::Down);
        assert_eq!(typed(&model), expected);
    }
}

#[test]
fn the_menu_does_what_commands_do() {
    let mut model = iris();
    press(&mut model, "c");
    let hidden = |commands: Vec<Command>| match commands.as_slice() {
        [Command::Apply(Change::Network { hidden, .. })] => hidden.clone(),
        other => panic!("{other:?}"),
    };
    // What was asked for and is not acknowledged yet counts.
    assert_eq!(hidden(press(&mut model, "+")), [9]);
    assert_eq!(hidden(press(&mut model, "+")), [10]);
    assert_eq!(hidden(press(&mut model, "-")), [9]);
    assert_eq!(hidden(press(&mut model, "a")), [9, 9]);
    assert_eq!(hidden(press(&mut model, "j-")), [9, 8]);
    assert_eq!(hidden(press(&mut model, "kx")), [8]);
    assert_eq!(hidden(press(&mut model, "x")), [0usize; 0]);
    assert!(press(&mut model, "x").is_empty());
    assert_eq!(hidden(press(&mut model, "+")), [8]);
    let sent = |model: &mut Model, keys: &str| format!("{:?}", press(model, keys));
    assert!(sent(&mut model, "jl").contains("activation: Relu"));
    assert!(sent(&mut model, "jl").contains("output: Linear, loss: Quadratic"));
    assert!(sent(&mut model, "jl").contains("output: Softmax, loss: CrossEntropy"));
    assert!(drawn(&model).contains('◂'), "the loss has steps");
    assert_eq!(sent(&mut model, "jl"), "[]", "init restarts");
    assert!(!drawn(&model).contains('◂'), "and offers no steps");
    let adam = Optimizer::ALL
        .iter()
        .position(|&known| known == Optimizer::ADAM);
    let next = (adam.expect("it is registered") + 1) % Optimizer::ALL.len();
    let change = Change::Optimizer {
        optimizer: Optimizer::ALL[next],
    };
    assert!(sent(&mut model, "jl").contains(&format!("{change:?}")));
    assert_eq!(sent(&mut model, "jl"), "[]", "SGD has no momentum");
    assert!(sent(&mut model, "jl").contains("LearningRate { learning_rate: 0.02 }"));
    assert!(sent(&mut model, "jl").contains("WeightDecay { weight_decay: 1e-6 }"));
    assert!(sent(&mut model, "jl").contains("Step { every: 30, factor: 0.1 }"));
    assert!(sent(&mut model, "jl").contains("warm_up: 1"));
    assert_eq!(sent(&mut model, "jl"), "[]", "no norm is above none");
    assert!(sent(&mut model, "h").contains("clip: Some(5.0)"));
    assert!(sent(&mut model, "jl").contains("dropout: 0.1"));
    assert!(sent(&mut model, "jl").contains("label_smoothing: 0.05"));
    assert!(sent(&mut model, "jl").contains("Batch { batch: 16 }"));
    assert!(sent(&mut model, "h").contains("Batch { batch: 8 }"));
    assert_eq!(sent(&mut model, "jlh"), "[]", "there is no limit to move");
    assert_eq!(sent(&mut model, "jlhjlh"), "[]", "nor others");
    assert_eq!(
        sent(&mut model, "jlh"),
        "[]",
        "a key by the way does not start again"
    );
    assert!(sent(&mut model, "jl").contains("SetPace(EpochsPerSecond(50.0))"));
    // Enter types, and comes back to the menu.
    press(&mut model, "\n");
    assert_eq!(typed(&model), "pace ");
    assert!(sent(&mut model, "500\n").contains("SetPace(EpochsPerSecond(500.0))"));
    assert!(matches!(model.prompt.overlay, Some(Overlay::Menu(_))));
    press(&mut model, "\x1b");
    assert!(model.prompt.overlay.is_none());
}

#[test]
fn what_was_asked_for_is_forgotten_once_it_is_there_or_refused() {
    let mut model = iris();
    press(&mut model, ":hidden 3\n");
    assert_eq!(model.run.planned().hidden, [3]);
    tell(&mut model, Event::Refused("it is too small".into()));
    assert_eq!(model.run.planned().hidden, [8]);
    assert_eq!(model.prompt.notice.clone().unwrap().text, "it is too small");
    press(&mut model, ":batch 20\n");
    let now = in_force(&model, |now| now.plan.batch = rows(20));
    tell(
        &mut model,
        Event::Changed {
            change: Change::Batch { batch: rows(20) },
            now,
        },
    );
    assert_eq!(model.run.plan.batch, rows(20));
    assert!(press(&mut model, ":batch 20\n").is_empty());
}

fn inspecting(cursor: Cursor) -> Model {
    let mut model = iris();
    model.inspect_at(cursor);
    model.update(Msg::Resize(80, 24));
    model
}

#[test]
fn the_parameter_under_the_cursor_is_edited() {
    let mut model = inspecting(Cursor::Parameter(WEIGHT));
    let value = |commands: Vec<Command>| match commands.as_slice() {
        [Command::Apply(Change::Parameter { id: WEIGHT, value })] => *value,
        other => panic!("{other:?}"),
    };
    press(&mut model, "E");
    assert!(drawn(&model).contains("w2[1,3]"));
    assert_eq!(value(press(&mut model, "0.5\n")), 0.5);
    // Before the worker answers, the next edit starts from what was asked for.
    assert_eq!(value(press(&mut model, ")")), 0.51);
    assert_eq!(value(press(&mut model, ")")), 0.52);
    assert_eq!(value(press(&mut model, "(")), 0.51);
    assert_eq!(value(press(&mut model, ":set -2\n")), -2.0);
    assert!(press(&mut model, "Enot\n").is_empty());
    assert!(drawn(&model).contains("takes a number such as"));
    press(&mut model, "\x1b");
    let frozen = |commands: Vec<Command>| match commands.as_slice() {
        [Command::Apply(Change::Freeze { id: WEIGHT, frozen })] => *frozen,
        other => panic!("{other:?}"),
    };
    assert!(frozen(press(&mut model, "F")));
    let now = in_force(&model, |now| now.frozen.push(WEIGHT));
    let change = Change::Freeze {
        id: WEIGHT,
        frozen: true,
    };
    tell(&mut model, Event::Changed { change, now });
    assert_eq!(model.prompt.notice.clone().unwrap().text, "w2[1,3] frozen");
    assert!(!frozen(press(&mut model, "F")));
    // It leads to an output, which is not to be silenced.
    assert!(press(&mut model, "X").is_empty());
    model.run.phase = Phase::Training;
    assert!(press(&mut model, "EF)X").is_empty(), "only while it waits");
}

#[test]
fn neurons_are_silenced_and_changes_taken_back() {
    let cursor = Cursor::Neuron {
        layer: 1,
        neuron: 2,
    };
    let mut model = inspecting(cursor);
    let muted = |commands: Vec<Command>| match commands.as_slice() {
        [
            Command::Apply(Change::Mute {
                neuron: NEURON,
                muted,
            }),
        ] => *muted,
        other => panic!("{other:?}"),
    };
    assert!(muted(press(&mut model, "X")));
    // A change that the worker has not answered yet can be undone too.
    let mut hasty = model.clone();
    assert!(matches!(
        press(&mut hasty, "z")[..],
        [Command::Apply(Change::UndoLast)]
    ));
    let now = in_force(&model, |now| {
        now.muted.push(NEURON);
        now.undoable = 1;
        now.next_undo = "mute a1[3]".into();
    });
    let change = Change::Mute {
        neuron: NEURON,
        muted: true,
    };
    tell(&mut model, Event::Changed { change, now });
    assert!(!muted(press(&mut model.clone(), "X")));
    assert!(matches!(
        press(&mut model, "z")[..],
        [Command::Apply(Change::UndoLast)]
    ));
    let now = in_force(&model, |_| {});
    tell(
        &mut model,
        Event::Changed {
            change: Change::UndoLast,
            now,
        },
    );
    assert_eq!(
        model.prompt.notice.clone().unwrap().text,
        "undone: mute a1[3]"
    );
    assert!(press(&mut model, "z").is_empty());
    assert_eq!(model.prompt.notice.clone().unwrap().text, "nothing to undo");
    // A neuron has no one value.
    press(&mut model, "E");
    assert!(model.prompt.notice.clone().unwrap().is_error);
}

#[test]
fn sliders_show_what_would_be() {
    let mut model = inspecting(Cursor::Neuron {
        layer: 0,
        neuron: 0,
    });
    let (own, _) = model.input(2).unwrap();
    press(&mut model, "Ijj");
    key(&mut model, KeyCode::Right);
    let (now, still_own) = model.input(2).unwrap();
    assert_eq!(still_own, own);
    assert!(now > own && now < own + 0.11, "{own} {now}");
    let [(2, seen)] = model.inspector.what_if[..] else {
        panic!("{:?}", model.inspector.what_if);
    };
    let mut standardised = [0.0];
    model.run.data.preprocessing.columns[2]
        .encoding
        .write(now, &mut standardised);
    assert_eq!(seen, standardised[0]);
    key_with(&mut model, KeyCode::Right, KeyModifiers::SHIFT);
    assert!(model.input(2).unwrap().0 > now + 0.4);
    press(&mut model, "k");
    key(&mut model, KeyCode::Left);
    assert_eq!(model.inspector.what_if.len(), 2);
    press(&mut model, "0");
    assert_eq!(model.inspector.moved.len(), 1);
    press(&mut model, "\x1b");
    assert_eq!(model.inspector.what_if.len(), 1, "closing keeps them");
    press(&mut model, ":input petal length\n");
    assert!(model.inspector.what_if.is_empty());
    press(&mut model, ":input petal length 6.9\nIr");
    assert!(model.inspector.what_if.is_empty());
    press(&mut model, "\x1b:input petal length 6.9\n]");
    assert!(
        model.inspector.what_if.is_empty(),
        "another row is as it is"
    );
    press(&mut model, "E5.5\n");
    assert_eq!(model.input(0).unwrap().0, 5.5);
}

#[test]
fn categories_are_stepped_through() {
    let all_rows = nn_tui::train::Plan {
        validation: 0.0,
        ..plan(&[3])
    };
    let file = "tests/data/awkward/mixed.csv";
    let mut model = trained_model(file, all_rows, 0, (80, 24));
    model.inspect_at(Cursor::Neuron {
        layer: 0,
        neuron: 0,
    });
    press(&mut model, "I");
    let columns = model.run.data.preprocessing.columns.len();
    for column in 0..columns {
        for _ in 0..9 {
            key(&mut model, KeyCode::Left);
        }
        let before = model.input(column).unwrap().0;
        key(&mut model, KeyCode::Right);
        let after = model.input(column).unwrap().0;
        let words = nn_tui::tui::app::what_if::ColumnDomain::of(
            &model.run.data.preprocessing.columns[column],
        );
        if words.words().len() > 1 {
            assert_eq!((before, after), (0.0, 1.0));
        }
        press(&mut model, "j");
    }
    assert!(!model.inspector.what_if.is_empty());
}

#[test]
fn steps_are_counted() {
    let mut model = iris();
    let sent = |model: &mut Model, keys: &str| format!("{:?}", press(model, keys));
    assert_eq!(sent(&mut model, "p"), "[Step { size: Phase, count: 1 }]");
    assert_eq!(
        sent(&mut model, "12n"),
        "[Step { size: Sample, count: 12 }]"
    );
    assert_eq!(model.prompt.count, None);
    assert_eq!(sent(&mut model, "0s"), "[Step { size: Batch, count: 1 }]");
    assert_eq!(
        sent(&mut model, "105S"),
        "[Step { size: Epoch, count: 105 }]"
    );
    assert_eq!(
        sent(&mut model, "31\x080p"),
        "[Step { size: Phase, count: 30 }]"
    );
    assert_eq!(
        sent(&mut model, "77\x1bp"),
        "[Step { size: Phase, count: 1 }]"
    );
    // Another key is no step; what was counted is forgotten.
    assert_eq!(sent(&mut model, "7yp"), "[Step { size: Phase, count: 1 }]");
    press(&mut model, "9999999999");
    assert_eq!(model.prompt.count, Some(999_999));
    assert!(drawn(&model).contains("999999…"));
    press(&mut model, "\x1b");
    assert!(press(&mut model, "\x08").is_empty());
    assert!(
        model.prompt.notice.clone().unwrap().is_error,
        "there is no walk"
    );
}

fn checked(layer: usize, error: f64) -> Checked {
    Checked {
        id: ParameterId::Bias { layer, output: 1 },
        gradient: -0.012345,
        difference: -0.012345 * (1.0 + error),
        error,
    }
}

fn check(errors: &[(usize, f64)]) -> GradientCheck {
    GradientCheck {
        rows: 10,
        checked: errors
            .iter()
            .map(|&(layer, error)| checked(layer, error))
            .collect(),
        at_kinks: 3,
    }
}

#[test]
fn a_gradient_check_is_awaited_and_looked_through() {
    let mut model = iris();
    assert!(matches!(
        press(&mut model, "g")[..],
        [Command::CheckGradients]
    ));
    assert!(drawn(&model).contains("Comparing back-propagation"));
    tell(
        &mut model,
        Event::GradientsChecked(Box::new(check(&[(2, 3e-9), (2, 1e-9), (1, 5e-10)]))),
    );
    let text = drawn(&model);
    assert!(text.contains("Passed") && text.contains("3 parameters") && text.contains("kink"));
    // The worst is that of the second layer; the first is above it.
    key(&mut model, KeyCode::Up);
    press(&mut model, "\n");
    let cursor = model.inspector.open.expect("open").inspect.cursor;
    assert_eq!(
        cursor,
        Cursor::Parameter(ParameterId::Bias {
            layer: 1,
            output: 1
        })
    );
    assert_eq!(model.navigation.view, View::Network);
    press(&mut model, "g");
    tell(
        &mut model,
        Event::GradientsChecked(Box::new(check(&[(1, 0.5), (2, 1e-9)]))),
    );
    assert!(drawn(&model).contains("Failed"));
    press(&mut model, "\x1bg");
    assert!(
        drawn(&model).contains("Comparing back-propagation"),
        "an old answer is none"
    );
    tell(&mut model, Event::Refused("training diverged".into()));
    assert!(model.prompt.overlay.is_none());
}

#[test]
fn how_they_look() {
    let mut model = iris();
    press(&mut model, ":");
    in_both_sizes("command-line", &mut model);
    press(&mut model, "activation \t\t");
    in_both_sizes("command-completion", &mut model);
    press(&mut model, "\x1b:activation step\n");
    in_both_sizes("command-error", &mut model);
    press(&mut model, "\x1b:help\n");
    in_both_sizes("commands", &mut model);
    press(&mut model, "\x1bc");
    in_both_sizes("menu", &mut model);
    press(&mut model, "\x1bg");
    let found = check(&[(2, 3.2e-9), (1, 5.1e-10)]);
    tell(&mut model, Event::GradientsChecked(Box::new(found)));
    in_both_sizes("gradients", &mut model);
    press(&mut model, "\x1b12");
    in_both_sizes("count", &mut model);
}

#[test]
fn how_sliders_look() {
    let mut model = inspecting(Cursor::Neuron {
        layer: 0,
        neuron: 1,
    });
    press(&mut model, "Ij");
    key_with(&mut model, KeyCode::Right, KeyModifiers::SHIFT);
    in_both_sizes("sliders", &mut model);
}

/// Lines that nearly are commands, and ones that are none at all.
fn any_line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(COMMANDS.to_vec()).prop_map(|spec| spec.name.to_owned());
    let word = prop_oneof![
        Just("w2[1,3]".to_owned()),
        Just("a1[3]".to_owned()),
        Just("none".to_owned()),
        Just("sepal width".to_owned()),
        Just("1e400".to_owned()),
        "[a-z0-9\\[\\],.:-]{0,9}",
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f32>().prop_map(|x| x.to_string()),
        ".{0,12}",
    ];
    let command = (name, prop::collection::vec(word, 0..3));
    prop_oneof![
        4 => command.prop_map(|(name, words)| format!("{name} {}", words.join(" "))),
        1 => ".{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_line_is_too_strange(line in any_line()) {
        let mut model = iris();
        press(&mut model, ":");
        model.update(Msg::Text(line));
        press(&mut model, "\n");
        if let Some(Overlay::Command(line)) = &model.prompt.overlay {
            let problem = line.prompt.error.clone().unwrap_or_default();
            prop_assert!(!problem.is_empty() && problem.chars().all(|c| !c.is_control()), "{problem:?}");
        }
    }

    #[test]
    fn no_typing_is_too_strange(
        lines in prop::collection::vec((any_line(), 0u8..4), 1..4),
        (width, height) in (1u16..130, 1u16..40),
    ) {
        let mut model = iris();
        model.update(Msg::Resize(width, height));
        let area = Rect::new(0, 0, width, height);
        for (line, then) in lines {
            press(&mut model, "\x1b\x1b:");
            press(&mut model, &line);
            for _ in 0..then {
                press(&mut model, "\t");
                key(&mut model, KeyCode::Up);
                key(&mut model, KeyCode::Left);
            }
            render(area, &mut Buffer::empty(area), &model, Theme::new(Depth::Indexed));
            press(&mut model, "\n");
            render(area, &mut Buffer::empty(area), &model, Theme::new(Depth::None).ascii());
        }
    }

    #[test]
    fn menus_and_sliders_take_any_keys(
        keys in prop::collection::vec(prop::sample::select("cIgz:EFX()hjklHL+-axr0\n\t\x1b\x08".chars().collect::<Vec<_>>()), 1..40),
        (width, height) in (1u16..130, 1u16..40),
    ) {
        let mut model = inspecting(Cursor::Neuron { layer: 1, neuron: 0 });
        model.update(Msg::Resize(width, height));
        let area = Rect::new(0, 0, width, height);
        for c in keys {
            press(&mut model, &c.to_string());
            render(area, &mut Buffer::empty(area), &model, Theme::new(Depth::True));
        }
    }
}
