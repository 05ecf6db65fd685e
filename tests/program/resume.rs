//! Checkpoints: runs that are stopped or killed, and continue as if nothing had happened.

use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use nn_tui::nn::Optimizer;

use super::*;

/// Model that the program exports with these options.
fn exported(line: &str, paths: &[&Path]) -> Vec<u8> {
    let (_folder, model) = place("model.json");
    let mut paths = paths.to_vec();
    let line = format!("{line} --export");
    paths.push(&model);
    // Paths stand where the line has %.
    let mut words: Vec<&OsStr> = Vec::new();
    let mut rest = paths.into_iter();
    for word in line.split_whitespace() {
        if word == "%" {
            words.push(rest.next().expect("a path").as_os_str());
        } else {
            words.push(OsStr::new(word));
        }
    }
    words.extend(rest.map(Path::as_os_str));
    let output = program(words).finish();
    assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
    fs::read(&model).expect("exported")
}

/// Asserts that a run of `epochs` epochs exports the same as one that stops after `stop` epochs and is
/// resumed with `more` options.
fn assert_same_after_stop(line: &str, stop: u32, epochs: u32, more: &str) {
    let (_folder, checkpoint) = place("run.checkpoint");
    let whole = exported(&format!("{line} --headless --epochs {epochs}"), &[]);
    exported(
        &format!("{line} --headless --epochs {stop} --checkpoint %"),
        &[&checkpoint],
    );
    let resumed = format!("--resume % --epochs {epochs} {more}");
    let resumed = exported(&resumed, &[&checkpoint]);
    assert!(whole == resumed, "{line}: the resumed run differs");
}

#[test]
fn a_resumed_run_exports_the_same_bytes() {
    for optimizer in Optimizer::names() {
        assert_same_after_stop(&format!("iris --optimizer {optimizer}"), 3, 9, "");
    }
    for line in [
        "sine --activation tanh --batch 7 --l2 0.001",
        "wine --class-weights balanced --seed 5 --val 0",
        "moons --outputs 1 --set w1[1,1]=0.5",
        "datasets/circles.csv --max-rows 100 --test datasets/circles.csv",
        "digits --hidden 300 --batch 200",
        "wine --schedule plateau --clip 0.3 --dropout 0.2 --label-smoothing 0.1",
        "sine --schedule step --warm-up 4 --dropout 0.1",
    ] {
        assert_same_after_stop(line, 2, 5, "--json");
    }
    let large = "digits --hidden 300 --batch 200";
    assert_same_after_stop(&format!("{large} --threads 1"), 2, 4, "--threads 2");
    assert_same_after_stop(&format!("{large} --threads 2"), 2, 4, "--threads 1");
    assert_same_after_stop("iris", 0, 4, "");
    assert_same_after_stop("iris", 4, 4, "");
}

#[test]
fn a_resumed_run_makes_the_changes_that_were_still_to_come() {
    let (_folder, checkpoint) = place("run.checkpoint");
    // Four steps an epoch: one change before the stop, and two after it.
    let changes = ["6 lr 0.01", "13 lr 0.001", "17 set w1[1,1]=0.5"];
    let changed = |epochs: &str, paths: &[&Path]| {
        let (_folder, model) = place("model.json");
        let line = "iris --headless --no-refit --epochs";
        let mut words: Vec<&OsStr> = line.split(' ').map(OsStr::new).collect();
        words.push(epochs.as_ref());
        words.extend(changes.iter().flat_map(|at| ["--at", at]).map(OsStr::new));
        words.extend(["--export".as_ref(), model.as_os_str()]);
        words.extend(paths.iter().map(|path| path.as_os_str()));
        let output = program(words).finish();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        fs::read(&model).expect("exported")
    };
    let whole = changed("6", &[]);
    changed("2", &["--checkpoint".as_ref(), &checkpoint]);
    // Once more stopped before the last change.
    exported("--headless --resume % --epochs 4", &[&checkpoint]);
    let resumed = exported("--headless --resume % --epochs 6", &[&checkpoint]);
    assert!(whole == resumed, "the resumed run differs");
}

/// The resumed run adds to the log only what comes after its checkpoint.
#[test]
fn a_killed_run_has_logged_all_before_its_last_checkpoint() {
    let line = "wine --headless --epochs 4000 --no-refit --checkpoint-every 1epochs";
    for delay in [0, 100, 200, 300] {
        let (folder, checkpoint) = place("run.checkpoint");
        let log = folder.path().join("log.csv");
        let mut child = program(line.split(' '))
            .args(["--checkpoint".as_ref(), checkpoint.as_os_str()])
            .args(["--log".as_ref(), log.as_os_str()])
            .spawn()
            .expect("starts");
        while !checkpoint.exists() && child.try_wait().expect("a child").is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(delay));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let saved = fs::read(&checkpoint).expect("a checkpoint");
        let about = saved.split(|&byte| byte == b'\n').nth(1).expect("a line");
        let about: Value = serde_json::from_slice(about).expect("JSON");
        let rows = fs::read_to_string(&log).expect("a log");
        let last = rows.lines().next_back().expect("a row");
        let logged = last.split(',').next().and_then(|epoch| epoch.parse().ok());
        assert!(logged >= about["epoch"].as_u64(), "{about}, logged: {last}");
    }
}

#[test]
fn a_killed_run_continues_from_its_last_checkpoint() {
    let line = "digits --headless --hidden 24,16 --epochs 40";
    let whole = exported(line, &[]);
    let (folder, checkpoint) = place("run.checkpoint");
    for delay in [40, 90, 160, 250] {
        let mut child = program(line.split(' '))
            .args(["--checkpoint-every", "0.01s", "--force", "--checkpoint"])
            .arg(&checkpoint)
            .spawn()
            .expect("starts");
        // The first checkpoint begins the time in which it is killed.
        let _ = fs::remove_file(&checkpoint);
        while !checkpoint.exists() && child.try_wait().expect("a child").is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(delay));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let resumed = exported("--resume %", &[&checkpoint]);
        assert!(whole == resumed, "killed after {delay} ms");
    }
    drop(folder);
}

#[test]
fn a_setting_beside_resume_is_a_logged_change() {
    let (_folder, checkpoint) = place("run.checkpoint");
    exported("iris --headless --epochs 2 --checkpoint %", &[&checkpoint]);
    let resumed = "--resume % --epochs 4 --lr 0.01 --hidden 8 --batch 32 --optimizer sgd";
    let bytes = exported(resumed, &[&checkpoint]);
    let model: Value = serde_json::from_slice(&bytes).expect("JSON");
    let changes = model["training"]["changes"].as_array().expect("changes");
    let names: Vec<&Value> = changes.iter().map(|change| &change["change"]).collect();
    assert_eq!(names, ["network", "optimizer", "learning-rate"]);
    assert!(
        changes.iter().all(|change| change["step"] == 8),
        "{changes:?}"
    );
    assert_eq!(model["architecture"]["sizes"], serde_json::json!([4, 8, 3]));
}

#[test]
fn options_that_contradict_the_checkpoint_are_named() {
    let (_folder, checkpoint) = place("run.checkpoint");
    succeed(
        "iris --headless --epochs 1 --target species --val 0.3 --checkpoint",
        &[&checkpoint],
    );
    let resume = |more: &str| {
        let words = ["--headless", "--resume"].map(OsStr::new).into_iter();
        let words = words.chain([checkpoint.as_os_str()]);
        program(words.chain(more.split_whitespace().map(OsStr::new))).finish()
    };
    for allowed in [
        "--target species --val 0.3 --seed 0",
        "--init auto --lr 0.003",
    ] {
        let output = resume(allowed);
        assert_eq!(code(&output), 0, "{allowed}: {}", stderr(&output));
    }
    for (option, message) in [
        ("--target 1", "--target contradicts the run in "),
        ("--val 0.2", "--val contradicts the run in "),
        ("--drop 1", "--drop contradicts the run in "),
        ("--missing drop", "--missing contradicts the run in "),
        ("--class-weights balanced", "--class-weights contradicts"),
        ("--outputs 1", "--outputs contradicts the run in "),
        ("--set w1[1,1]=1", "--set contradicts the run in "),
        ("--seed 3", "--seed contradicts the run in "),
        ("--init he", "--init contradicts the run in "),
        (
            "--momentum 0.5",
            "--momentum goes with --optimizer momentum or",
        ),
        (
            "--output linear --loss cross-entropy",
            "cross-entropy loss goes with",
        ),
        ("--batch 0", "expected a number of rows"),
        ("--describe", "cannot be used with"),
    ] {
        let output = resume(option);
        assert_eq!(code(&output), 2, "{option}: {}", stderr(&output));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
    let path = checkpoint.to_string_lossy();
    let output = run(&format!("wine --headless --resume {path}"), &[]);
    assert_eq!(code(&output), 2);
    let message = "--resume continues on the data of the run, built-in iris; --data FILE says";
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
}

#[test]
fn data_are_found_again_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (table, checkpoint) = (path("table.csv"), path("run.checkpoint"));
    fs::copy("datasets/iris.csv", &table).expect("copied");
    let whole = exported("% --headless --epochs 6", &[&table]);
    succeed(
        "--headless --epochs 2",
        &[&table, Path::new("--checkpoint"), &checkpoint],
    );
    let resume = "--resume % --epochs 6";
    assert!(whole == exported(resume, &[&checkpoint]));

    let moved = path("moved.csv");
    fs::rename(&table, &moved).expect("moved");
    let refused = |more: &[&Path], expected: i32, message: &str| {
        let mut words = vec![OsStr::new("--resume"), checkpoint.as_os_str()];
        words.extend(more.iter().map(|path| path.as_os_str()));
        // The folder of the model before is gone.
        let model = path("refused.json");
        words.extend([OsStr::new("--export"), model.as_os_str()]);
        let output = program(words).finish();
        assert_eq!(code(&output), expected, "{}", stderr(&output));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    };
    let hint = "table.csv: no such file; --data FILE says where the data are now";
    refused(&[], 66, hint);
    let with_data = "--resume % --epochs 6 --data %";
    assert!(whole == exported(with_data, &[&checkpoint, &moved]));

    let text = fs::read_to_string(&moved).expect("read");
    let option = Path::new("--data");
    let other = path("other.csv");
    fs::write(&other, text.replacen("5.1", "5.2", 1)).expect("written");
    refused(
        &[option, &other],
        65,
        "other.csv: not the data of the run in ",
    );
    refused(&[option, &other], 65, "some values differ");
    let shorter: Vec<&str> = text.lines().take(100).collect();
    fs::write(&other, shorter.join("\n")).expect("written");
    refused(&[option, &other], 65, "it has 99 rows instead of 150");

    let mut child = program([OsStr::new("--resume"), checkpoint.as_os_str()])
        .args(["--epochs", "6", "--data", "-", "--export"])
        .arg(path("piped.json"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    assert!(child.wait().expect("ends").success());
    assert!(whole == fs::read(path("piped.json")).expect("exported"));
}

#[test]
fn damaged_checkpoints_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let good = path("run.checkpoint");
    exported("xor --headless --epochs 2 --checkpoint %", &[&good]);
    let bytes = fs::read(&good).expect("written");
    let refused = |bytes: &[u8], message: &str| {
        let bad = path("bad.checkpoint");
        fs::write(&bad, bytes).expect("written");
        let output = run("--resume", &[&bad]);
        assert_eq!(code(&output), 65, "{}", stderr(&output));
        let expected = format!("bad.checkpoint: not a usable checkpoint: {message}");
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    };
    let mut step = 1;
    while step < bytes.len() {
        refused(&bytes[..bytes.len() - step], "it is ");
        let mut flipped = bytes.clone();
        flipped[bytes.len() - step] ^= 1 << (step % 8);
        refused(&flipped, "it ");
        step *= 3;
    }
    refused(b"", "it is not written by --checkpoint");
    refused(
        b"{\"format\": \"nn-tui model\"}",
        "it is not written by --checkpoint",
    );
    let text = b"nn-tui checkpoint 1\n{}";
    refused(
        text,
        "it has version 1 of the format, this program reads version 4",
    );
    for (name, message) in [("no", "no: no such file"), ("", "it is not a regular file")] {
        let output = run("--resume", &[&path(name)]);
        assert_eq!(code(&output), 66, "{}", stderr(&output));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
}

#[test]
fn another_runs_checkpoint_is_not_overwritten() {
    let (_folder, checkpoint) = place("run.checkpoint");
    let paths: &[&Path] = &[&checkpoint];
    succeed("iris --headless --epochs 1 --checkpoint", paths);
    let refused = run("iris --headless --epochs 1 --checkpoint", paths);
    assert_eq!(code(&refused), 73);
    let message = "run.checkpoint: exists already; --force replaces it";
    assert!(stderr(&refused).contains(message), "{}", stderr(&refused));
    succeed("iris --headless --epochs 1 --force --checkpoint", paths);
    // A run may replace its own.
    let words = ["--resume", "--checkpoint"].map(OsStr::new);
    let [resume, again] = words;
    let path = checkpoint.as_os_str();
    let epochs = ["--epochs", "3"].map(OsStr::new);
    let output = program([resume, path, again, path].into_iter().chain(epochs)).finish();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(about(&checkpoint)["epoch"], 3);
}

#[test]
fn without_an_interrupted_run_there_is_nothing_to_resume() {
    let folder = tempfile::tempdir().expect("a folder");
    let with_home = |words: &[&str]| {
        let mut command = program(words);
        command.env("XDG_STATE_HOME", folder.path());
        command.finish()
    };
    let output = with_home(&["--resume"]);
    assert_eq!(code(&output), 66, "{}", stderr(&output));
    let message = "there is no interrupted run to resume";
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
    let listed = with_home(&["--resume", "list"]);
    assert_eq!((code(&listed), &*stdout(&listed)), (0, ""));
    assert!(stderr(&listed).contains(message), "{}", stderr(&listed));
    // A short run leaves nothing either.
    let output = with_home(&["iris", "--headless", "--epochs", "2"]);
    assert_eq!(code(&output), 0);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn interrupted_runs_are_offered_listed_and_resumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("nn-tui");
    fs::create_dir(&kept).expect("created");
    let with_home = |words: &[&str]| {
        let mut command = program(words);
        command.env("XDG_STATE_HOME", folder.path());
        command.finish()
    };
    // A recovery file is a checkpoint in this folder.
    let path = |name: &str| kept.join(format!("{name}.checkpoint"));
    for (name, data, epochs) in [("one", "iris", "3"), ("two", "wine", "2")] {
        let path = path(name);
        let path = path.to_str().expect("UTF-8");
        let line = [data, "--headless", "--epochs", epochs, "--checkpoint", path];
        let output = with_home(&line);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    }
    fs::write(path("three"), "no checkpoint").expect("written");

    let listed = stdout(&with_home(&["--resume", "list"]));
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(
        lines[0].contains("two.checkpoint  wine  "),
        "newest first: {listed}"
    );
    assert!(lines[1].contains("one.checkpoint  iris  4 → 16 → 16 → 3  epoch 3  "));

    let short = ["--headless", "--epochs", "1"];
    let start =
        |data: &str, more: &[&str]| stderr(&with_home(&[&[data], &short[..], more].concat()));
    let newest = "an interrupted run (epoch 2) can be resumed: nn-tui --resume\n";
    assert!(start("wine", &[]).contains(newest));
    assert!(!start("wine", &["--no-recovery"]).contains("interrupted"));
    let other = "an interrupted run (epoch 3) can be resumed: nn-tui --resume /";
    assert!(start("iris", &[]).contains(other));
    assert!(!start("sine", &[]).contains("interrupted"));

    let model = folder.path().join("model.json");
    let model = model.to_str().expect("UTF-8");
    let resume = |more: &[&str]| with_home(&[&["--resume", "--epochs", "4"], more].concat());
    let output = resume(&[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains("resumed after epoch 2, step "));
    assert_eq!(about(&path("two"))["epoch"], 4, "it goes on in its file");
    assert_eq!(code(&resume(&["--export", model])), 0);
    assert!(!path("two").exists(), "it was");
    let loaded = nn_tui::model_file::load(Path::new(model)).expect("loads");
    assert_eq!(loaded.training.data, "wine");
    let output = resume(&[]);
    assert!(
        stderr(&output).contains("built-in iris"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_last_checkpoint_that_cannot_be_written_is_an_error() {
    let (folder, checkpoint) = place("run.checkpoint");
    let mut child = program(["iris", "--json", "--epochs", "20000", "--checkpoint"])
        .arg(&checkpoint)
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    lines.read_line(&mut String::new()).expect("it has started");
    folder.close().expect("removed");
    lines
        .read_to_string(&mut String::new())
        .expect("it goes on");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(code(&output), 73, "{}", stderr(&output));
    for message in [
        "run.checkpoint: cannot be written: no such directory",
        "the unsaved run is kept in ",
    ] {
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
}

/// Describes the checkpoint in `path`.
pub(super) fn about(path: &Path) -> Value {
    let bytes = fs::read(path).expect("written");
    let line = bytes.split(|&byte| byte == b'\n').nth(1).expect("a line");
    serde_json::from_slice(line).expect("JSON")
}

#[test]
fn a_resumed_run_goes_on_in_its_checkpoint() {
    let (folder, checkpoint) = place("run.checkpoint");
    let other = folder.path().join("other.checkpoint");
    succeed("iris --headless --epochs 1 --checkpoint", &[&checkpoint]);
    succeed("--headless --epochs 3 --resume", &[&checkpoint]);
    assert_eq!(about(&checkpoint)["epoch"], 3);
    let paths: &[&Path] = &[&checkpoint, Path::new("--checkpoint"), &other];
    succeed(
        "--headless --epochs 5 --checkpoint-every 1s --resume",
        paths,
    );
    assert_eq!(about(&checkpoint)["epoch"], 3);
    assert_eq!(about(&other)["epoch"], 5);
}

#[test]
fn leftovers_of_killed_processes_are_removed_by_the_next_checkpoint() {
    let (folder, checkpoint) = place("run.checkpoint");
    let mut child = program(["--version"]).spawn().expect("starts");
    let gone = child.id();
    child.wait().expect("ends");
    let path = |file: &str, process: u32| {
        let path = folder
            .path()
            .join(format!(".{file}.nn-tui-{process}-AbCdEf"));
        fs::write(&path, "half a file").expect("written");
        path
    };
    let leftover = path("run.checkpoint", gone);
    let of_another_file = path("other.checkpoint", gone);
    let of_a_live_process = path("run.checkpoint", std::process::id());
    succeed("iris --headless --epochs 1 --checkpoint", &[&checkpoint]);
    assert!(!leftover.exists());
    assert!(of_another_file.exists() && of_a_live_process.exists());

    // In the folder of recovery files, each of which has its own name, any run removes them.
    let kept = folder.path().join("nn-tui");
    fs::create_dir(&kept).expect("created");
    let in_folder = |process: u32, age: u64| {
        let path = kept.join(format!(".{age}.checkpoint.nn-tui-{process}-AbCdEf"));
        let file = fs::File::create(&path).expect("created");
        let modified = SystemTime::now() - Duration::from_secs(age);
        file.set_modified(modified).expect("it is ours");
        path
    };
    let old = in_folder(gone, 3600);
    let others = [in_folder(gone, 0), in_folder(std::process::id(), 3600)];
    let mut run = program(["iris", "--headless", "--epochs", "1"]);
    run.env("XDG_STATE_HOME", folder.path()).finish();
    assert!(!old.exists());
    assert!(others.iter().all(|path| path.exists()));
}

#[cfg(unix)]
#[test]
fn a_recovery_file_stays_after_a_signal_although_the_model_is_saved() {
    for (epochs, stays) in [("4", false), ("4000000000", true)] {
        let (state, model) = place("m.json");
        let recovery_file = leave_recovery_file(state.path());
        let line = [
            "--resume",
            "--headless",
            "--json",
            "--epochs",
            epochs,
            "--export",
        ];
        let mut run = program(line);
        run.arg(&model).env("XDG_STATE_HOME", state.path());
        let mut child = run.stderr(Stdio::null()).spawn().expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        (0..2).for_each(|_| assert!(lines.read_line(&mut String::new()).is_ok()));
        if stays {
            let pid = child.id().to_string();
            Command::new("kill")
                .arg(&pid)
                .status()
                .expect("kill is there");
        }
        lines.read_to_string(&mut String::new()).expect("UTF-8");
        child.wait().expect("ends");
        assert!(model.exists());
        assert_eq!(recovery_file.exists(), stays);
    }
}

/// Ends a short run, whose export fails, by a signal. Returns what it says.
#[cfg(unix)]
fn end_with_failing_export(change: fn(&mut Command, &Path), folder: &Path) -> String {
    let out = folder.join("out");
    fs::create_dir(&out).expect("created");
    let mut command = program(["iris", "--json", "--epochs", "100000000", "--export"]);
    change(command.arg(out.join("m.json")), folder);
    let mut child = command.spawn().expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    lines.read_line(&mut String::new()).expect("it has started");
    fs::remove_dir(&out).expect("empty");
    let kill = Command::new("kill").arg(child.id().to_string()).status();
    assert!(kill.expect("starts").success());
    lines.read_to_string(&mut String::new()).expect("it ends");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(code(&output), 73, "{}", stderr(&output));
    stderr(&output)
}

#[cfg(unix)]
#[test]
fn a_failed_export_leaves_a_recovery_file_however_short_the_run_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let with_home = |command: &mut Command, folder: &Path| {
        command.env("XDG_STATE_HOME", folder);
    };
    let message = end_with_failing_export(with_home, folder.path());
    assert!(message.contains("the unsaved run is kept in "), "{message}");
    let kept = fs::read_dir(folder.path().join("nn-tui")).expect("a folder");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(kept.len(), 1);
    assert!(about(&kept[0])["step"].as_u64().is_some());

    // The folder of the model is gone still.
    let epoch = about(&kept[0])["epoch"].as_u64().expect("a number") + 1;
    let line = format!("--headless --epochs {epoch} --resume");
    let paths: &[&Path] = &[&kept[0], Path::new("--checkpoint"), &kept[0]];
    let refused = run(&line, paths);
    assert_eq!(code(&refused), 73, "{}", stderr(&refused));
    // It stays if the resumed run is saved to it.
    fs::create_dir(folder.path().join("out")).expect("created");
    succeed(&line, paths);
    assert_eq!(about(&kept[0])["epoch"], epoch);
    assert!(folder.path().join("out/m.json").exists());
}

#[cfg(unix)]
#[test]
fn without_a_home_a_lost_run_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let without_home = |command: &mut Command, _: &Path| {
        command.env_remove("XDG_STATE_HOME").env_remove("HOME");
    };
    let message = end_with_failing_export(without_home, folder.path());
    let expected =
        "the run is not saved: recovery file: cannot be written: neither XDG_STATE_HOME nor HOME";
    assert!(message.contains(expected), "{message}");
}
