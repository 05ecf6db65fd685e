//! Draws the pictures of the README: screens of real trainings as SVG files that do not depend on fonts
//! (dots, blocks and frames are drawn as shapes).
//!
//! `cargo bench --bench picture` writes `overview.svg`, `small.svg`, `neuron.svg`, `weight.svg` and
//! `update.svg` into `assets`.

#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use clap::Parser;
use nn_tui::cli::args::Args;
use nn_tui::cli::job::Job;
use nn_tui::train::{Command, Event, Plan, StepSize};
use nn_tui::tui::app::{Model, Phase};
use nn_tui::tui::render;
use nn_tui::tui::theme::{Depth, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use support::screen::Shown;

/// Width and height of a cell, and the font size.
const CELL: (f64, f64) = (8.4, 17.0);
const LETTERS: f64 = 14.0;
const BACKGROUND: &str = "#121212";
const TEXT: &str = "#d4d4d4";

fn main() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    draw(
        "iris --hidden 8 --activation tanh --lr 0.01",
        60,
        (120, 36),
        &assets.join("overview.svg"),
    );
    draw(
        "digits --hidden 48,24",
        12,
        (80, 24),
        &assets.join("small.svg"),
    );
    principle(&assets);
}

/// Draws the phases of one mini-batch of two irises, as the README describes them.
fn principle(assets: &Path) {
    let (plan, name) =
        plan_of("iris --hidden 4 --activation tanh --optimizer sgd --lr 0.1 --batch 2");
    let mut shown = Shown::new(support::dataset(&name), plan, (120, 36)).train(1);
    let walk = |shown: &mut Shown, count| {
        let size = StepSize::Phase;
        shown.order(Command::Step { size, count }, |event| {
            matches!(event, Event::StepPosition(_))
        });
        shown.order(Command::Evaluate(nn_tui::train::Weights::Last), |event| {
            matches!(event, Event::Evaluated { .. })
        });
        shown.look();
    };
    // Two layers forward, the loss, two layers backward.
    walk(&mut shown, 5);
    shown.press("i");
    save(&shown.model, &assets.join("neuron.svg"));
    shown.press("\n");
    save(&shown.model, &assets.join("weight.svg"));
    // The second row, and the update.
    walk(&mut shown, 6);
    save(&shown.model, &assets.join("update.svg"));
}

/// Parses a command line into a plan and the name of its data.
fn plan_of(arguments: &str) -> (Plan, String) {
    let args = Args::try_parse_from(["nn-tui"].into_iter().chain(arguments.split(' ')));
    let args = args.expect("the options are right");
    let job = Job::check(&args.training, &args.global, false).expect("they go together");
    let name = job.source.name();
    let dataset = support::dataset(&name);
    (job.plan_for(&dataset).expect("a plan"), name)
}

/// Writes the screen of `model` to `path` as SVG.
fn save(model: &Model, path: &Path) {
    let (width, height) = model.navigation.size;
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    render(area, &mut buf, model, Theme::new(Depth::True));
    fs::write(path, svg(&buf)).expect("the folder is there");
    println!("{}", path.display());
}

/// Trains for `epochs` epochs with the options of a command line, and writes the screen to `path`.
fn draw(arguments: &str, epochs: u64, size: (u16, u16), path: &Path) {
    let (plan, name) = plan_of(arguments);
    let mut model = support::trained_model(&name, plan, epochs, size);
    model.run.phase = Phase::Training;
    model.run.evaluation = None;
    model.run.samples_per_second = 20.0 * model.run.data.training.rows() as f64;
    save(&model, path);
}

fn svg(buf: &Buffer) -> String {
    let (width, height) = (f64::from(buf.area.width), f64::from(buf.area.height));
    let (width, height) = (width * CELL.0 + 16.0, height * CELL.1 + 16.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"{LETTERS}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{BACKGROUND}\"/>\n\
         <g transform=\"translate(8 8)\">\n"
    );
    for (i, cell) in buf.content.iter().enumerate() {
        let (x, y) = buf.pos_of(i);
        put(&mut svg, cell, f64::from(x) * CELL.0, f64::from(y) * CELL.1);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn put(svg: &mut String, cell: &Cell, x: f64, y: f64) {
    if let Some(colour) = hex(cell.bg) {
        rect(svg, (x, y), (CELL.0 + 0.5, CELL.1 + 0.3), &colour);
    }
    let colour = hex(cell.fg).unwrap_or_else(|| TEXT.to_owned());
    let Some(symbol) = cell.symbol().chars().next().filter(|&c| c != ' ') else {
        return;
    };
    let (width, height) = CELL;
    match symbol {
        '\u{2800}'..='\u{28ff}' => dots(svg, u32::from(symbol) - 0x2800, (x, y), &colour),
        '▁'..='█' => {
            let eighths = f64::from(u32::from(symbol) - 0x2580) / 8.0 * height;
            rect(
                svg,
                (x, y + height - eighths),
                (width + 0.5, eighths + 0.3),
                &colour,
            );
        }
        '▉'..='▏' => {
            let eighths = f64::from(0x2590 - u32::from(symbol)) / 8.0 * width;
            rect(svg, (x, y), (eighths, height), &colour);
        }
        '▐' => rect(svg, (x + width / 2.0, y), (width / 2.0, height), &colour),
        '▀' => rect(svg, (x, y), (width + 0.5, height / 2.0), &colour),
        '■' => rect(svg, (x, y + 3.0), (width - 1.0, height - 6.0), &colour),
        '●' => {
            let (x, y) = (x + width / 2.0, y + height / 2.0);
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"
            );
        }
        _ => match lines(symbol) {
            Some(strokes) => line(svg, strokes, (x, y), &colour),
            None => letter(svg, symbol, cell, (x, y), &colour),
        },
    }
}

fn hex(colour: Color) -> Option<String> {
    match colour {
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        Color::Black => Some("#121212".into()),
        _ => None,
    }
}

fn rect(svg: &mut String, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str) {
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\"/>"
    );
}

fn dots(svg: &mut String, pattern: u32, (x, y): (f64, f64), colour: &str) {
    const PLACES: [(f64, f64); 8] = [
        (0.0, 0.0),
        (0.0, 1.0),
        (0.0, 2.0),
        (1.0, 0.0),
        (1.0, 1.0),
        (1.0, 2.0),
        (0.0, 3.0),
        (1.0, 3.0),
    ];
    for (bit, (column, row)) in PLACES.into_iter().enumerate() {
        if pattern >> bit & 1 == 1 {
            let (x, y) = (
                x + CELL.0 / 4.0 * (1.0 + 2.0 * column),
                y + CELL.1 / 8.0 * (1.0 + 2.0 * row),
            );
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.1\" fill=\"{colour}\"/>"
            );
        }
    }
}

/// Returns the polylines of a box-drawing character, in a cell of 2 x 2.
fn lines(symbol: char) -> Option<&'static [&'static [(f64, f64)]]> {
    Some(match symbol {
        '─' => &[&[(0.0, 1.0), (2.0, 1.0)]],
        '│' => &[&[(1.0, 0.0), (1.0, 2.0)]],
        '┊' => &[&[(1.0, 0.2), (1.0, 0.8)], &[(1.0, 1.2), (1.0, 1.8)]],
        '╭' => &[&[(2.0, 1.0), (1.4, 1.0), (1.0, 1.2), (1.0, 2.0)]],
        '╮' => &[&[(0.0, 1.0), (0.6, 1.0), (1.0, 1.2), (1.0, 2.0)]],
        '╰' => &[&[(1.0, 0.0), (1.0, 0.8), (1.4, 1.0), (2.0, 1.0)]],
        '╯' => &[&[(1.0, 0.0), (1.0, 0.8), (0.6, 1.0), (0.0, 1.0)]],
        '└' => &[&[(1.0, 0.0), (1.0, 1.0), (2.0, 1.0)]],
        '┤' => &[&[(1.0, 0.0), (1.0, 2.0)], &[(0.0, 1.0), (1.0, 1.0)]],
        '┬' => &[&[(0.0, 1.0), (2.0, 1.0)], &[(1.0, 1.0), (1.0, 2.0)]],
        _ => return None,
    })
}

fn line(svg: &mut String, strokes: &[&[(f64, f64)]], (x, y): (f64, f64), colour: &str) {
    for points in strokes {
        let place = |&(dx, dy): &(f64, f64)| {
            format!("{:.1},{:.1}", x + dx * CELL.0 / 2.0, y + dy * CELL.1 / 2.0)
        };
        let points = points.iter().map(place).collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            svg,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\"/>"
        );
    }
}

fn letter(svg: &mut String, symbol: char, cell: &Cell, (x, y): (f64, f64), colour: &str) {
    let weight = if cell.modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let symbol = match symbol {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        other => other.to_string(),
    };
    let y = y + LETTERS - 1.0;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\"{weight}>{symbol}</text>"
    );
}
