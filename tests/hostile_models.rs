//! Model files by strangers: no panic, no memory for what is not there, an answer within a second.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use nn_tui::data::Source;
use nn_tui::error::Error;
use nn_tui::model_file::{Format, TrainedModel, load, save};
use proptest::prelude::*;
use proptest::sample::Index;

mod support;

/// A valid file of each format that is read.
static VALID: LazyLock<BTreeMap<&str, Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Format::READABLE.map(|format| {
        let path = folder.path().join(format!("valid.{}", format.ending()));
        export(&path);
        (format.ending(), fs::read(&path).expect("there"))
    });
    files.into()
});

/// A network on iris, saved to `path` by the worker as it would be by the program.
fn export(path: &Path) {
    use nn_tui::train::{Command, Event};
    let session = support::session("iris", support::plan(&[3]));
    let driven = support::Driven::spawn(session, support::settings(true, None));
    driven.send(Command::Export {
        path: path.to_owned(),
        replace: false,
    });
    driven.wait_for(|_| {}, |event| matches!(event, Event::Exported { .. }));
}

/// Loads `bytes` as a file of that ending, and watches what it takes.
fn load_watched(ending: &str, bytes: &[u8]) -> Result<TrainedModel, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join(format!("model.{ending}"));
    fs::write(&path, bytes).expect("written");
    let start = Instant::now();
    let mut loaded = None;
    let memory = allocation_counter::measure(|| loaded = Some(load(&path)));
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(1), "{ending}: {taken:?}");
    // Text becomes lists and names, each somewhat larger than it was.
    let most = 32 * bytes.len() as u64 + (1 << 16);
    assert!(
        memory.bytes_max < most,
        "{ending}: {} bytes",
        memory.bytes_max
    );
    loaded.expect("it came back")
}

/// What may happen to the bytes of a file.
#[derive(Debug, Clone)]
enum Damage {
    /// Other bytes in one place.
    Overwrite(Index, Vec<u8>),
    /// A number of some width, as large as can be or nearly.
    Number(Index, u64, usize),
    /// Everything behind is gone.
    Cut(Index),
    /// Some of it stands there twice.
    Repeat(Index, usize),
    /// Some of it is gone.
    Remove(Index, usize),
    /// A digit of a text is another one.
    Digit(Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let bytes = prop::collection::vec(any::<u8>(), 1..9);
    let number = prop::sample::select(vec![u64::MAX, u64::MAX / 2, 1 << 40, 1 << 31, 65_535, 0]);
    let width = prop::sample::select(vec![2, 4, 8]);
    prop_oneof![
        (at(), bytes).prop_map(|(at, bytes)| Damage::Overwrite(at, bytes)),
        (at(), number, width).prop_map(|(at, number, width)| Damage::Number(at, number, width)),
        at().prop_map(Damage::Cut),
        (at(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (at(), 1..200_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (at(), b'0'..=b'9').prop_map(|(at, digit)| Damage::Digit(at, digit)),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let range = |at: &Index, length: usize, bytes: &[u8]| {
        let at = at.index(bytes.len());
        at..(at + length).min(bytes.len())
    };
    match damage {
        Damage::Overwrite(at, with) => {
            let range = range(at, with.len(), bytes);
            let with = with[..range.len()].to_vec();
            bytes.splice(range, with);
        }
        Damage::Number(at, number, width) => {
            let range = range(at, *width, bytes);
            let with = number.to_le_bytes()[..range.len()].to_vec();
            bytes.splice(range, with);
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Repeat(at, length) => {
            let range = range(at, *length, bytes);
            let part = bytes[range.clone()].to_vec();
            bytes.splice(range.end..range.end, part);
        }
        Damage::Remove(at, length) => {
            bytes.drain(range(at, *length, bytes));
        }
        Damage::Digit(at, digit) => {
            let start = at.index(bytes.len());
            let place = (start..bytes.len()).find(|&i| bytes[i].is_ascii_digit());
            if let Some(place) = place {
                bytes[place] = *digit;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_does_no_harm(
        ending in prop::sample::select(Format::READABLE.map(Format::ending).to_vec()),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        let mut bytes = VALID[ending].clone();
        for damage in &damages {
            apply(damage, &mut bytes);
        }
        if let Ok(model) = load_watched(ending, &bytes) {
            // What is let in can be used, and saved again.
            let iris = nn_tui::data::read_for_prediction(&Source::parse("iris"), &model.preprocessing);
            if let Ok(iris) = iris {
                model.outputs(iris.raw.view());
            }
            let folder = tempfile::tempdir().expect("a folder");
            for format in Format::ALL {
                let path = folder.path().join(format!("again.{}", format.ending()));
                save(&path, &model, false).expect("saved again");
            }
        }
    }
}

#[test]
fn valid_files_pass() {
    for (ending, bytes) in &*VALID {
        load_watched(ending, bytes).expect("valid");
    }
}

/// A text in which `part` is repeated, as long as a large file.
fn repeated(before: &str, part: &str, behind: &str) -> Vec<u8> {
    let times = 2_000_000 / part.len();
    [before, &part.repeat(times), behind].concat().into_bytes()
}

#[test]
fn large_nonsense_is_refused_soon() {
    let json = String::from_utf8(VALID["json"].clone()).expect("text");
    let (before, behind) = json.split_once("\"sizes\": [").expect("a network");
    let before = format!("{before}\"sizes\": [");
    let layers = "\"layers\": [";
    let (start, _) = json.split_once(layers).expect("layers");
    for bytes in [
        repeated("", "[", ""),
        repeated("", "{\"a\":", ""),
        repeated(&before, "1,", behind),
        repeated(
            &format!("{start}{layers}"),
            "{\"weights\":[],\"biases\":[]},",
            "]}",
        ),
        repeated(&format!("{start}{layers}"), "{\"weights\":[[],[]", "]}"),
        repeated("{\"format\": \"", "\\u001b", "\"}"),
    ] {
        let error = load_watched("json", &bytes).expect_err("refused");
        assert!(
            error.to_string().chars().count() < 1000,
            "a message for people"
        );
    }
    let mut header = repeated(
        "{",
        "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,0]},",
        "",
    );
    header.pop();
    header.push(b'}');
    let length = (header.len() as u64).to_le_bytes();
    load_watched("safetensors", &[&length[..], &header].concat()).expect_err("refused");
}
