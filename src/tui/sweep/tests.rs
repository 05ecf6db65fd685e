use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw::render;
use super::*;
use crate::tui::theme::{Depth, Theme};
use crate::util::lang::{Lang, set_current};

fn table() -> SweepTable {
    let values = [("0.1", "4"), ("0.1", "8"), ("0.01", "4"), ("0.01", "8")];
    SweepTable {
        settings: vec!["lr", "hidden"],
        values: values
            .map(|(lr, hidden)| vec![lr.to_owned(), hidden.to_owned()])
            .to_vec(),
        has_folds: false,
        has_rounds: false,
        is_number: false,
    }
}

/// A sweep of four combinations with two seeds, of which the last training goes on.
fn board(table: &SweepTable) -> Board<'_> {
    let mut board = Board::new(table, "iris".into(), (8, 2));
    for combination in 0..4 {
        for seed in 0..2 {
            let planned = Planned {
                combination,
                id: crate::train::TrialId { seed, fold: None },
                epochs: None,
            };
            for epoch in 1..=20 {
                board.add_epoch(&planned, epoch, 1.0 / (epoch as f64 + combination as f64));
            }
            if (combination, seed) != (3, 1) {
                let outcome = Outcome {
                    epoch: 18 + seed,
                    loss: 0.1 + 0.1 * combination as f64,
                    score: 0.99 - 0.02 * combination as f64 - 0.01 * seed as f64,
                    seconds: 1.0,
                };
                board.add(&Swept {
                    planned,
                    outcome,
                    is_new: true,
                });
            }
        }
    }
    board
}

fn drawn(board: &Board<'_>, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    render(board, area, &mut buf, Theme::new(Depth::None));
    let line = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| line(y) + "\n").collect()
}

fn press(board: &mut Board<'_>, keys: &str) -> Answer {
    let mut answer = Answer::GoOn;
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '↓' => KeyCode::Down,
            key => KeyCode::Char(key),
        };
        answer = board.press(&code.into());
    }
    answer
}

#[test]
fn the_table_as_it_looks() {
    let table = table();
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        set_current(lang);
        for (width, height) in [(80, 24), (120, 36)] {
            let screen = drawn(&board(&table), width, height);
            insta::assert_snapshot!(format!("sweep_{name}_{width}x{height}"), screen);
        }
    }
    set_current(Lang::En);
}

#[test]
fn rows_are_means_with_their_errors_in_the_order_that_is_asked_for() {
    let table = table();
    let mut board = board(&table);
    let labels = |board: &Board<'_>| -> Vec<String> {
        board.rows().iter().map(|row| board.label(row)).collect()
    };
    let best = &board.rows()[0];
    assert!((best.score - 0.985).abs() < 1e-12 && (best.error - 0.005).abs() < 1e-12);
    assert_eq!((best.count, board.rows()[3].count), ((2, 2), (1, 2)));
    assert_eq!(labels(&board)[0], "lr 0.1  hidden 4");
    press(&mut board, "\t");
    assert_eq!(board.rows().len(), 8);
    assert_eq!(labels(&board)[0], "lr 0.1  hidden 4  seed 0");
    press(&mut board, "/hidden 8\n");
    assert_eq!(board.rows().len(), 4);
    press(&mut board, "s");
    assert_eq!(board.sort, Sort::Loss);
    assert_eq!(press(&mut board, "/q\n"), Answer::GoOn);
    assert_eq!(press(&mut board, "q"), Answer::Close);
    let effects = table.effects(&board.standings());
    assert_eq!(effects[0].setting, "lr");
    assert!(effects[0].spread() > effects[1].spread());
}

#[test]
fn it_is_drawn_at_any_size() {
    let table = table();
    let empty = Board::new(&table, String::new(), (8, 2));
    let full = board(&table);
    for width in (0..140).step_by(7) {
        for height in 0..40 {
            drawn(&empty, width, height);
            drawn(&full, width, height);
        }
    }
}
