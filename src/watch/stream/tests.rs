use super::*;

/// Reads `bytes` in parts of `size`.
fn runs(bytes: &[u8], size: usize) -> Vec<(Arc<str>, Arc<Run>)> {
    struct Parts<'b>(std::slice::Chunks<'b, u8>);
    impl Read for Parts<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let part = self.0.next().unwrap_or_default();
            buffer[..part.len()].copy_from_slice(part);
            Ok(part.len())
        }
    }
    read_all(Ok(Parts(bytes.chunks(size))), |_| {})
}

fn steps(run: &Run, tag: &str) -> Vec<f64> {
    let points = run.scalars.get(tag).map(|series| series.points());
    points
        .unwrap_or_default()
        .iter()
        .map(|point| point.step)
        .collect()
}

#[test]
fn the_files_of_tail_are_runs_by_their_folders_and_names() {
    let event = |step| crate::watch::tests::scalar("loss", step, 0.5);
    let first = event(10);
    let (begin, rest) = first.split_at(20);
    let stream = [
        b"==> runs/a/events.out.tfevents.1 <==\n",
        begin,
        b"\n==> logs/b.csv <==\nepoch,loss\n1,0.5\n",
        b"\n==> runs/a/events.out.tfevents.1 <==\n",
        rest,
        b"\n==> runs/a/events.out.tfevents.2 <==\n",
        &event(20),
        b"\n==> logs/b.csv <==\n2,0.25",
    ]
    .concat();
    for size in [1, 7, 60_000] {
        let runs = runs(&stream, size);
        let names: Vec<&str> = runs.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["runs/a", "logs/b.csv"]);
        assert_eq!(steps(&runs[0].1, "loss"), [10.0, 20.0]);
        assert_eq!(steps(&runs[1].1, "loss"), [1.0, 2.0]);
        assert!(runs.iter().all(|(_, run)| run.problem.is_none()));
    }
}

#[test]
fn lines_that_only_look_like_headers_are_read_as_any_others() {
    let objects = |range: std::ops::Range<u32>| -> String {
        range
            .map(|step| format!("{{\"step\":{step},\"loss\":0.5}}\n"))
            .collect()
    };
    for line in [
        "==> Preparing data..",
        "==> Epoch 1 <==",
        "==> Epoch 1/10 <==",
        "==> v1.0 <==",
        "==>",
    ] {
        let text = format!("{line}\n{}{line}\n{}{line}", objects(1..3), objects(3..5));
        for size in [1, 7, 60_000] {
            let runs = runs(text.as_bytes(), size);
            assert_eq!(runs.len(), 1, "{line}");
            assert_eq!(steps(&runs[0].1, "loss"), [1.0, 2.0, 3.0, 4.0], "{line}");
        }
    }
    for name in ["a.log", "my runs/b.csv", "runs/train", "standard input"] {
        let text = format!("==> {name} <==\n{}", objects(1..3));
        let runs = runs(text.as_bytes(), 5);
        assert_eq!(&*runs[0].0, name);
        assert_eq!(steps(&runs[0].1, "loss"), [1.0, 2.0]);
    }
}

#[test]
fn a_stream_is_read_whole_or_says_why_not() {
    let state = r#"{"log_history": [{"step": 5, "loss": NaN}], "max_steps": 9}"#;
    let indented = state.replace(", ", ",\n  ").replace("{\"log", "{\n  \"log") + "\n";
    for text in [
        state,
        &indented,
        "{\"step\":5,\"loss\":1}",
        "step,loss\n5,1",
        "Training\n{\"step\":5,\"loss\":1}",
    ] {
        for size in [1, 20, 60_000] {
            let runs = runs(text.as_bytes(), size);
            assert_eq!(steps(&runs[0].1, "loss"), [5.0], "{text}");
            assert_eq!(runs[0].1.problem, None, "{text}");
        }
    }
    let lines = "no log at all\n".repeat(50);
    for text in [
        "",
        "no log",
        &lines,
        "[1, 2]\n",
        &state[..30],
        "{\"a\":\n",
        "{}\n",
    ] {
        let runs = runs(text.as_bytes(), 20);
        assert!(runs[0].1.problem.is_some(), "{text}");
    }
}

#[test]
fn what_came_last_is_passed_on_once_nothing_more_comes() {
    /// A line, and the end once it was passed on twice.
    struct Slow<'t> {
        line: &'t [u8],
        passed_on: std::sync::mpsc::Receiver<usize>,
    }
    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.line.is_empty() {
                for expected in 1..=2 {
                    let call = self.passed_on.recv_timeout(Duration::from_secs(60));
                    assert_eq!(call, Ok(expected));
                }
            }
            self.line.read(buffer)
        }
    }
    let (sender, passed_on) = std::sync::mpsc::channel();
    let line = b"{\"step\":1,\"loss\":0.5}\n";
    let mut calls = 0;
    read_all(Ok(Slow { line, passed_on }), |runs| {
        calls += 1;
        assert_eq!(steps(&runs[0].1, "loss"), [1.0]);
        // Nobody listens at the end.
        let _ = sender.send(calls);
    });
    assert_eq!(calls, 3);
}

#[test]
fn a_stream_is_drained_whatever_it_holds() {
    let lines = "batch 1 of 9\n".repeat(50);
    let mut bad = crate::watch::tests::scalar("loss", 1, 0.5);
    bad[14] ^= 1;
    for text in [lines.as_bytes(), &bad, b"{\"log_history\": 3}"] {
        let whole = [text, &vec![b'\n'; 100_000]].concat();
        let mut rest = &whole[..];
        let runs = read_all(Ok(&mut rest), |_| {});
        assert!(rest.is_empty(), "{} bytes were not read", rest.len());
        assert!(runs[0].1.problem.is_some());
        assert!(runs[0].1.has_ended && !runs[0].1.is_gone);
    }
}

proptest::proptest! {
    #[test]
    fn no_stream_panics(parts in proptest::collection::vec(proptest::string::string_regex(
        "\n|==> |a?| <==|[0-9],[0-9]|\\{"
    ).expect("an expression"), 0..30), size in 1usize..20) {
        runs(format!("==> {}", parts.concat()).as_bytes(), size);
    }
}
