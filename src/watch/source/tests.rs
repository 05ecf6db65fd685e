use super::*;

/// Reads `text` in parts of `size` bytes.
fn read(format: Format, text: &[u8], size: usize) -> Run {
    let mut reader = format.reader();
    let mut run = Run::default();
    for part in text.chunks(size) {
        reader.read(part, &mut run).expect("readable");
    }
    run
}

fn values(run: &Run, tag: &str) -> Vec<(f64, f64)> {
    let series = run
        .scalars
        .get(tag)
        .unwrap_or_else(|| panic!("no {tag}: {:?}", run.scalars.keys()));
    series
        .points()
        .iter()
        .map(|point| (point.step, point.value.last))
        .collect()
}

#[test]
fn tables_of_every_writer_are_read_however_their_bytes_arrive() {
    let keras = "epoch;loss;val_loss\n0;0.5;0.6\n1;0.25;nan\n";
    let ultralytics = "                  epoch,                   time,         train/box_loss\n          1,        5.5,        1.25\n          2,        9.5,        1.0\n";
    let lightning = "epoch,step,train_loss,val_loss\n0,9,0.5,\n0,9,,0.6\n1,19,0.25,\n";
    for size in [1, 5, 1000] {
        let run = read(Format::Table, keras.as_bytes(), size);
        assert_eq!(values(&run, "loss"), [(0.0, 0.5), (1.0, 0.25)]);
        assert!(values(&run, "val_loss")[1].1.is_nan());
        let run = read(Format::Table, ultralytics.as_bytes(), size);
        assert_eq!(values(&run, "train/box_loss"), [(1.0, 1.25), (2.0, 1.0)]);
        assert_eq!(values(&run, "time"), [(1.0, 5.5), (2.0, 9.5)]);
        let run = read(Format::Unknown, lightning.as_bytes(), size);
        assert_eq!(values(&run, "train_loss"), [(9.0, 0.5), (19.0, 0.25)]);
        assert_eq!(values(&run, "val_loss"), [(9.0, 0.6)]);
        assert!(!run.scalars.contains_key("step"));
    }
    // The last line waits for its end.
    let run = read(Format::Table, b"epoch,loss\n1,0.5\n2,0.2", 7);
    assert_eq!(values(&run, "loss"), [(1.0, 0.5)]);
}

#[test]
fn objects_of_lines_and_of_a_trainer_state_are_read() {
    let lines = concat!(
        "{\"event\":\"started\",\"architecture\":[2,1],\"learning_rate\":0.1,\"activation\":\"relu\"}\n",
        "Epoch 1/2 done\n",
        "{\"event\":\"epoch\",\"epoch\":1,\"step\":8,\"train_loss\":0.5,\"val_loss\":null}\n",
        "{\"step\":16,\"train\":{\"loss\":0.25},\"timestamp\":1700000000.5}\n",
        "{\"event\":\"finished\",\"epoch\":2}\n",
    );
    for format in [Format::JsonLines, Format::Unknown] {
        let run = read(format, lines.as_bytes(), 11);
        assert_eq!(values(&run, "train_loss"), [(8.0, 0.5)]);
        assert_eq!(values(&run, "train/loss"), [(16.0, 0.25)]);
        assert_eq!(run.scalars["train/loss"].points()[0].wall, 1_700_000_000.5);
        assert_eq!(&*run.hparams["learning_rate"], "0.1");
        assert_eq!(values(&run, "epoch"), [(8.0, 1.0)]);
    }
    let state = r#"{"epoch": 2.0, "log_history": [
        {"epoch": 0.5, "step": 500, "loss": 1.5, "learning_rate": 5e-5},
        {"epoch": 1.0, "step": 1000, "eval_loss": 1.25, "eval_accuracy": 0.5}], "max_steps": 2000}"#;
    let run = read(Format::TrainerState, state.as_bytes(), 50);
    assert_eq!(values(&run, "loss"), [(500.0, 1.5)]);
    assert_eq!(values(&run, "eval_accuracy"), [(1000.0, 0.5)]);
}

#[test]
fn numbers_that_are_not_finite_are_values_of_lines_and_of_a_trainer_state() {
    let lines = "{\"step\": 1, \"loss\": NaN, \"note\": \"NaN\\\" NaN\"}\n{\"step\": 2, \"loss\": -Infinity}\n";
    let state = r#"{"best_metric": Infinity, "log_history": [
        {"step": 1, "loss": NaN}, {"step": 2, "loss": -Infinity}]}"#;
    for (format, text) in [(Format::JsonLines, lines), (Format::TrainerState, state)] {
        for size in [1, 9, 1000] {
            let run = read(format, text.as_bytes(), size);
            let values = values(&run, "loss");
            assert!(values[0].1.is_nan(), "{values:?}");
            assert_eq!(values[1], (2.0, f64::NEG_INFINITY));
            let findings = crate::watch::findings(&run, None);
            assert_eq!(findings[0].name(), "not-finite", "{format:?}");
        }
    }
}

#[test]
fn names_of_steps_and_times_have_any_case_and_may_be_quoted() {
    let table = "\u{feff}\"Wall time\",\"Step\",\"Epoch\",\"Value, mean\"\n\"1700000000.5\",\"7\",\"2\",\"0.5\"\n";
    let run = read(Format::Table, table.as_bytes(), 9);
    assert_eq!(values(&run, "Value, mean"), [(7.0, 0.5)]);
    assert_eq!(values(&run, "epoch"), [(7.0, 2.0)]);
    assert_eq!(run.scalars.len(), 2, "{:?}", run.scalars.keys());
    let points = run.scalars["epoch"].points();
    assert_eq!(points[0].wall, 1_700_000_000.5);
}

#[test]
fn numbers_may_be_quoted_and_have_decimal_commas() {
    let quoted = "\"step\", \"a \"\"b\"\", c\" ,d\n\"1\", \" 0.5\" ,2\n2,\"0.25,3\n";
    let run = read(Format::Table, quoted.as_bytes(), 9);
    assert_eq!(values(&run, "a \"b\", c"), [(1.0, 0.5)]);
    assert_eq!(values(&run, "d"), [(1.0, 2.0)]);
    let european = "step;loss;rows\n1;1.234,5;1,000,000\n2;0,25;1,234.5\n";
    let run = read(Format::Table, european.as_bytes(), 9);
    assert_eq!(values(&run, "loss"), [(1.0, 1234.5), (2.0, 0.25)]);
    assert_eq!(values(&run, "rows"), [(1.0, 1e6), (2.0, 1234.5)]);
    for (delimiter, comma) in [(";", ","), ("\t", ","), ("|", ".")] {
        let text = format!("step,loss\n1,0{comma}5\n").replacen(',', delimiter, 1);
        let text = text.replacen("1,", &format!("1{delimiter}"), 1);
        let run = read(Format::Table, text.as_bytes(), 9);
        assert_eq!(values(&run, "loss"), [(1.0, 0.5)], "{text}");
    }
}

#[test]
fn a_header_may_come_after_other_lines_and_change() {
    let changed = "epoch,loss\n0,1.0\n1,0.5\nepoch,accuracy,loss\n2,0.9,0.25\nnote\n3,0.95,0.125\n";
    let first = "epoch,loss\n0,1.0\n1,0.5\n";
    for text in [
        changed,
        &format!("# by a program, 2 of them\n{changed}# and a note\n"),
        &format!("Training of a net\n\n{changed}"),
        &changed.replacen("epoch", "# epoch", 1),
        &format!(
            "{first}{}",
            changed.replacen(first, "", 1).replace(',', ";")
        ),
    ] {
        for (format, size) in [
            (Format::Table, 5),
            (Format::Unknown, 7),
            (Format::Unknown, 1000),
        ] {
            let run = read(format, text.as_bytes(), size);
            let losses = [(0.0, 1.0), (1.0, 0.5), (2.0, 0.25), (3.0, 0.125)];
            assert_eq!(values(&run, "loss"), losses, "{text}");
            assert_eq!(
                values(&run, "accuracy"),
                [(2.0, 0.9), (3.0, 0.95)],
                "{text}"
            );
            assert_eq!(run.scalars.len(), 3, "{:?}", run.scalars.keys());
        }
    }
    // Without steps, the columns are more than those of a title.
    let run = read(Format::Unknown, b"Results\nloss,accuracy\n0.5,0.9\n", 9);
    assert_eq!(values(&run, "loss"), [(0.0, 0.5)]);
    let run = read(
        Format::Unknown,
        b"Training\nof 3 layers\n{\"step\":1,\"loss\":0.5}\n",
        9,
    );
    assert_eq!(values(&run, "loss"), [(1.0, 0.5)]);
}

#[test]
fn columns_of_one_name_are_told_apart_and_no_text_is_lost() {
    let run = read(Format::Table, b"step,loss,loss,\"a\"b\n1,0.5,0.25,3\n", 9);
    assert_eq!(values(&run, "loss"), [(1.0, 0.5)]);
    assert_eq!(values(&run, "loss.1"), [(1.0, 0.25)]);
    assert_eq!(values(&run, "ab"), [(1.0, 3.0)]);
}

#[test]
fn a_table_of_this_program_drops_what_is_logged_again() {
    let header = "epoch,step,train_loss,val_loss,train_r2,val_r2,learning_rate\n";
    let row = |epoch: u32, loss: f64| format!("{epoch},{},{loss},,0,0,0.1\n", 10 * epoch);
    let text = [
        header,
        &row(1, 0.5),
        &row(2, 0.4),
        &row(3, 0.3),
        &row(2, 0.6),
    ]
    .concat();
    let run = read(Format::Table, text.as_bytes(), 9);
    assert_eq!(values(&run, "train_loss"), [(10.0, 0.5), (20.0, 0.6)]);
    // Other programs may have several rows of a step.
    let run = read(Format::Table, b"step,loss\n2,0.5\n1,0.4\n2,0.3\n", 9);
    assert_eq!(values(&run, "loss").len(), 3);
}

#[test]
fn events_of_other_programs_have_values() {
    let line = |event: &str, step: u32| {
        format!(
            "{{\"timestamp\":1700000000{step}00,\"event\":\"{event}\",\"step\":{step},\"loss\":\"0.5\"}}\n"
        )
    };
    let text = [
        line("training step", 1),
        line("started", 2),
        line("finished", 3),
    ]
    .concat();
    let run = read(Format::JsonLines, text.as_bytes(), 9);
    assert_eq!(values(&run, "loss"), [(1.0, 0.5), (2.0, 0.5), (3.0, 0.5)]);
    assert!(run.hparams.is_empty());
    // The times are in milliseconds.
    assert_eq!(run.scalars["loss"].points()[0].wall, 1_700_000_000.1);
}

#[test]
fn a_run_that_ended_since_it_diverged_has_a_finding() {
    let text = concat!(
        "{\"event\":\"started\",\"architecture\":[2,1]}\n",
        "{\"event\":\"finished\",\"reason\":\"diverged\",\"epoch\":0}\n",
    );
    let run = read(Format::JsonLines, text.as_bytes(), 9);
    let found = crate::watch::findings(&run, None);
    assert_eq!(found[0].name(), "diverging");
    let again = [text, &text[..text.find('\n').unwrap_or(0) + 1]].concat();
    let run = read(Format::JsonLines, again.as_bytes(), 9);
    assert!(crate::watch::findings(&run, None).is_empty());
}

#[test]
fn what_is_left_out_is_said() {
    let text: String = (0..1010)
        .map(|tag| format!("{{\"step\":1,\"tag{tag}\":1}}\n"))
        .collect();
    let run = read(Format::JsonLines, text.as_bytes(), 9000);
    let problem = run.problem.unwrap_or_default();
    assert!(problem.contains("more than 1000 tags"), "{problem}");
    let text = format!("{{\"step\":1,\"{}\":1}}\n", "t".repeat(4001));
    let problem = read(Format::JsonLines, text.as_bytes(), 9000).problem;
    assert!(problem.is_some_and(|problem| problem.contains("more than 4000 characters")));
    let mut frame = Vec::new();
    crate::record::event_file::write_frame(&mut frame, &vec![0; (16 << 20) + 1]);
    let run = read(Format::EventFile, &frame, 1 << 20);
    let problem = run.problem.unwrap_or_default();
    assert!(problem.contains("more than 16 MiB"), "{problem}");
}

#[test]
fn objects_are_read_between_any_number_of_other_lines() {
    let bar: String = (0..30)
        .map(|batch| format!("Epoch 1, batch {batch}, {batch}\r"))
        .collect();
    let long = "x".repeat(MAX_LINE + 1);
    let settings = "{\n  \"lr\": 0.1\n}\n";
    let lines = "no log\n".repeat(30);
    for others in [&lines, &*bar, "1\n2,3\n", "[1, 2]\n", settings, &long] {
        let objects = (1..4).map(|step| format!("{others}\n{{\"step\":{step},\"loss\":0.5}}\n"));
        let text = objects.collect::<String>() + others;
        for format in [Format::Unknown, Format::JsonLines, Format::Table] {
            let run = read(format, text.as_bytes(), 100_000);
            let losses = [(1.0, 0.5), (2.0, 0.5), (3.0, 0.5)];
            assert_eq!(values(&run, "loss"), losses, "{format:?}");
            assert_eq!(run.scalars.len(), 1, "{:?}", run.scalars.keys());
        }
    }
    let table = format!("epoch,loss\n1,0.5\n{lines}2,0.25\n");
    let run = read(Format::Unknown, table.as_bytes(), 100);
    assert_eq!(values(&run, "loss"), [(1.0, 0.5), (2.0, 0.25)]);
}

#[test]
fn objects_are_read_wherever_they_begin_in_a_line() {
    let lines = [
        "Config: {'lr': 0.1, 'layers': 2}",
        "100%|##| 3/3{\"step\": 1, \"loss\": 3.0}",
        "{'loss': 2.0, 'grad_norm': nan, 'best': None, 'step': 2}",
        "\u{1b}[32m{\"step\": 3, \"loss\": 1.0}\u{1b}[0m",
        "2026-01-01 12:00:00,123 INFO train: {'step': 4, 'loss': np.float64(0.5)}",
        "done {1, 2} {}",
    ];
    for first in 0..lines.len() {
        let mut lines = lines;
        lines.rotate_left(first);
        let text = lines.join("\n") + "\n";
        for format in [Format::Unknown, Format::JsonLines, Format::Table] {
            let run = read(format, text.as_bytes(), 100_000);
            let mut found = values(&run, "loss");
            found.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert_eq!(
                found,
                [(1.0, 3.0), (2.0, 2.0), (3.0, 1.0), (4.0, 0.5)],
                "{format:?} {text}"
            );
            assert!(values(&run, "grad_norm")[0].1.is_nan());
            let tags: Vec<&str> = run.scalars.keys().map(|tag| &**tag).collect();
            assert_eq!(tags, ["grad_norm", "loss"]);
            assert_eq!(run.lines, 6);
        }
    }
    let trainer = "{'loss': '2.5', 'epoch': '0.1'}\n{'eval_loss': 2.0, 'epoch': 0.2}\n";
    let run = read(Format::Unknown, trainer.as_bytes(), 7);
    assert_eq!(values(&run, "loss"), [(0.1, 2.5)]);
    assert_eq!(values(&run, "eval_loss"), [(0.2, 2.0)]);
    // A cell of a table.
    let table = "step,loss,note\n1,0.5,\n2,0.25,{'loss': 3}\n3,0.125,\n";
    let run = read(Format::Unknown, table.as_bytes(), 100);
    assert_eq!(values(&run, "loss").len(), 3);
}

#[test]
fn text_with_commas_and_numbers_is_no_table() {
    for text in [
        "train: 5000, val: 1000\nepoch 1, 0.51\nepoch 2, 0.4\n3, 4\n",
        "Starting up, please wait\nstep 1, 0.5\n1, 2\n",
        "Epoch 1, train loss 0.5, test loss 0.6\n1, 2, 3\n",
        "a;\u{7}b\n1;2\n",
        "one,two,three\n1,2\n3\n",
    ] {
        let run = read(Format::Unknown, text.as_bytes(), 1000);
        assert!(run.is_empty(), "{text} {:?}", run.scalars.keys());
        assert_eq!(run.problem, None);
    }
    for text in [
        "loss,val_loss\n0.5,0.6\n",
        "train loss;Val Acc (%)\n0.5;70\n",
        "reward,length\n1.5,200\n",
        "loss\n0.5\n",
        "phase,loss\ntrain,0.5\n",
    ] {
        let run = read(Format::Unknown, text.as_bytes(), 9);
        assert!(!run.is_empty(), "{text}");
    }
}

#[test]
fn a_table_that_began_anew_without_its_header_is_read_on() {
    for format in [Format::Table, Format::Unknown] {
        let mut reader = format.reader();
        let mut run = Run::default();
        let header = b"step,loss,note\n1,0.5,\n";
        reader.read(header, &mut run).expect("readable");
        for (text, count) in [
            (&b"2,0.25,\n3,0.125,\n"[..], 2),
            (b"step,loss\n2,0.25\n", 1),
            (b"2,0.25\nsome text, and more\n", 0),
        ] {
            let mut anew = reader.anew().expect("a reader");
            let mut run = Run::default();
            anew.read(text, &mut run).expect("readable");
            let losses = run.scalars.get("loss").map(|series| series.points().len());
            assert_eq!(losses.unwrap_or(0), count);
        }
    }
}

#[test]
fn what_is_no_log_says_so() {
    let error = |format: Format, text: &str| {
        let mut reader = format.reader();
        reader.read(text.as_bytes(), &mut Run::default()).is_err()
    };
    assert!(error(Format::TrainerState, "{\"log_history\": 3}"));
    assert!(error(Format::EventFile, &"x".repeat(100)));
    let mut reader = Format::Unknown.reader();
    let compressed = b"\x1f\x8b\x08 and so on and on";
    assert!(reader.read(compressed, &mut Run::default()).is_err());
    let problem = |text: &str| read(Format::Table, text.as_bytes(), 1 << 20).problem;
    assert!(problem("1,2,3\n4,5,6\n").is_some());
    assert!(problem(&"x".repeat(MAX_LINE + 1)).is_some());
    assert_eq!(problem("1,2,3\nstep,loss\n1,2\n"), None);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, size in 1usize..50) {
        for format in [Format::EventFile, Format::JsonLines, Format::TrainerState, Format::Table, Format::Unknown] {
            let mut reader = format.reader();
            let mut run = Run::default();
            for part in bytes.chunks(size) {
                if reader.read(part, &mut run).is_err() {
                    break;
                }
            }
        }
    }

    #[test]
    fn no_records_panic(records: Vec<Vec<u8>>) {
        let mut file = Vec::new();
        for record in &records {
            crate::record::event_file::write_frame(&mut file, record);
        }
        read(Format::EventFile, &file, 13);
    }
}
