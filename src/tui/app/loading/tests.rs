use ratatui::crossterm::event::KeyModifiers;

use super::*;

fn loading() -> Loading {
    let files = vec![
        (DataFile::Table, "a.csv".into()),
        (DataFile::Validation, "b.csv".into()),
    ];
    Loading::new("a".into(), files, false)
}

fn reading(part: DataFile, bytes: u64) -> LoadingStage {
    LoadingStage::Reading(Progress {
        part,
        bytes,
        size: Some(1000),
        rows: bytes as usize / 10,
    })
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn the_time_left_follows_the_recent_speed() {
    let mut loading = loading();
    assert_eq!((loading.speeds(), loading.time_left()), (None, None));
    loading.observe(reading(DataFile::Table, 100), seconds(1.0));
    assert_eq!(loading.speeds(), Some((100.0, 10.0)));
    assert_eq!(loading.time_left(), Some(seconds(9.0)));
    for tenths in 11..=60 {
        // Twice as fast from now on.
        let bytes = 100 + 20 * (tenths - 10);
        loading.observe(
            reading(DataFile::Table, bytes),
            seconds(tenths as f64 / 10.0),
        );
    }
    let (speed, _) = loading.speeds().expect("known");
    assert!((speed - 200.0).abs() < 1.0, "{speed}");
    assert!(loading.recent.len() < 40);
    for tenths in 61..=100 {
        let at = seconds(f64::from(tenths) / 10.0);
        loading.observe(reading(DataFile::Table, 1000), at);
    }
    assert_eq!(loading.speeds(), Some((0.0, 0.0)));
    assert_eq!(loading.time_left(), None, "nothing comes");
}

#[test]
fn every_file_has_a_speed_of_its_own() {
    let mut loading = loading();
    loading.observe(reading(DataFile::Table, 1000), seconds(1.0));
    assert_eq!((loading.file(), loading.share()), ("a.csv", Some(1.0)));
    loading.observe(reading(DataFile::Validation, 50), seconds(1.5));
    assert_eq!((loading.file(), loading.share()), ("b.csv", Some(0.05)));
    assert_eq!(loading.speeds(), Some((100.0, 10.0)));
    loading.observe(LoadingStage::Preparing, seconds(2.0));
    assert_eq!((loading.share(), loading.speeds()), (Some(1.0), None));
}

#[test]
fn keys_leave_or_do_nothing() {
    let press = |code, modifiers| loading().press(&KeyEvent::new(code, modifiers));
    let code = |effect| match effect {
        Some(Effect::Quit { code }) => Some(code),
        _ => None,
    };
    let plain = KeyModifiers::NONE;
    assert_eq!(code(press(KeyCode::Char('q'), plain)), Some(0));
    assert_eq!(code(press(KeyCode::Esc, plain)), Some(0));
    let control = KeyModifiers::CONTROL;
    assert_eq!(code(press(KeyCode::Char('c'), control)), Some(130));
    let suspended = press(KeyCode::Char('z'), control);
    assert!(matches!(suspended, Some(Effect::Suspend)));
    for key in [' ', 'w', 'r', 's', '+', '?'] {
        assert!(press(KeyCode::Char(key), plain).is_none(), "{key}");
    }
}
