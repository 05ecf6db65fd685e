//! The screen while data are loaded, as a person sees it.

use std::time::Duration;

use nn_tui::data::{DataFile, Progress};
use nn_tui::tui::app::{Loading, LoadingStage};
use nn_tui::tui::theme::{Depth, Theme};
use nn_tui::tui::{render_loading, view_loading};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn drawn_with(loading: &Loading, (width, height): (u16, u16), theme: Theme) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let draw = |frame: &mut ratatui::Frame| view_loading(loading, &theme, frame);
    terminal.draw(draw).unwrap();
    terminal.backend().to_string()
}

fn drawn(loading: &Loading, size: (u16, u16)) -> String {
    drawn_with(loading, size, Theme::new(Depth::True))
}

/// A loading of a file of half a gigabyte, two seconds after its beginning.
fn under_way() -> Loading {
    let files = vec![(DataFile::Table, "measurements/2026/sensors.csv".into())];
    let mut loading = Loading::new("sensors".into(), files, false);
    let progress = |bytes, rows| {
        LoadingStage::Reading(Progress {
            part: DataFile::Table,
            bytes,
            size: Some(502_000_000),
            rows,
        })
    };
    loading.observe(progress(104_000_000, 650_240), Duration::from_secs(1));
    loading.observe(progress(210_000_000, 1_312_768), Duration::from_secs(2));
    loading
}

#[test]
fn a_large_file() {
    for size in [(80, 24), (120, 36), (40, 12)] {
        let name = format!("loading-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, drawn(&under_way(), size));
    }
    let too_small = drawn(&under_way(), (39, 12));
    assert!(too_small.contains("need 40×12, have 39×12"), "{too_small}");
}

#[test]
fn a_pipe_of_unknown_length() {
    let files = vec![(DataFile::Table, "standard input".into())];
    let mut loading = Loading::new("stdin".into(), files, true);
    loading.observe(LoadingStage::Waiting, Duration::from_millis(3_200));
    insta::assert_snapshot!("loading-waiting-80x24", drawn(&loading, (80, 24)));
    let reading = LoadingStage::Reading(Progress {
        part: DataFile::Table,
        bytes: 12_345_678,
        size: None,
        rows: 98_304,
    });
    loading.observe(reading, Duration::from_millis(7_200));
    let screen = drawn(&loading, (80, 24));
    assert!(!screen.contains('━') && !screen.contains('%'), "{screen}");
    insta::assert_snapshot!("loading-pipe-80x24", screen);
}

#[test]
fn several_files_and_what_comes_then() {
    let files = vec![
        (DataFile::Table, "train.csv.gz".into()),
        (DataFile::Validation, "validation.csv".into()),
        (DataFile::Test, "test.csv".into()),
    ];
    let mut loading = Loading::new("train".into(), files, true);
    let reading = LoadingStage::Reading(Progress {
        part: DataFile::Validation,
        bytes: 1_250_000,
        size: Some(9_500_000),
        rows: 8_192,
    });
    loading.observe(reading, Duration::from_secs(64));
    insta::assert_snapshot!("loading-several-80x24", drawn(&loading, (80, 24)));
    loading.observe(LoadingStage::Preparing, Duration::from_secs(75));
    insta::assert_snapshot!("loading-preparing-80x24", drawn(&loading, (80, 24)));
}

#[test]
fn plain_terminals() {
    let plain = drawn_with(&under_way(), (80, 24), Theme::new(Depth::Ansi).ascii());
    assert!(plain.is_ascii());
    insta::assert_snapshot!("loading-ascii-80x24", plain);
}

fn any_stage() -> impl Strategy<Value = LoadingStage> {
    let part = prop_oneof![
        Just(DataFile::Table),
        Just(DataFile::Validation),
        Just(DataFile::Test)
    ];
    let reading = (part, any::<u64>(), any::<Option<u64>>(), any::<usize>());
    prop_oneof![
        Just(LoadingStage::Waiting),
        Just(LoadingStage::Preparing),
        reading.prop_map(|(part, bytes, size, rows)| {
            LoadingStage::Reading(Progress {
                part,
                bytes,
                size,
                rows,
            })
        }),
    ]
}

proptest! {
    #[test]
    fn any_size_and_any_progress(
        (x, y, width, height) in (0u16..3, 0u16..3, 0u16..140, 0u16..45),
        stages in prop::collection::vec((any_stage(), 0u64..1 << 40), 0..6),
        (name, file) in ("\\PC{0,90}", "\\PC{0,90}"),
        files in 0usize..4,
        paused: bool,
        is_ascii: bool,
    ) {
        let parts = [DataFile::Table, DataFile::Validation, DataFile::Test];
        let files = parts.into_iter().take(files).map(|part| (part, file.clone()));
        let mut loading = Loading::new(name, files.collect(), paused);
        for (stage, milliseconds) in stages {
            loading.observe(stage, Duration::from_millis(milliseconds));
        }
        let theme = Theme::new(Depth::None);
        let theme = if is_ascii { theme.ascii() } else { theme };
        // A frame of cells that must stay as they are.
        let mut buf = Buffer::filled(
            Rect::new(0, 0, x + width + 3, y + height + 3),
            ratatui::buffer::Cell::new("x"),
        );
        let area = Rect::new(x, y, width, height);
        render_loading(area, &mut buf, &loading, theme);
        for place in buf.area.positions().filter(|&place| !area.contains(place)) {
            prop_assert_eq!(buf[place].symbol(), "x", "at {:?}", place);
        }
    }
}
