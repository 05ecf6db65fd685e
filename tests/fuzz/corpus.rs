//! Files to damage: the awkward tables of the test data, small images, and freshly saved models.

use std::fs;
use std::path::Path;

use nn_tui::nn::{Change, NeuronId};
use nn_tui::train::{Command, Event, Replace, StepSize};

use super::support;
use super::targets::{IdxParts, Target};

/// Maximal size of a table; larger files make cases slower and less interesting.
const MAX_LENGTH: u64 = 20_000;

/// Returns inputs of `target`, most of them valid.
pub fn seeds(target: Target) -> Vec<Vec<u8>> {
    match target {
        Target::Csv => tables(),
        Target::Idx => images(),
        Target::Json => models("json"),
        Target::Safetensors => models("safetensors"),
        Target::Npz => models("npz"),
        Target::Checkpoint => checkpoints(),
    }
}

fn tables() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["tests/data", "tests/data/awkward", "datasets"] {
        let files = fs::read_dir(root.join(folder)).expect("a folder");
        let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        // Folders list their files in any order.
        paths.sort();
        for path in paths.iter().filter(|path| path.is_file()) {
            if fs::metadata(path).expect("a file").len() <= MAX_LENGTH {
                let text = fs::read(path).expect("readable");
                found.push([&[0, 0], &text[..]].concat());
            }
        }
    }
    assert!(found.len() > 40, "the tables were not found");
    found
}

/// Checkpoints of a run at its start, between two steps and inside a mini-batch.
fn checkpoints() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.checkpoint");
    let session = support::session("iris", support::plan(&[3]));
    let driven = support::Driven::spawn(session, support::settings(true, None));
    let neuron = NeuronId {
        layer: 1,
        neuron: 1,
    };
    let changes = [
        Change::Mute {
            neuron,
            muted: true,
        },
        Change::Batch {
            batch: support::rows(8),
        },
    ];
    let mut commands: Vec<Command> = changes.into_iter().map(Command::Apply).collect();
    let step = |size| Command::Step { size, count: 1 };
    commands.extend([
        step(StepSize::Batch),
        step(StepSize::Batch),
        step(StepSize::Sample),
    ]);
    let mut found = Vec::new();
    for command in commands {
        driven.send(command);
        driven.send(Command::Checkpoint {
            path: path.clone(),
            replace: true,
            is_last: false,
        });
        let is_written = |event: &Event| matches!(event, Event::CheckpointWritten { .. });
        driven.wait_for(|_| {}, is_written);
        found.push(fs::read(&path).expect("written"));
    }
    found
}

fn images() -> Vec<Vec<u8>> {
    let set = |options: u8, count: usize, height: usize, width: usize| {
        let pixels = (0..count * height * width).map(|at| (at * 37 % 256) as u8);
        let number = |number: usize| (number as u32).to_be_bytes();
        let sizes = [count, height, width].map(number).concat();
        let images = [&[0, 0, 8, 3], &sizes[..], &pixels.collect::<Vec<_>>()].concat();
        let classes: Vec<u8> = (0..count).map(|image| image as u8 % 3).collect();
        let labels = [&[0, 0, 8, 1], &number(count)[..], &classes].concat();
        IdxParts {
            options,
            images,
            labels,
        }
        .input()
    };
    vec![
        set(0, 12, 2, 3),
        set(1, 6, 1, 2),
        set(2, 12, 4, 4),
        set(4, 40, 8, 8),
        set(2, 9, 28, 28),
    ]
}

/// Returns a classification of numeric columns, one of mixed columns, and a regression.
fn models(extension: &str) -> Vec<Vec<u8>> {
    let mixed = format!(
        "{}/tests/data/awkward/mixed.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let sessions = [
        support::session("iris", support::plan(&[3])),
        support::session(&mixed, support::plan(&[])),
        support::session("sine", support::regression_plan(&[4, 2])),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("model.{extension}"));
    let write = |session| {
        let driven = support::Driven::spawn(session, support::settings(true, None));
        driven.send(Command::Export {
            weights: nn_tui::train::Weights::Last,
            path: path.clone(),
            replace: Replace::Anything,
        });
        driven.wait_for(|_| {}, |event| matches!(event, Event::Exported { .. }));
        fs::read(&path).expect("written")
    };
    sessions.map(write).into()
}
