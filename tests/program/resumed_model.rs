//! The model of a run that is resumed: written where the run was to write it, in place of nobody else's file.

use super::resume::about;
use super::*;

/// A run that was to write a model still does after it was resumed, unless another is given.
#[test]
fn a_resumed_run_writes_the_model_it_was_to_write() {
    let (folder, checkpoint) = place("run.checkpoint");
    let model = folder.path().join("model.json");
    let run = |words: &[&str]| {
        let mut run = program(words);
        run.current_dir(folder.path());
        run.finish()
    };
    let checkpoint = checkpoint.to_str().expect("UTF-8");
    let start = [
        "iris",
        "--headless",
        "--epochs",
        "300",
        "--lr",
        "0.1",
        "--weights",
        "last",
    ];
    let saving = ["--export", "model.json", "--checkpoint", checkpoint];
    assert_eq!(code(&run(&[&start[..], &saving].concat())), 0);
    let whole = fs::read(&model).expect("exported");
    fs::remove_file(&model).expect("it is there");

    let output = run(&["--resume", checkpoint, "--headless"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(whole == fs::read(&model).expect("exported again"));

    // It replaces the model that it has written itself.
    let again = ["--resume", checkpoint, "--headless", "--epochs", "301"];
    let output = run(&again);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(whole != fs::read(&model).expect("exported again"));
    let best = ["--weights", "best", "--export", "best.json"];
    let resumed = ["--resume", checkpoint, "--headless"];
    assert_eq!(code(&run(&[&resumed[..], &best].concat())), 0);
    assert!(whole != fs::read(folder.path().join("best.json")).expect("exported"));
}

/// Refused before the training, and not after it: nobody would have the model.
#[test]
fn a_resumed_run_whose_model_cannot_be_written_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (out, model, checkpoint) = (path("out"), path("out/m.json"), path("run.checkpoint"));
    fs::create_dir(&out).expect("created");
    succeed(
        "iris --headless --epochs 2 --export",
        &[&model, Path::new("--checkpoint"), &checkpoint],
    );
    let before = fs::read(&checkpoint).expect("written");
    let resume = |more: &str| {
        let words = ["--json", "--epochs", "4", "--resume"].map(OsStr::new);
        let words = words.into_iter().chain([checkpoint.as_os_str()]);
        program(words.chain(more.split_whitespace().map(OsStr::new))).finish()
    };
    let refused = |messages: &[&str]| {
        let output = resume("");
        assert_eq!(code(&output), 73, "{}", stderr(&output));
        for message in messages {
            assert!(stderr(&output).contains(message), "{}", stderr(&output));
        }
        let events = events(&stdout(&output));
        assert_eq!(events.len(), 1, "no training: {events:?}");
        assert_eq!(events[0]["kind"], "cannot-write");
        assert!(before == fs::read(&checkpoint).expect("it is there"));
    };
    fs::remove_dir_all(&out).expect("removed");
    refused(&[
        "out/m.json: cannot be written: no such directory: ",
        "; it is the --export of the run in ",
        "run.checkpoint: create the directory, or name another file with --export PATH",
    ]);
    // Another program has written there meanwhile, or changed the model.
    fs::create_dir(&out).expect("created");
    fs::write(&model, "somebody else's").expect("written");
    let exists = "out/m.json: cannot be written: it exists already; it is the --export of the run";
    refused(&[exists, "replace it with --force, or name another file"]);
    assert_eq!(fs::read(&model).expect("kept"), b"somebody else's");
    assert_eq!(code(&resume("--force")), 0);
    let loaded = nn_tui::model_file::load(&model).expect("loads");
    assert_eq!(loaded.training.epochs, 4);
}

/// A file that somebody else puts in place of the model while a resumed run trains stays.
#[cfg(unix)]
#[test]
fn a_resumed_run_replaces_nobody_elses_model() {
    type Change = fn(&Path);
    let cases: [(Change, &str); 3] = [
        (|_| {}, ""),
        (
            |model| fs::write(model, "somebody else's").expect("written"),
            "m.json: exists already",
        ),
        (
            |model| fs::remove_dir_all(model.parent().expect("a folder")).expect("removed"),
            "m.json: cannot be written: no such directory",
        ),
    ];
    for (change, problem) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let (out, checkpoint) = (
            folder.path().join("out"),
            folder.path().join("run.checkpoint"),
        );
        let model = out.join("m.json");
        fs::create_dir(&out).expect("created");
        succeed(
            "iris --headless --epochs 2 --export",
            &[&model, Path::new("--checkpoint"), &checkpoint],
        );
        let mut child = program(["--json", "--epochs", "100000000", "--resume"])
            .arg(&checkpoint)
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.read_line(&mut String::new()).expect("it has started");
        change(&model);
        let kill = Command::new("kill").arg(child.id().to_string()).status();
        assert!(kill.expect("starts").success());
        lines.read_to_string(&mut String::new()).expect("it ends");
        let output = child.wait_with_output().expect("ends");
        let said = stderr(&output);
        if problem.is_empty() {
            assert_eq!(code(&output), 143, "{said}");
            nn_tui::model_file::load(&model).expect("it has replaced its own model");
            continue;
        }
        assert_eq!(code(&output), 73, "{said}");
        assert!(said.contains(problem), "{said}");
        let kept = format!(
            "the run is kept in {}; nn-tui --resume",
            checkpoint.display()
        );
        assert!(said.contains(&kept), "{said}");
        let found = fs::read(&model).ok();
        assert!(found.is_none_or(|found| found == b"somebody else's"));
        let other = folder.path().join("other.json");
        let epoch = about(&checkpoint)["epoch"].as_u64().expect("a number") + 1;
        let line = format!("--headless --epochs {epoch} --export");
        succeed(&line, &[&other, Path::new("--resume"), &checkpoint]);
        nn_tui::model_file::load(&other).expect("the weights are not lost");
    }
}

/// Kills a run at the moment at which one of its files has other contents than before.
pub(super) fn kill_at_change(words: &[&str], folder: &Path, file: &str) {
    let contents = || fs::read(folder.join(file)).ok();
    let before = contents();
    let mut child = program(words).current_dir(folder).spawn().expect("starts");
    while contents() == before && child.try_wait().expect("a child").is_none() {}
    // It may have ended meanwhile.
    let _ = child.kill();
    child.wait().expect("ended");
    assert!(contents() != before, "{words:?}: {file} is not written");
}

/// Killed between the final model and the last checkpoint, or between the two other files of a resumed run.
#[test]
fn a_killed_run_recognises_its_model() {
    for file in ["m.json", "c.ck"] {
        let folder = tempfile::tempdir().expect("a folder");
        let saving = ["--export", "m.json", "--checkpoint", "c.ck"];
        let start = "digits --headless --hidden 300,200 --epochs 1 --checkpoint-every 1h";
        let start: Vec<&str> = start.split(' ').chain(saving).collect();
        kill_at_change(&start, folder.path(), file);
        for epochs in ["2", "3"] {
            // It replaces the model of the run before.
            let resumed = ["--resume", "c.ck", "--headless", "--epochs", epochs];
            kill_at_change(&resumed, folder.path(), file);
        }
        let resume = |epochs: &str| {
            let words = ["--resume", "c.ck", "--headless", "--epochs", epochs];
            program(words).current_dir(folder.path()).finish()
        };
        let output = resume("3");
        assert_eq!(code(&output), 0, "{file}: {}", stderr(&output));
        let model = nn_tui::model_file::load(&folder.path().join("m.json")).expect("loads");
        assert_eq!(model.architecture.depth(), 3);
        fs::write(folder.path().join("m.json"), "somebody else's").expect("written");
        assert_eq!(code(&resume("4")), 73);
    }
}

/// Killed after its first checkpoint, or while it trains the second network.
#[test]
fn a_resumed_run_trains_its_second_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "digits --max-rows 400 --headless --export";
    let run = |line: &str| {
        let output = program(line.split(' ')).current_dir(folder.path()).finish();
        assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
        stdout(&output)
    };
    let read = |name: &str| fs::read(folder.path().join(name)).expect("exported");
    run(&format!("{line} whole.json"));
    for (file, every) in [("c.ck", "1epochs"), ("m.json", "1h")] {
        for name in ["c.ck", "m.json"] {
            // The first of them is not there yet.
            let _ = fs::remove_file(folder.path().join(name));
        }
        let saving = format!("{line} m.json --checkpoint c.ck --checkpoint-every {every}");
        let words: Vec<&str> = saving.split(' ').collect();
        kill_at_change(&words, folder.path(), file);
        // The last time it has ended before.
        for _ in 0..2 {
            let text = run("--resume c.ck --headless");
            assert!(text.contains("trained anew"), "{file}: {text}");
            assert!(read("m.json") == read("whole.json"), "{file}");
        }
    }
}

/// The first network is gone with the folder, and the second has no place.
#[test]
fn a_second_network_that_cannot_be_written_leaves_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("created");
    let line = "digits --max-rows 600 --headless --export out/m.json";
    let mut child = program(line.split(' '))
        .current_dir(folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    while !out.join("m.json").exists() {
        assert!(child.try_wait().expect("a child").is_none(), "it has ended");
    }
    fs::remove_dir_all(&out).expect("removed");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(code(&output), 73, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(!text.contains("saved "), "{text}");
    assert!(
        stderr(&output).contains("nn-tui --resume"),
        "{}",
        stderr(&output)
    );
}
