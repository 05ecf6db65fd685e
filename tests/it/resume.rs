//! Checkpoints of a worker: whatever was done before one, and whatever follows, a restored run does the same.

use std::path::Path;
use std::sync::Arc;

use nn_tui::data::Source;
use nn_tui::nn::engine::Threads;
use nn_tui::nn::schedule::Shape;
use nn_tui::nn::{
    Activation, Change, ClipNorm, DropoutRate, Initialisation, LabelSmoothing, Loss, NeuronId,
    Optimizer, Output, ParameterId, Regularisation, Schedule,
};
use nn_tui::train::checkpoint::Checkpoint;
use nn_tui::train::recovery::RecoveryOption;
use nn_tui::train::{
    Command, Conclusion, Event, Replace, Session, Settings, State, StepSize, Weights, Worker,
};
use nn_tui::util::random::{RngStream, below, generator};
use rand_chacha::ChaCha8Rng;

use crate::support::{Driven, decay, plan, rate, rows, session, settings};

const THREADS: [Threads; 2] = [Threads::ONE, Threads::Exactly(2)];

/// A random command that a person could give.
fn command(dice: &mut ChaCha8Rng) -> Command {
    let mut roll = |n| below(n, dice);
    let neuron = NeuronId {
        layer: 1,
        neuron: roll(5),
    };
    let id = ParameterId::Weight {
        layer: 1,
        output: roll(5),
        input: roll(4),
    };
    let sizes = [&[6][..], &[5, 4], &[8], &[7, 3]];
    let activations = [Activation::Tanh, Activation::Relu, Activation::Sigmoid];
    let optimizers = Optimizer::ALL;
    Command::Apply(match roll(18) {
        0 => Change::LearningRate {
            learning_rate: rate([0.003, 0.01, 0.02][roll(3)]),
        },
        1 => Change::Parameter { id, value: 0.25 },
        2 => Change::Freeze {
            id,
            frozen: roll(3) > 0,
        },
        3 => Change::Mute {
            neuron,
            muted: roll(3) > 0,
        },
        4 => Change::Network {
            hidden: sizes[roll(4)].to_vec(),
            activation: activations[roll(3)],
            output: Output::Softmax,
            loss: Loss::CrossEntropy,
        },
        5 => Change::Optimizer {
            optimizer: optimizers[roll(optimizers.len())],
        },
        6 => Change::WeightDecay {
            weight_decay: decay(0.001),
        },
        7 => Change::Batch {
            batch: rows([8, 10, 16][roll(3)]),
        },
        8 => Change::Undo,
        9 => {
            return Command::Step {
                size: StepSize::Epoch,
                count: 1,
            };
        }
        10 => {
            return Command::Step {
                size: StepSize::Batch,
                count: 1 + roll(3) as u32,
            };
        }
        11 | 12 => {
            return Command::Step {
                size: StepSize::Phase,
                count: 1 + roll(60) as u32,
            };
        }
        13 => {
            return Command::Step {
                size: StepSize::Sample,
                count: 1 + roll(4) as u32,
            };
        }
        14 => return Command::StepBack,
        15 => Change::Schedule {
            schedule: Schedule {
                shape: [Shape::Cosine { end: 9 }, Shape::ALL[1], Shape::ALL[4]][roll(3)],
                warm_up: roll(3) as u64,
            },
        },
        16 => Change::Regularisation {
            regularisation: Regularisation {
                clip: ClipNorm::new([0.1, 1.0][roll(2)]).ok(),
                dropout: DropoutRate::new([0.0, 0.3][roll(2)]).unwrap(),
                label_smoothing: LabelSmoothing::new([0.0, 0.1][roll(2)]).unwrap(),
            },
        },
        _ => {
            return Command::Reset {
                seed: roll(3) as u64,
                initialisation: Initialisation::Auto,
            };
        }
    })
}

/// Sends each command when the one before is done.
fn carry_out(driven: &Driven, commands: Vec<Command>) {
    wait_for_answers(driven);
    for command in commands {
        let is_long = matches!(
            command,
            Command::Step {
                size: StepSize::Epoch,
                ..
            }
        );
        driven.send(command);
        if is_long {
            driven.state(|state| *state == State::Paused);
        }
        wait_for_answers(driven);
    }
}

/// Receives the events of all commands so far.
fn wait_for_answers(driven: &Driven) {
    driven.send(Command::FindRows {
        actual: 0,
        predicted: 0,
    });
    driven.wait_for(|_| {}, |event| matches!(event, Event::Found { .. }));
}

/// Script of `length` commands by `dice`; the same for equal states of it.
fn script(dice: &mut ChaCha8Rng, length: usize) -> Vec<Command> {
    (0..length).map(|_| command(dice)).collect()
}

fn write_checkpoint(driven: &Driven, path: &Path) {
    driven.send(Command::Checkpoint {
        path: path.to_owned(),
        replace: true,
        is_last: false,
    });
    let written = driven.wait_for(
        |_| {},
        |event| matches!(event, Event::CheckpointWritten { .. }),
    );
    let Event::CheckpointWritten { result, .. } = written else {
        unreachable!();
    };
    result.expect("written");
}

fn restored(path: &Path, threads: Threads, folder: Option<RecoveryOption>) -> Driven {
    let dataset = nn_tui::data::load(&Source::parse("iris"), None).expect("loads");
    let checkpoint = Checkpoint::read(path, threads).expect("a checkpoint");
    let (session, resumed) = checkpoint
        .resume(path, dataset, threads)
        .expect("the same data");
    let settings = Settings {
        resumed: Some(Box::new(resumed)),
        recovery: folder,
        ..settings(true, None)
    };
    Driven::spawn(session, settings)
}

/// First line that differs in two texts.
fn difference(one: &[u8], other: &[u8]) -> Option<(String, String)> {
    let lines = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut pairs = lines(one).into_iter().zip(lines(other));
    let found = pairs.find(|(one, other)| one != other);
    found.or_else(|| (one != other).then(|| ("a longer".into(), "text".into())))
}

/// The models with the last weights and with those of the best epoch, one after the other.
fn export(driven: &Driven, path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for weights in Weights::ALL {
        driven.send(Command::Export {
            path: path.to_owned(),
            weights,
            replace: Replace::Anything,
        });
        let exported = driven.wait_for(|_| {}, |event| matches!(event, Event::Exported { .. }));
        let Event::Exported { result, .. } = exported else {
            unreachable!();
        };
        result.expect("exported");
        bytes.extend(std::fs::read(path).expect("there"));
    }
    bytes
}

/// Ends all counted steps before the next command: they are done one at a time.
fn single_steps(commands: Vec<Command>) -> Vec<Command> {
    let mut single = Vec::new();
    for command in commands {
        match command {
            Command::Step {
                size: size @ (StepSize::Phase | StepSize::Sample | StepSize::Batch),
                count,
            } => single.extend((0..count).map(|_| Command::Step { size, count: 1 })),
            other => single.push(other),
        }
    }
    single
}

#[test]
fn any_run_continues_as_if_it_had_never_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for trial in 0..60_u64 {
        let mut dice = generator(trial, RngStream::Probe);
        let threads = THREADS[below(2, &mut dice)];
        let dataset = Arc::new(nn_tui::data::load(&Source::parse("iris"), None).expect("loads"));
        let first = Session::with_resources(plan(&[5, 4]), dataset, threads).expect("a session");
        let driven = Driven::spawn(first, settings(true, None));
        driven.started();
        let length = below(12, &mut dice);
        let first = single_steps(script(&mut dice, length));
        carry_out(&driven, first);
        let checkpoint = path("run.checkpoint");
        write_checkpoint(&driven, &checkpoint);
        let other = restored(&checkpoint, THREADS[below(2, &mut dice)], None);
        let rest = below(12, &mut dice);
        let (mut same, mut again) = (dice.clone(), dice);
        carry_out(&driven, single_steps(script(&mut same, rest)));
        let last = single_steps(script(&mut again, rest));
        carry_out(&other, last);
        let never_stopped = export(&driven, &path("a.json"));
        let resumed = export(&other, &path("b.json"));
        assert_eq!(difference(&never_stopped, &resumed), None, "trial {trial}");
        // And the two are in the same state, apart from time and run.
        write_checkpoint(&driven, &path("a.checkpoint"));
        write_checkpoint(&other, &path("b.checkpoint"));
        let [a, b] = ["a", "b"].map(|name| {
            let bytes = std::fs::read(path(&format!("{name}.checkpoint"))).expect("there");
            let lines = bytes.split(|&byte| byte == b'\n').take(2);
            let about: usize = lines.map(|line| line.len() + 1).sum();
            let text = String::from_utf8_lossy(&bytes[about..bytes.len() - 4]).into_owned();
            let (before, after) = text.split_once("\"seconds\":").expect("seconds");
            let after = after.split_once(',').expect("a comma").1;
            (before[8..].to_owned(), after.to_owned())
        });
        assert!(a == b, "trial {trial}: the states differ");
    }
}

/// Time from which on [`by_hand`] keeps a run; longer than a few steps take.
const BY_HAND: std::time::Duration = std::time::Duration::from_secs(2);

/// A paused run that is kept in `folder` if it ends unsaved after [`BY_HAND`].
fn by_hand(folder: &Path) -> Driven {
    let recovery = RecoveryOption {
        folder: Some(folder.to_owned()),
        after: BY_HAND,
    };
    let settings = Settings {
        recovery: Some(recovery),
        ..settings(true, None)
    };
    let driven = Driven::spawn(session("iris", plan(&[5])), settings);
    driven.state(|state| *state == State::Paused);
    driven
}

#[test]
fn a_run_that_ends_unsaved_leaves_a_recovery_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("state/nn-tui");
    let start = |after: u64| {
        let recovery = RecoveryOption {
            folder: Some(kept.clone()),
            after: std::time::Duration::from_millis(after),
        };
        let settings = Settings {
            recovery: Some(recovery),
            ..settings(false, Some(3))
        };
        let driven = Driven::spawn(session("iris", plan(&[5])), settings);
        driven.state(|state| *state == State::Finished(nn_tui::train::Limit::Epochs));
        driven
    };
    let end = |driven: Driven, stop: fn(Worker) -> Conclusion| stop(driven.worker).recovery_file;
    let stop_unsaved: fn(Worker) -> Conclusion = |worker| {
        worker.send(Command::StopUnsaved);
        worker.stop()
    };
    assert!(end(start(60_000), stop_unsaved).is_none(), "short");
    assert!(
        end(start(0), Worker::stop).is_none(),
        "as the user wants it"
    );
    let saved = start(0);
    export(&saved, &folder.path().join("model.json"));
    assert!(end(saved, stop_unsaved).is_none(), "saved");
    assert!(!kept.exists(), "nothing is written without need");

    let mut paths = Vec::new();
    for _ in 0..7 {
        let path = end(start(0), stop_unsaved).expect("unsaved");
        paths.push(path.expect("written"));
        // Files of the same millisecond have no order.
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let is_there: Vec<bool> = paths.iter().map(|path| path.exists()).collect();
    assert_eq!(is_there, [false, false, true, true, true, true, true]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&paths[6]) & 0o777, 0o600);
        assert_eq!(mode(&kept) & 0o777, 0o700);
    }
    drop(start(0));
    let count = std::fs::read_dir(&kept).expect("a folder").count();
    assert_eq!(
        count, 5,
        "a worker that is dropped, as in a panic, saves too"
    );

    // Time counts while a run waits for the next step by hand; one that is as it was has nothing to lose.
    for size in [StepSize::Phase, StepSize::Batch] {
        let untouched = by_hand(&kept);
        let stepped = by_hand(&kept);
        stepped.send(Command::Step { size, count: 1 });
        stepped.state(|state| *state == State::Paused);
        std::thread::sleep(BY_HAND);
        assert!(end(untouched, stop_unsaved).is_none(), "{size:?}");
        let path = end(stepped, stop_unsaved).expect("a recovery file");
        assert!(path.expect("written").exists(), "{size:?}");
    }

    // A resumed run that is saved needs its recovery file no more.
    let resumed = restored(&paths[6], Threads::ONE, None);
    let end = export(&resumed, &folder.path().join("resumed.json"));
    assert!(!end.is_empty());
}
