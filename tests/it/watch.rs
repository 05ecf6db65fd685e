//! The screen of `nn-tui watch`, on logs that the test writes.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use nn_tui::tui::app::{ClickTarget, Effect, Msg};
use nn_tui::tui::keymap::KeyMap;
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::watch::{Runs, Watch, render};
use nn_tui::util::lang::{Lang, set_current};
use nn_tui::watch::Watcher;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use crate::support::screen::keys;

/// Time of the last change of all logs.
const CHANGED: Duration = Duration::from_secs(1_800_000_000);

/// Writes JSON lines with the settings of a run and its losses.
fn log(
    folder: &Path,
    name: &str,
    lr: f64,
    loss: impl Fn(f64) -> f64,
    val_loss: impl Fn(f64) -> f64,
) {
    let mut text = format!(
        "{{\"event\":\"started\",\"architecture\":[2,1],\"learning_rate\":{lr},\"activation\":\"relu\"}}\n"
    );
    for epoch in 1..=60 {
        let x = f64::from(epoch);
        text += &format!(
            "{{\"epoch\":{epoch},\"step\":{},\"train_loss\":{},\"val_loss\":{},\"wall_time\":{}}}\n",
            10 * epoch,
            loss(x),
            val_loss(x),
            1_700_000_000.0 + 2.0 * x,
        );
    }
    let path = folder.join(format!("{name}.jsonl"));
    fs::write(&path, text).expect("written");
    let file = File::options().append(true).open(path).expect("there");
    file.set_modified(SystemTime::UNIX_EPOCH + CHANGED)
        .expect("set");
}

/// A screen of three runs, the last of which overfits.
fn watching(size: (u16, u16)) -> Watch {
    let folder = tempfile::tempdir().expect("a folder");
    let falls = |rate: f64| move |x: f64| 1.5 * (-rate * x).exp() + 0.1;
    log(folder.path(), "wide-1", 0.01, falls(0.05), falls(0.04));
    log(folder.path(), "wide-2", 0.01, falls(0.06), falls(0.05));
    let rises = |x: f64| 0.5 + 0.01 * (x - 20.0).abs();
    log(folder.path(), "deep", 0.1, falls(0.2), rises);
    let mut watcher = Watcher::new(vec![folder.path().to_owned()]);
    watcher.poll();
    let mut watch = Watch::new("runs".into(), "", KeyMap::default());
    watch.update(Msg::Resize(size.0, size.1));
    let now = SystemTime::UNIX_EPOCH + CHANGED + Duration::from_secs(3);
    watch.update(Msg::Runs(watcher.runs(), now));
    watch
}

fn press(watch: &mut Watch, keys: &str) -> Vec<Effect> {
    let keys = self::keys(keys).map(|code| Msg::Key(code.into()));
    keys.flat_map(|key| watch.update(key)).collect()
}

/// Types `text` into the filter.
fn filter(watch: &mut Watch, text: &str) {
    press(watch, "/");
    watch.update(Msg::Text(text.into()));
    press(watch, "\n");
}

fn drawn(watch: &mut Watch, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let drawn = render(area, &mut buf, watch, Theme::new(Depth::True));
    watch.update(Msg::Drawn(drawn));
    let lines = area.rows().map(|row| {
        let cells = row.columns().map(|cell| buf[(cell.x, cell.y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn charts_at_three_sizes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut watch = watching(size);
        insta::assert_snapshot!(
            format!("watch-{}x{}", size.0, size.1),
            drawn(&mut watch, size)
        );
    }
}

#[test]
fn the_cursor_stays_on_its_run_however_the_list_is_ordered() {
    let size = (120, 36);
    let mut watch = watching(size);
    press(&mut watch, "↓");
    let list = |watch: &mut Watch| -> Vec<String> {
        let screen = drawn(watch, size);
        let lines = screen.lines().map(|line| line.chars().take(30).collect());
        let is_run = |line: &String| line.contains("wide-") || line.contains("deep");
        lines.filter(is_run).take(3).collect()
    };
    let is_on = |watch: &mut Watch, run: &str| {
        let list = list(watch);
        let pointed = list.iter().find(|line| line.contains('▸'));
        assert!(pointed.is_some_and(|line| line.contains(run)), "{list:?}");
    };
    is_on(&mut watch, "wide-1");
    for key in ["p", "o", "o", "n", "o", "o", "p"] {
        press(&mut watch, key);
        is_on(&mut watch, "wide-1");
    }
    filter(&mut watch, "deep");
    is_on(&mut watch, "deep");
    press(&mut watch, "\x1b");
    is_on(&mut watch, "wide-1");
    // The histograms have no order of their own.
    press(&mut watch, "oo");
    let names = |list: Vec<String>| -> Vec<String> {
        list.iter()
            .map(|line| line.chars().skip(4).take(6).collect())
            .collect()
    };
    let before = names(list(&mut watch));
    assert_eq!(before, ["wide-2", "wide-1", "deep  "]);
    press(&mut watch, "\t");
    assert_eq!(names(list(&mut watch)), before);
}

#[test]
fn the_run_under_the_cursor_is_named_without_the_list() {
    let size = (60, 20);
    let mut watch = watching(size);
    press(&mut watch, "↓");
    let screen = drawn(&mut watch, size);
    let header = screen.lines().next().unwrap_or_default();
    assert!(
        header.contains("wide-1") && header.contains("0.1747"),
        "{screen}"
    );
    filter(&mut watch, "vall_loss<0.2");
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("vall_loss, which no run has"), "{screen}");
}

#[test]
fn charts_in_chinese() {
    set_current(Lang::Zh);
    let mut watch = watching((120, 36));
    insta::assert_snapshot!("watch-zh-120x36", drawn(&mut watch, (120, 36)));
    press(&mut watch, "?");
    insta::assert_snapshot!("watch-help-zh-120x36", drawn(&mut watch, (120, 36)));
}

#[test]
fn settings_side_by_side() {
    let mut watch = watching((120, 36));
    press(&mut watch, "\t\t");
    let screen = drawn(&mut watch, (120, 36));
    let line = |name: &str| {
        screen
            .lines()
            .position(|line| line.contains(name))
            .expect(name)
    };
    assert!(screen.contains("1 differs"), "{screen}");
    assert!(line("learning_rate") < line("activation"), "{screen}");
}

#[test]
fn runs_are_filtered_sorted_hidden_and_compared_at_the_crosshair() {
    let size = (120, 36);
    let mut watch = watching(size);
    let names = |screen: &str| -> Vec<String> {
        let names = ["deep", "wide-1", "wide-2"];
        let of_line = |line: &str| {
            names
                .iter()
                .find(|name| line.contains(&format!(" {name} ")))
                .copied()
        };
        screen
            .lines()
            .filter_map(of_line)
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        names(&drawn(&mut watch, size)),
        ["deep", "wide-1", "wide-2"]
    );
    filter(&mut watch, "wide");
    assert_eq!(names(&drawn(&mut watch, size)), ["wide-1", "wide-2"]);
    press(&mut watch, "/\x1b");
    filter(&mut watch, "learning_rate>=0.1");
    assert_eq!(names(&drawn(&mut watch, size)), ["deep"]);
    press(&mut watch, "/\x1b");
    // The second chart is the validation loss; lowest first.
    press(&mut watch, "noo");
    let screen = drawn(&mut watch, size);
    assert_eq!(names(&screen), ["wide-2", "wide-1", "deep"], "{screen}");
    assert!(screen.contains("lowest first"), "{screen}");
    press(&mut watch, "→");
    let begin = drawn(&mut watch, size);
    assert!(begin.contains("step 10"), "{begin}");
    assert_ne!(begin, screen);
    let before = drawn(&mut watch, size);
    press(&mut watch, " ");
    assert_ne!(drawn(&mut watch, size), before);
    // The cursor is still on the run that was the first one.
    assert!(drawn(&mut watch, size).contains("○ deep"));
}

#[test]
fn the_crosshair_is_at_one_step_in_charts_of_different_lengths() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = |step: u32| {
        let rare = if step <= 20 { ",\"b_loss\":0.5" } else { "" };
        format!("{{\"step\":{step},\"a_loss\":0.25{rare}}}\n")
    };
    let text: String = (0..=100).map(line).collect();
    fs::write(folder.path().join("a.jsonl"), text).expect("written");
    let mut watcher = Watcher::new(vec![folder.path().to_owned()]);
    watcher.poll();
    let size = (120, 36);
    let mut watch = Watch::new("runs".into(), "", KeyMap::default());
    watch.update(Msg::Resize(size.0, size.1));
    watch.update(Msg::Runs(watcher.runs(), SystemTime::UNIX_EPOCH));
    press(&mut watch, "→→→→→→");
    let screen = drawn(&mut watch, size);
    assert_eq!(screen.matches(" step 10 ").count(), 2, "{screen}");
    assert_eq!(screen.matches(" 0.5000 ").count(), 1, "{screen}");
    // Behind its end a chart has no value there.
    press(&mut watch, &"→".repeat(6));
    let screen = drawn(&mut watch, size);
    assert_eq!(screen.matches(" step 22 ").count(), 2, "{screen}");
    assert_eq!(screen.matches(" 0.5000 ").count(), 0, "{screen}");
    // In the short chart the next step is one of its own.
    press(&mut watch, "n\x1b→→");
    let screen = drawn(&mut watch, size);
    assert_eq!(screen.matches(" step 1 ").count(), 2, "{screen}");
    filter(&mut watch, "c");
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("no run matches the filter"), "{screen}");
    press(&mut watch, "\x1b\x1b");
    assert!(drawn(&mut watch, size).contains("a_loss"));
}

#[test]
fn values_of_a_chart_are_the_axis_of_the_others() {
    let size = (120, 36);
    let mut watch = watching(size);
    let steps = drawn(&mut watch, size);
    press(&mut watch, "nX→");
    let losses = drawn(&mut watch, size);
    // The lowest loss of all runs is on the left.
    assert!(losses.contains("val_loss 0.174681"), "{losses}");
    press(&mut watch, "x\x1bN");
    assert_eq!(drawn(&mut watch, size), steps);
}

#[test]
fn axes_of_times_that_logs_do_not_have_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("training.log"), "epoch,loss\n1,2\n2,1\n").expect("written");
    let mut watcher = Watcher::new(vec![folder.path().to_owned()]);
    watcher.poll();
    let size = (80, 24);
    let mut watch = Watch::new("runs".into(), "", KeyMap::default());
    watch.update(Msg::Resize(size.0, size.1));
    watch.update(Msg::Runs(watcher.runs(), SystemTime::UNIX_EPOCH));
    for axis in ["step", "epoch", "step"] {
        let screen = drawn(&mut watch, size);
        assert!(screen.contains(&format!("{axis}│")), "{axis}: {screen}");
        assert!(!screen.contains("these logs do not say when"), "{screen}");
        press(&mut watch, "x");
    }
    // A wait for logs says which.
    watch.update(Msg::Runs(Vec::new(), SystemTime::UNIX_EPOCH));
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("waiting for event files, CSV"), "{screen}");
}

#[test]
fn what_curves_show_is_said_of_the_run_under_the_cursor() {
    let size = (120, 36);
    let mut watch = watching(size);
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("overfits since step"), "{screen}");
    assert!(screen.contains("changed 3 s ago"), "{screen}");
    press(&mut watch, "↓");
    assert!(!drawn(&mut watch, size).contains("overfits"));
}

/// What a user does, or what happens meanwhile.
#[derive(Debug)]
enum Happening {
    Key(KeyCode),
    Msg(Msg),
    /// The logs are other ones.
    Runs(usize),
    Size(u16, u16),
}

fn happening() -> impl Strategy<Value = Happening> {
    let keys: Vec<KeyCode> = ("jknNGoap xXysm+-0+-0/?12w<\n\t\x1b"
        .chars()
        .map(KeyCode::Char))
    .chain([KeyCode::Right, KeyCode::Left, KeyCode::Right, KeyCode::Left])
    .chain([KeyCode::Enter, KeyCode::Esc, KeyCode::Tab])
    .chain([KeyCode::PageDown, KeyCode::Home, KeyCode::End])
    .collect();
    let pick = |target: fn(usize) -> ClickTarget| {
        (0..9usize).prop_map(move |at| Happening::Msg(Msg::Pick(target(at))))
    };
    prop_oneof![
        12 => select(keys).prop_map(Happening::Key),
        1 => pick(ClickTarget::Row),
        1 => pick(ClickTarget::Line),
        1 => (0..3usize).prop_map(Happening::Runs),
        1 => (1..150u16, 1..60u16).prop_map(|(width, height)| Happening::Size(width, height)),
    ]
}

/// Lines of a log: two numbers that choose step and value, and one that chooses the tags.
fn lines() -> impl Strategy<Value = String> {
    const NUMBERS: [&str; 12] = [
        "0", "1", "2", "3", "50", "1000", "-7", "1e9", "1e300", "-1e300", "1e-300", "NaN",
    ];
    let line = (0..NUMBERS.len(), 0..NUMBERS.len(), 0..4usize, 0..2000u32);
    let line = line.prop_map(|(step, value, tag, other)| {
        let tag = ["loss", "val_loss", "a/b", "epoch"][tag];
        // Most logs have steps in order.
        let step = if other > 300 {
            &other.to_string()
        } else {
            NUMBERS[step]
        };
        let value = NUMBERS[value];
        format!("{{\"step\":{step},\"{tag}\":{value},\"x\":{other},\"time\":17{other:08}}}\n")
    });
    vec(line, 0..30).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn no_key_panics_with_any_runs_at_any_size(
        logs in vec(vec(lines(), 0..4), 3),
        happenings in vec(happening(), 1..60),
    ) {
        let size = (80, 24);
        let all = logs.iter().map(|logs| {
            let named = (1..).zip(logs).map(|(n, lines)| (format!("run-{n}"), lines.clone()));
            watched_runs(&named.collect::<Vec<_>>())
        });
        let all: Vec<_> = all.collect();
        let mut watch = Watch::new("runs".into(), "", KeyMap::default());
        watch.update(Msg::Resize(size.0, size.1));
        watch.update(Msg::Runs(all[0].clone(), SystemTime::now()));
        let mut size = size;
        for happening in happenings {
            let msg = match happening {
                Happening::Key(code) => Msg::Key(code.into()),
                Happening::Msg(msg) => msg,
                Happening::Runs(index) => Msg::Runs(all[index].clone(), SystemTime::now()),
                Happening::Size(width, height) => {
                    size = (width, height);
                    Msg::Resize(width, height)
                }
            };
            watch.update(msg);
            drawn(&mut watch, size);
        }
        let quits = matches!(press(&mut watch, "\x1b\x1b\x1b\x1bq")[..], [Effect::Quit { code: 0 }]);
        prop_assert!(quits);
    }
}

#[test]
fn the_crosshair_moves_where_more_is_shown_than_the_chart_has() {
    let line = |step: u32| {
        let rare = if step <= 20 { ",\"b_loss\":0.5" } else { "" };
        format!("{{\"step\":{step},\"a_loss\":0.25{rare}}}\n")
    };
    let logs = [("a".to_owned(), (0..=100).map(line).collect())];
    let mut watch = watching_logs(&logs, (120, 36));
    press(&mut watch, "+n→");
    let screen = drawn(&mut watch, (120, 36));
    assert!(screen.contains(" step 20 "), "{screen}");
}

#[test]
fn a_hundred_runs_of_fifty_tags_are_drawn_within_a_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    for run in 0..100 {
        let mut text = String::new();
        for step in 0..100 {
            let tags = (0..50).map(|tag| {
                format!(
                    "\"group{}/tag{tag}\":{}",
                    tag % 5,
                    f64::from(step * run) / 7.0
                )
            });
            let tags: Vec<String> = tags.collect();
            text += &format!("{{\"step\":{step},{}}}\n", tags.join(","));
        }
        fs::write(folder.path().join(format!("run{run}.jsonl")), text).expect("written");
    }
    let mut watcher = Watcher::new(vec![folder.path().to_owned()]);
    while watcher.poll().1 {}
    let mut watch = Watch::new("runs".into(), "", KeyMap::default());
    watch.update(Msg::Resize(200, 60));
    watch.update(Msg::Runs(watcher.runs(), SystemTime::now()));
    let start = std::time::Instant::now();
    let screen = drawn(&mut watch, (200, 60));
    println!(
        "a frame of 100 runs with 50 tags takes {:?}",
        start.elapsed()
    );
    assert!(
        screen.contains("group0/tag0") && screen.contains("100 of 100"),
        "{screen}"
    );
}

/// A screen of logs with these names and lines.
fn watching_logs(logs: &[(String, String)], size: (u16, u16)) -> Watch {
    let mut watch = Watch::new("runs".into(), "", KeyMap::default());
    watch.update(Msg::Resize(size.0, size.1));
    watch.update(Msg::Runs(watched_runs(logs), SystemTime::now()));
    watch
}

/// Runs of logs with these names and lines.
fn watched_runs(logs: &[(String, String)]) -> Runs {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, lines) in logs {
        fs::write(folder.path().join(format!("{name}.jsonl")), lines).expect("written");
    }
    let mut watcher = Watcher::new(vec![folder.path().to_owned()]);
    watcher.poll();
    watcher.runs()
}

#[test]
fn an_axis_that_the_runs_do_not_have_is_passed_over() {
    let size = (100, 30);
    let line = |step: u32, rest: &str| format!("{{\"step\":{step},\"loss\":{}{rest}}}\n", 9 - step);
    let plain: String = (1..9).map(|step| line(step, "")).collect();
    let timed: String = (1..9)
        .map(|step| line(step, &format!(",\"wall_time\":{}", 1_700_000_000 + step)))
        .collect();
    let with_epochs: String = (1..9)
        .map(|step| line(step, &format!(",\"epoch\":{step}")))
        .collect();
    for lines in [&plain, &timed] {
        let mut watch = watching_logs(&[("a".into(), lines.clone())], size);
        for _ in 0..4 {
            let screen = drawn(&mut watch, size);
            assert!(!screen.contains("epoch"), "{screen}");
            press(&mut watch, "x");
        }
    }
    // A run without epochs has no curve over them.
    let logs = [("a".into(), plain), ("b".into(), with_epochs)];
    let mut watch = watching_logs(&logs, size);
    press(&mut watch, "x");
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("epoch"), "{screen}");
    assert_eq!(screen.matches('■').count(), 5, "{screen}");
    assert_eq!(screen.matches('●').count(), 1, "{screen}");
    press(&mut watch, "/b\n");
    filter(&mut watch, "a");
}

#[test]
fn a_logarithmic_axis_has_what_it_cannot_show_at_the_bottom() {
    let size = (100, 30);
    let lines = (0..40).map(|step| {
        let value = if step < 20 { 10.0 } else { -3.0 };
        format!("{{\"step\":{step},\"loss\":{value}}}\n")
    });
    let mut watch = watching_logs(&[("a".into(), lines.collect())], size);
    press(&mut watch, "y");
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("0 and below: at the bottom"), "{screen}");
    let lines: Vec<&str> = screen.lines().collect();
    let below = lines
        .iter()
        .position(|line| line.contains('└'))
        .expect("an axis");
    assert!(lines[below - 1].trim_end().ends_with("●│"), "{screen}");
}

#[test]
fn a_table_of_settings_says_what_else_there_is_and_scrolls() {
    let size = (120, 36);
    let settings: String = (10..60).map(|i| format!(",\"setting{i}\":{i}")).collect();
    let logs: Vec<(String, String)> = (1..=6)
        .map(|run| {
            let started = format!(
                "{{\"event\":\"started\",\"architecture\":[2,1],\"run\":{run}{settings}}}\n"
            );
            (format!("run{run}"), started + "{\"step\":1,\"loss\":0.5}\n")
        })
        .collect();
    let mut watch = watching_logs(&logs, size);
    press(&mut watch, "\t\t");
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("runs 1–5 of 6 (↑ ↓)"), "{screen}");
    assert!(screen.contains("1–31 of 51 (n N)"), "{screen}");
    press(&mut watch, "↓↓↓↓↓n");
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("runs 2–6 of 6 (↑ ↓)"), "{screen}");
    assert!(screen.contains("2–32 of 51 (n N)"), "{screen}");
    press(&mut watch, &"n".repeat(80));
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("setting59"), "{screen}");
    assert!(screen.contains("21–51 of 51 (n N)"), "{screen}");
}

#[test]
fn runs_of_a_group_have_the_mark_of_its_mean() {
    let size = (120, 36);
    let mut watch = watching(size);
    press(&mut watch, "m");
    let screen = drawn(&mut watch, size);
    assert!(
        screen.contains("■ wide-1") && screen.contains("■ wide-2"),
        "{screen}"
    );
    assert!(!screen.contains("▲ wide"), "{screen}");
}

#[test]
fn long_names_and_the_help_are_whole() {
    let size = (80, 24);
    let name = |seed: u32| format!("a-network-of-two-wide-layers-with-seed-{seed}");
    let logs = [1, 2].map(|seed| (name(seed), "{\"step\":1,\"loss\":0.5}\n".to_owned()));
    let mut watch = watching_logs(&logs, size);
    let screen = drawn(&mut watch, size);
    let list: String = (screen.lines().map(|line| line.chars().skip(1).take(26)))
        .flat_map(|line| {
            line.collect::<String>()
                .trim_end()
                .chars()
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(list.contains(&name(1)), "{screen}");
    press(&mut watch, "?");
    let screen = drawn(&mut watch, size);
    for text in [
        "runs that differ in a number",
        "texts of the run",
        "this help",
    ] {
        assert!(screen.contains(text), "{screen}");
    }
}

#[test]
fn a_help_that_is_longer_than_the_screen_scrolls() {
    let size = (60, 20);
    let mut watch = watching(size);
    press(&mut watch, "?");
    let screen = drawn(&mut watch, size);
    assert!(
        screen.contains("choose a run") && screen.contains("more"),
        "{screen}"
    );
    assert!(!screen.contains("this help"), "{screen}");
    press(&mut watch, "G");
    let screen = drawn(&mut watch, size);
    assert!(
        screen.contains("this help") && !screen.contains("more"),
        "{screen}"
    );
    press(&mut watch, "k");
    assert!(drawn(&mut watch, size).contains("1 more"));
    press(&mut watch, "?");
    assert!(!drawn(&mut watch, size).contains("smooth;"));
    // Where all of it is shown, any key closes it.
    press(&mut watch, "?");
    drawn(&mut watch, (120, 36));
    press(&mut watch, "↓");
    assert!(!drawn(&mut watch, (120, 36)).contains("this help"));
}

#[test]
fn quitting_asks_while_a_program_writes_to_the_pipe() {
    let size = (60, 20);
    let quits = |effects: Vec<Effect>| matches!(effects[..], [Effect::Quit { code: 0 }]);
    let mut watch = watching(size);
    assert!(quits(press(&mut watch, "q")));
    let mut watch = watching(size).on_pipe();
    assert!(press(&mut watch, "q").is_empty());
    let screen = drawn(&mut watch, size);
    assert!(
        screen.contains("stops the program that writes: q again quits"),
        "{screen}"
    );
    press(&mut watch, "↓");
    assert!(!drawn(&mut watch, size).contains("again"));
    assert!(press(&mut watch, "q").is_empty());
    assert!(quits(press(&mut watch, "q")));
    let mut empty = Watch::new("-".into(), "", KeyMap::default()).on_pipe();
    assert!(press(&mut empty, "q").is_empty());
}

#[test]
fn lines_without_numbers_are_counted() {
    let size = (80, 24);
    let log = |text: &str| [("a".to_owned(), text.to_owned())];
    let mut watch = watching_logs(&log("loading\nready\n"), size);
    let screen = drawn(&mut watch, size);
    assert!(screen.contains("2 lines read"), "{screen}");
    let mut watch = watching_logs(&log("ready\n{\"step\":1,\"loss\":0.5}\n"), size);
    assert!(!drawn(&mut watch, size).contains("lines read"));
}
