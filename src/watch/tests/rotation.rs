//! Logs that are rotated, cut, rewritten and replaced while they are read.

use std::ops::Range;

use super::*;

fn losses(steps: Range<u32>) -> String {
    let line = |step| {
        format!(
            "{{\"step\":{step},\"epoch\":{},\"loss\":0.5}}\n",
            step / 100
        )
    };
    steps.map(line).collect()
}

fn is_noted(watcher: &Impatient, run: &str) -> bool {
    let problem = watcher.run(run).problem.clone();
    problem.is_some_and(|problem| problem.contains("began anew"))
}

#[test]
fn a_rotation_between_the_lines_of_a_step_keeps_all_points() {
    for is_renamed in [true, false] {
        for evaluation in [99, 98] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("train.jsonl");
            let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
            fs::write(&path, losses(0..100)).expect("written");
            watcher.poll();
            if is_renamed {
                fs::rename(&path, folder.path().join("train.jsonl.1")).expect("renamed");
            }
            let line = format!("{{\"step\":{evaluation},\"epoch\":0,\"eval_loss\":0.5}}\n");
            fs::write(&path, line + &losses(100..110)).expect("written");
            watcher.poll();
            assert_eq!(watcher.values("train", "loss").len(), 110);
            assert_eq!(watcher.values("train", "eval_loss").len(), 1);
            assert!(!is_noted(&watcher, "train"));
        }
    }
}

#[test]
fn a_log_of_one_step_that_is_written_again_has_it_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("train.jsonl");
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    fs::write(&path, losses(0..1) + "\n\n").expect("written");
    watcher.poll();
    fs::write(&path, losses(0..1)).expect("written");
    watcher.poll();
    assert_eq!(watcher.values("train", "loss"), [(0.0, 0.5)]);
}

#[test]
fn a_log_without_steps_that_began_anew_says_so_unless_it_was_rewritten() {
    let lines = |from: u32, count: u32| -> String {
        let line = |n| format!("{{\"loss\":{}}}\n", from + n);
        (0..count).map(line).collect()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("train.jsonl");
    let mut watcher = Impatient(Watcher::new(vec![path.clone()]));
    let mut noted = |text: &str, is_expected: bool| {
        fs::write(&path, text).expect("written");
        watcher.poll();
        assert_eq!(is_noted(&watcher, "train"), is_expected);
    };
    noted(&lines(0, 100), false);
    noted(&lines(100, 30), true);
    // As far as before, but not with the same points.
    noted(&lines(100, 130), true);
    noted(&lines(100, 120), true);
    noted(&lines(100, 140), false);
}

#[test]
fn event_files_that_go_on_keep_the_points_of_those_that_are_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |number: u32| {
        let name = format!("events.out.tfevents.{number}.host");
        folder.path().join("a").join(name)
    };
    fs::create_dir_all(folder.path().join("a")).expect("created");
    let write = |number: u32, steps: Range<i64>| {
        let bytes: Vec<u8> = steps.flat_map(|step| scalar("loss", step, 0.5)).collect();
        fs::write(path(number), bytes).expect("written");
    };
    let mut watcher = Impatient(Watcher::new(vec![folder.path().to_owned()]));
    let mut found = |count: usize| {
        watcher.poll();
        let values = watcher.values("a", "loss");
        let steps = values.iter().map(|(step, _)| *step);
        assert!(steps.eq((0..count).map(|step| step as f64)), "{values:?}");
        assert!(!is_noted(&watcher, "a"));
    };
    write(1, 0..100);
    found(100);
    write(2, 100..120);
    found(120);
    fs::remove_file(path(1)).expect("removed");
    found(120);
    write(3, 120..140);
    found(140);
    fs::remove_file(path(2)).expect("removed");
    fs::remove_file(path(3)).expect("removed");
    write(4, 140..150);
    found(150);
    // Rewritten in a run of several files, all of which are read again.
    write(5, 150..200);
    found(200);
    write(5, 150..160);
    write(6, 160..170);
    watcher.poll();
    assert!(!is_noted(&watcher, "a"));
}
