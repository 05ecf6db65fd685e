mod rotation;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use prost::Message;

use super::*;
use crate::record::event_file::messages::{
    Event, HParam, HParamKind, HParamsPluginData, SessionLog, SessionStartInfo, Summary, Value,
    session,
};
use crate::record::event_file::{self, write_frame};

pub(super) fn scalar(tag: &str, step: i64, value: f32) -> Vec<u8> {
    let value = Value {
        tag: tag.into(),
        simple_value: Some(value),
        ..Value::default()
    };
    let summary = Some(Summary { value: vec![value] });
    framed(&Event {
        step,
        summary,
        ..Event::default()
    })
}

fn framed(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_frame(&mut bytes, &event.encode_to_vec());
    bytes
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("opened");
    file.write_all(bytes).expect("written");
}

/// A watcher that searches for new files at every poll.
struct Impatient(Watcher);

impl Impatient {
    fn poll(&mut self) -> bool {
        self.0.next_search = Instant::now();
        self.0.poll().0
    }

    fn values(&self, run: &str, tag: &str) -> Vec<(f64, f64)> {
        let runs = self.0.runs();
        let (_, run) = runs.iter().find(|(name, _)| &**name == run).expect("a run");
        let points = run
            .scalars
            .get(tag)
            .map_or(&[][..], |series| series.points());
        points
            .iter()
            .map(|point| (point.step, point.value.last))
            .collect()
    }

    fn run(&self, run: &str) -> Arc<Run> {
        let runs = self.0.runs();
        Arc::clone(
            &runs
                .iter()
                .find(|(name, _)| &**name == run)
                .expect("a run")
                .1,
        )
    }
}

#[test]
fn an_event_file_is_followed_as_it_grows_is_cut_off_restarts_and_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a");
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    assert!(!watcher.poll());
    fs::create_dir(&path).expect("created");
    let file = path.join("events.out.tfevents.1.host");
    append(&file, &scalar("loss", 1, 0.5));
    let second = scalar("loss", 2, 0.25);
    append(&file, &second[..second.len() - 3]);
    assert!(watcher.poll());
    assert_eq!(watcher.values("a", "loss"), [(1.0, 0.5)]);
    assert!(!watcher.poll());
    append(&file, &second[second.len() - 3..]);
    append(&file, &scalar("loss", 3, 0.125));
    assert!(watcher.poll());
    assert_eq!(
        watcher.values("a", "loss"),
        [(1.0, 0.5), (2.0, 0.25), (3.0, 0.125)]
    );
    // A restart in a file of its own, from step 2 on.
    let restart = path.join("events.out.tfevents.2.host");
    let log = SessionLog {
        status: session::START,
    };
    append(
        &restart,
        &framed(&Event {
            step: 2,
            session_log: Some(log),
            ..Event::default()
        }),
    );
    append(&restart, &scalar("loss", 2, 0.75));
    assert!(watcher.poll());
    assert_eq!(watcher.values("a", "loss"), [(1.0, 0.5), (2.0, 0.75)]);
    fs::remove_dir_all(&path).expect("removed");
    assert!(watcher.poll());
    assert!(watcher.run("a").is_gone);
    assert_eq!(watcher.values("a", "loss").len(), 2);
    assert!(!watcher.poll());
}

#[test]
fn a_bad_checksum_stops_its_file_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bad = scalar("loss", 1, 0.5);
    let mut second = scalar("loss", 2, 0.25);
    second[20] ^= 1;
    bad.extend(second);
    bad.extend(scalar("loss", 3, 0.25));
    fs::create_dir_all(folder.path().join("bad")).expect("created");
    fs::create_dir_all(folder.path().join("good")).expect("created");
    append(&folder.path().join("bad/tfevents"), &bad);
    append(
        &folder.path().join("good/tfevents"),
        &scalar("loss", 1, 0.5),
    );
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    watcher.poll();
    assert_eq!(watcher.values("bad", "loss"), [(1.0, 0.5)]);
    let problem = watcher.run("bad").problem.clone().expect("a problem");
    assert!(
        problem.starts_with("tfevents: bad checksum at byte "),
        "{problem}"
    );
    assert_eq!(watcher.run("good").problem, None);
}

#[test]
fn a_table_that_is_rewritten_is_read_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.csv");
    let mut watcher = Impatient(Watcher::new(vec![path.clone()]));
    assert!(!watcher.poll() || watcher.0.runs().len() == 1);
    fs::write(&path, "step,loss\n1,0.5\n").expect("written");
    watcher.poll();
    let name = watcher.0.runs()[0].0.to_string();
    assert_eq!(watcher.values(&name, "loss"), [(1.0, 0.5)]);
    append(&path, b"2,0.25\n");
    watcher.poll();
    assert_eq!(watcher.values(&name, "loss").len(), 2);
    // A key appears.
    fs::write(&path, "step,loss,val_loss\n1,0.5,\n2,0.25,0.3\n").expect("written");
    watcher.poll();
    assert_eq!(watcher.values(&name, "loss"), [(1.0, 0.5), (2.0, 0.25)]);
    assert_eq!(watcher.values(&name, "val_loss"), [(2.0, 0.3)]);
    // Rotated, with fewer bytes.
    fs::write(&path, "step,loss,val_loss\n1,0.9,\n").expect("written");
    watcher.poll();
    assert_eq!(watcher.values(&name, "loss"), [(1.0, 0.9)]);
}

#[test]
fn a_table_that_is_rewritten_behind_its_first_bytes_is_read_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.csv");
    let long: String = (0..400).map(|n| format!(",metric_number_{n}")).collect();
    assert!(long.len() > 4096);
    let mut watcher = Impatient(Watcher::new(vec![path.clone()]));
    let values = ",7".repeat(400);
    fs::write(&path, format!("step{long},loss\n1{values},0.5\n")).expect("written");
    watcher.poll();
    let name = watcher.0.runs()[0].0.to_string();
    // A key appears, at the end of the header.
    let text = format!("step{long},error,loss\n1{values},,0.5\n2{values},9,0.25\n");
    fs::write(&path, &text).expect("written");
    watcher.poll();
    assert_eq!(watcher.values(&name, "loss"), [(1.0, 0.5), (2.0, 0.25)]);
    // Only a row is another one.
    fs::write(
        &path,
        text.replace("9,0.25\n", "9,0.75\n3,") + &values + ",1,0.1\n",
    )
    .expect("written");
    watcher.poll();
    assert_eq!(watcher.values(&name, "loss")[1], (2.0, 0.75));
}

#[test]
fn points_of_files_that_are_gone_go_with_a_new_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a");
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    let write = |number: u32, steps: std::ops::Range<i64>| {
        fs::create_dir_all(&path).expect("created");
        let bytes: Vec<u8> = steps.flat_map(|step| scalar("loss", step, 0.5)).collect();
        append(
            &path.join(format!("events.out.tfevents.{number}.host")),
            &bytes,
        );
    };
    write(1, 0..100);
    write(2, 100..110);
    watcher.poll();
    assert_eq!(watcher.values("a", "loss").len(), 110);
    fs::remove_dir_all(&path).expect("removed");
    watcher.poll();
    assert_eq!(watcher.values("a", "loss").len(), 110);
    write(3, 0..20);
    watcher.poll();
    assert_eq!(watcher.values("a", "loss").len(), 20);
    assert!(!watcher.run("a").is_gone);
}

#[test]
fn a_rotated_log_keeps_its_points_where_the_new_file_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("train.jsonl");
    let lines = |steps: std::ops::Range<u32>| -> String {
        let line = |step| format!("{{\"step\":{step},\"loss\":0.5}}\n");
        steps.map(line).collect()
    };
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    let mut found = |steps: u32, problem: bool| {
        watcher.poll();
        let run = watcher.run("train");
        assert_eq!(watcher.values("train", "loss").len(), steps as usize);
        assert_eq!(run.problem.is_some(), problem, "{:?}", run.problem);
    };
    fs::write(&path, lines(0..100)).expect("written");
    found(100, false);
    fs::rename(&path, folder.path().join("train.jsonl.1")).expect("renamed");
    found(100, false);
    fs::write(&path, lines(100..140)).expect("written");
    found(140, false);
    // Cut where it is, as logrotate's copytruncate does.
    fs::write(&path, "").expect("written");
    found(140, false);
    append(&path, lines(140..150).as_bytes());
    found(150, false);
    append(&path, lines(150..160).as_bytes());
    found(160, false);
    // Another training, until it has come as far.
    fs::write(&path, lines(0..10)).expect("written");
    found(10, true);
    append(&path, lines(10..160).as_bytes());
    found(160, false);
}

#[test]
fn a_folder_that_is_gone_is_no_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("runs");
    fs::create_dir_all(root.join("a")).expect("created");
    fs::write(root.join("a/metrics.csv"), "epoch,loss\n0,1\n").expect("written");
    let mut watcher = Impatient(Watcher::new(vec![root.clone()]));
    watcher.poll();
    fs::remove_dir_all(&root).expect("removed");
    watcher.poll();
    assert_eq!(watcher.0.runs().len(), 1);
    assert!(watcher.run("a").is_gone);
}

#[test]
fn what_is_no_log_names_its_problem_until_it_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes, problem) in [
        ("arr.json", &b"[1, 2]\n"[..], "nothing of a log"),
        ("hist.json", b"{\"epoch\": [1, 2]}\n", "nothing of a log"),
        ("x.txt", b"foo\n", "nothing of a log"),
        ("x.jsonl", b"foo\n", "nothing of a log"),
        ("zero.csv", b"", "nothing was logged yet"),
        ("begun.csv", b"epoch,loss\n", "nothing was logged yet"),
        ("events.out.tfevents.1.host", b"", ""),
        ("z.jsonl.gz", &[0x1f, 0x8b, 8, 0, 0], "zcat"),
        (
            "events.out.tfevents.1.gz",
            &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            "zcat",
        ),
        ("events.out.tfevents.1.xz", b"\xfd7zXZ\0 and so on", "xzcat"),
        ("run.jsonl.bz2", b"BZh91AY and so on", "bzcat"),
        (
            "events.out.tfevents.1.zip",
            b"PK\x03\x04 and so on and on",
            "unzip",
        ),
        ("u16.csv", b"\xff\xfee\0p\0\n\0", "UTF-16"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        let mut watcher = Impatient(Watcher::new(vec![path]));
        watcher.poll();
        let found = watcher.0.runs()[0].1.problem.clone().unwrap_or_default();
        assert!(found.contains(problem), "{name}: {found}");
    }
    let path = folder.path().join("begun.csv");
    let mut watcher = Impatient(Watcher::new(vec![path.clone()]));
    watcher.poll();
    append(&path, b"1,0.5\n");
    watcher.poll();
    assert_eq!(watcher.run("begun").problem, None);
}

#[test]
fn a_newer_state_replaces_the_older_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |step: u32| {
        let path = folder.path().join(format!("hf/checkpoint-{step}"));
        fs::create_dir_all(&path).expect("created");
        let entries: Vec<String> = (1..=step)
            .map(|step| format!("{{\"step\":{step},\"loss\":0.5}}"))
            .collect();
        let text = format!("{{\"log_history\":[{}]}}", entries.join(","));
        fs::write(path.join("trainer_state.json"), text).expect("written");
    };
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    for step in [5, 10] {
        write(step);
        watcher.poll();
        assert_eq!(watcher.values("hf", "loss").len(), step as usize);
    }
}

#[test]
fn a_state_that_is_too_long_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trainer_state.json");
    // A hole, which takes no room on the disk.
    let file = fs::File::create(&path).expect("created");
    file.set_len(3 << 30).expect("set");
    let mut watcher = Watcher::new(vec![path]);
    watcher.poll();
    let problem = watcher.runs()[0].1.problem.clone().unwrap_or_default();
    assert!(problem.contains("too large"), "{problem}");
}

#[cfg(unix)]
#[test]
fn only_files_are_opened_in_a_folder_that_is_searched() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = |name: &str| {
        let path = folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("there is mkfifo").success());
    };
    for name in ["a.jsonl", "b.csv", "c.txt", "events.out.tfevents.1"] {
        pipe(name);
    }
    let file = folder.path().join("run.jsonl");
    fs::write(&file, "{\"step\":1,\"loss\":0.5}\n").expect("written");
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    watcher.poll();
    assert_eq!(watcher.0.runs().len(), 1);
    // Nor is one that takes the place of a file.
    fs::remove_file(&file).expect("removed");
    pipe("run.jsonl");
    watcher.poll();
    assert!(watcher.run("run").is_gone);
}

#[test]
fn files_by_three_writers_have_their_expected_values() {
    let Some(folder) = std::env::var_os("NN_TUI_EVENT_FILES").map(PathBuf::from) else {
        eprintln!("skipped: NN_TUI_EVENT_FILES is not the folder of the files and expected.json");
        return;
    };
    let expected = fs::read_to_string(folder.join("expected.json")).expect("readable");
    let expected: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&expected).expect("JSON");
    for (file, facts) in expected {
        let mut watcher = Impatient(Watcher::new(vec![folder.join(&file)]));
        watcher.poll();
        let name = watcher.0.runs()[0].0.to_string();
        let run = watcher.run(&name);
        assert_eq!(run.problem, None);
        let scalars = facts["scalars"].as_object().expect("tags");
        assert!(
            run.scalars.keys().map(|tag| &**tag).eq(scalars
                .keys()
                .map(String::as_str)
                .collect::<std::collections::BTreeSet<_>>()),
            "{file}"
        );
        for (tag, points) in scalars {
            let points = points.as_array().expect("points").iter();
            let points = points.map(|point| match &point[1] {
                serde_json::Value::String(text) => {
                    (point[0].as_f64(), text.parse().expect("a number"))
                }
                number => (point[0].as_f64(), number.as_f64().expect("a number")),
            });
            for ((step, value), (expected_step, expected)) in
                watcher.values(&name, tag).into_iter().zip(points.clone())
            {
                assert_eq!(Some(step), expected_step, "{file} {tag}");
                assert!(
                    value == expected || value.is_nan() && expected.is_nan(),
                    "{file} {tag} {value} {expected}"
                );
            }
            assert_eq!(watcher.values(&name, tag).len(), points.len());
        }
    }
}

#[test]
fn any_number_of_points_keeps_extremes_in_bounded_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.out.tfevents.1.host");
    let mut bytes = Vec::new();
    for step in 0..100_000 {
        let value = if step == 54_321 { 99.0 } else { 1.0 };
        bytes.extend(scalar("loss", step, value));
    }
    append(&path, &bytes);
    let mut watcher = Impatient(Watcher::new(vec![path]));
    while watcher.poll() {}
    let name = watcher.0.runs()[0].0.to_string();
    let run = watcher.run(&name);
    let points = run.scalars["loss"].points();
    assert!(points.len() <= 1024);
    assert_eq!(points.last().expect("points").step, 99_999.0);
    assert!(points.iter().any(|point| point.value.max == 99.0));
}

#[test]
fn hyperparameters_in_a_folder_inside_that_of_a_run_are_those_of_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = |run: &str, bytes: &[u8]| {
        let run = folder.path().join(run);
        fs::create_dir_all(&run).expect("created");
        append(&run.join("events.out.tfevents.1.host"), bytes);
    };
    // As torch's `SummaryWriter.add_hparams` writes them.
    let hparams = |lr: f64| {
        let kind = Some(HParamKind::Number(lr));
        let hparams = [("lr".to_owned(), HParam { kind })].into();
        let data = HParamsPluginData {
            session_start_info: Some(SessionStartInfo {
                hparams,
                start_time_secs: 0.0,
            }),
            session_end_info: None,
        };
        let value = event_file::hparams("_hparams_/session_start_info", &data);
        let summary = Some(Summary { value: vec![value] });
        let event = Event {
            summary,
            ..Event::default()
        };
        [framed(&event), scalar("hparam/accuracy", 0, 0.9)].concat()
    };
    for (run, lr) in [("a", 0.1), ("b", 0.01)] {
        let losses: Vec<u8> = (0..5).flat_map(|step| scalar("loss", step, 0.5)).collect();
        log(run, &losses);
        log(&format!("{run}/1700000000.5"), &hparams(lr));
    }
    // Without a run around it, it is one of its own.
    log("alone/hp", &hparams(1.0));
    log("mix/hp", &hparams(1.0));
    fs::write(folder.path().join("mix/hist.csv"), "epoch,loss\n1,2\n").expect("written");
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    while watcher.poll() {}
    let runs = watcher.0.runs();
    let names: Vec<&str> = runs.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["a", "alone/hp", "b", "mix/hist", "mix/hp"]);
    let filter = Filter::parse("lr<0.05 loss<1 hparam/accuracy>0.8");
    let kept = runs.iter().filter(|(name, run)| filter.matches(name, run));
    assert_eq!(kept.map(|(name, _)| &**name).collect::<Vec<_>>(), ["b"]);
}
