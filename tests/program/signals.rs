//! Signals and closed pipes that stop a training.

use super::*;

/// Starts a training without an end, and reads its output up to the second line.
fn endless(model: &Path, before: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let script = format!(
        "{before} exec \"$0\" --json --weights last --epochs 4000000000 --export \"$1\" xor"
    );
    let mut child = shell(&script)
        .arg(model)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    for _ in 0..2 {
        lines.read_line(&mut String::new()).expect("a line");
    }
    (child, lines)
}

fn send(signal: &str, child: &Child) {
    let pid = child.id().to_string();
    let status = Command::new("kill").args(["-s", signal, &pid]).status();
    assert!(status.expect("kill is there").success());
}

fn last_event(mut lines: impl Read) -> Value {
    let mut text = String::new();
    lines.read_to_string(&mut text).expect("UTF-8");
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

#[test]
fn end_the_run_after_its_step_with_the_export_written() {
    for (signal, expected) in exits::SIGNALS {
        let expected = i32::try_from(expected).expect("small");
        let (_folder, path) = place("model.safetensors");
        let (mut child, lines) = endless(&path, "");
        send(signal, &child);
        let finished = last_event(lines);
        assert_eq!(child.wait().expect("ends").code(), Some(expected));
        assert_eq!(finished["reason"], "signal");
        let model = nn_tui::model_file::load(&path).expect("exported");
        assert_eq!(finished["step"], model.training.steps, "{signal}");
        assert_eq!(finished["epoch"], model.training.epochs, "{signal}");
    }
}

/// `timeout` signals a process and then its group; shells repeat a hang-up.
#[test]
fn that_arrive_twice_save_the_model() {
    for (signal, expected) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        for gap in [0, 1, 5, 20, 100] {
            let (folder, path) = place("model.safetensors");
            let (mut child, lines) = endless(&path, "");
            send(signal, &child);
            std::thread::sleep(std::time::Duration::from_millis(gap));
            send(signal, &child);
            let finished = last_event(lines);
            let case = format!("{signal} twice, {gap} ms apart");
            assert_eq!(child.wait().expect("ends").code(), Some(expected), "{case}");
            assert_eq!(finished["reason"], "signal", "{case}");
            nn_tui::model_file::load(&path).expect(&case);
            let files = fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(files, 1, "no temporary file is left: {case}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn that_were_ignored_stay_ignored() {
    let (_folder, path) = place("model.json");
    let (mut child, mut lines) = endless(&path, "trap '' HUP;");
    send("HUP", &child);
    for _ in 0..1000 {
        lines.read_line(&mut String::new()).expect("goes on");
    }
    send("TERM", &child);
    last_event(lines);
    assert_eq!(child.wait().expect("ends").code(), Some(143));
}

#[test]
fn end_a_program_whose_reader_has_stopped_reading() {
    for terms in 1..=2 {
        let (folder, path) = place("model.json");
        let (mut child, lines) = endless(&path, "");
        // Long enough for the pipe to fill.
        std::thread::sleep(std::time::Duration::from_millis(500));
        for _ in 0..terms {
            send("TERM", &child);
        }
        assert_eq!(child.wait().expect("ends").code(), Some(143));
        nn_tui::model_file::load(&path).expect("exported all the same");
        let files = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(files, 1, "no temporary file is left");
        drop(lines);
    }
}

/// The worker waits for the reader, so nothing is lost and memory does not grow.
#[test]
fn a_slow_reader_gets_every_epoch() {
    let mut child = program(["xor", "--json", "--epochs", "5000"])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    lines.read_line(&mut String::new()).expect("a line");
    std::thread::sleep(std::time::Duration::from_millis(700));
    let mut text = String::new();
    lines.read_to_string(&mut text).expect("UTF-8");
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    let events = events(&text);
    let epochs = events
        .iter()
        .filter(|event| event["event"] == "epoch")
        .map(|event| event["epoch"].as_u64());
    assert!(epochs.eq((1..=5000).map(Some)));
    assert_eq!(events.last().expect("an event")["event"], "finished");
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let (_folder, path) = place("model.json");
    let (mut child, lines) = endless(&path, "");
    drop(lines);
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    nn_tui::model_file::load(&path).expect("exported all the same");
}

/// Nothing has been loaded, and nobody has begun to watch the run.
#[cfg(target_os = "linux")]
#[test]
fn before_the_run_end_the_process() {
    for (signal, expected) in [("TERM", 143), ("HUP", 129), ("USR1", 138)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = program(["-", "--headless", "--export", "m.json"]);
        command.current_dir(folder.path()).stdin(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        // Of its threads, that of the signals is the first.
        let tasks = PathBuf::from(format!("/proc/{}/task", child.id()));
        let start = std::time::Instant::now();
        while fs::read_dir(&tasks).expect("it runs").count() < 2 {
            assert!(start.elapsed() < PATIENCE, "it does not watch signals");
            thread::yield_now();
        }
        send(signal, &child);
        assert_eq!(
            child.wait().expect("ends").code(),
            Some(expected),
            "{signal}"
        );
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
    }
}
