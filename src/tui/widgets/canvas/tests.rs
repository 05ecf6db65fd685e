use super::*;
use crate::tui::theme::Depth;

fn drawn(draw: impl Fn(&mut Canvas)) -> String {
    let area = Rect::new(0, 0, 3, 1);
    let mut canvas = Canvas::new(area, (0.0, 5.0), (0.0, 3.0));
    draw(&mut canvas);
    let mut buf = Buffer::empty(area);
    canvas.render(&mut buf);
    buf.content().iter().map(|cell| cell.symbol()).collect()
}

#[test]
fn lines_run_from_end_to_end() {
    let solid = Stroke::new(Style::new(), 1.0);
    assert_eq!(drawn(|c| c.line((0.0, 3.0), (5.0, 3.0), &solid)), "⠉⠉⠉");
    assert_eq!(drawn(|c| c.line((0.0, 0.0), (5.0, 0.0), &solid)), "⣀⣀⣀");
    let dashed = solid.dashed(Dash::Along(1, 1));
    assert_eq!(drawn(|c| c.line((0.0, 3.0), (5.0, 3.0), &dashed)), "⠁⠁⠁");
}

#[test]
fn short_pieces_make_an_even_pattern() {
    let stroke = Stroke::new(Style::new(), 1.0).dashed(Dash::Even(4, 2));
    let pieces = drawn(|canvas| {
        for x in 0..5 {
            let x = f64::from(x);
            canvas.line((x, 0.0), (x + 1.0, 0.0), &stroke);
        }
    });
    assert_eq!(pieces, "⣀⣀ ");
}

#[test]
fn pieces_of_any_length_leave_no_gap() {
    let solid = Stroke::new(Style::new(), 1.0);
    for points in 2..60 {
        let area = Rect::new(0, 0, 20, 1);
        let mut canvas = Canvas::new(area, (0.0, 1.0), (0.0, 3.0));
        let at = |point: u32| (f64::from(point) / f64::from(points), 3.0);
        for point in 0..points {
            canvas.line(at(point), at(point + 1), &solid);
        }
        let mut buf = Buffer::empty(area);
        canvas.render(&mut buf);
        assert!(
            buf.content().iter().all(|cell| cell.symbol() == "⠉"),
            "{points}"
        );
    }
}

#[test]
fn outside_of_the_canvas_nothing_is_drawn() {
    let solid = Stroke::new(Style::new(), 1.0);
    let nothing = drawn(|canvas| {
        canvas.line((-9.0, 9.0), (-1.0, 4.0), &solid);
        canvas.line((f64::NAN, 0.0), (1.0, 1.0), &solid);
        canvas.dot((6.0, 3.0), &solid);
        canvas.dot((0.0, f64::INFINITY), &solid);
    });
    assert_eq!(nothing, "   ");
    for area in [Rect::ZERO, Rect::new(0, 0, 0, 3), Rect::new(0, 0, 1, 1)] {
        let mut canvas = Canvas::new(area, (0.0, 0.0), (1.0, 1.0));
        canvas.line((0.0, 1.0), (2.0, 1.0), &solid);
        canvas.line((0.0, 1.0), (2.0, 1.0), &solid.dashed(Dash::Even(4, 2)));
        canvas.render(&mut Buffer::empty(area));
    }
}

#[test]
fn the_strongest_stroke_gives_a_cell_its_style() {
    let area = Rect::new(0, 0, 1, 1);
    let mut canvas = Canvas::in_dots(area);
    let [strong, weak] = [(Color::Red, 2.0), (Color::Blue, 1.0)]
        .map(|(colour, strength)| Stroke::new(Style::new().fg(colour), strength));
    canvas.dot((0.0, 0.0), &strong);
    canvas.dot((1.0, 3.0), &weak);
    let mut buf = Buffer::empty(area);
    canvas.render(&mut buf);
    assert_eq!((buf[(0, 0)].symbol(), buf[(0, 0)].fg), ("⢁", Color::Red));
}

#[test]
fn texts_are_anchored_in_the_cell_of_a_point() {
    let canvas = Canvas::new(Rect::new(3, 2, 3, 1), (0.0, 5.0), (0.0, 3.0));
    assert_eq!(canvas.anchor((2.0, 1.0)), (4, 2));
    assert_eq!(canvas.anchor((99.0, -9.0)), (5, 2));
}

#[test]
fn two_values_share_a_cell() {
    let theme = Theme::new(Depth::True);
    let area = Rect::new(0, 0, 1, 2);
    let mut buf = Buffer::empty(area);
    let values = [1.0, 0.0, 0.5];
    let value = |_: u16, row: u16| values[usize::from(row)];
    heat_map(area, &mut buf, theme, HeatPalette::Grey, 3, value);
    let pair = |y| (buf[(0, y)].fg, buf[(0, y)].bg);
    assert_eq!(pair(0), (theme.grey(1.0), theme.grey(0.0)));
    assert_eq!(pair(1), (theme.grey(0.5), Color::Reset));
}

#[test]
fn weak_lines_pass_behind_strong_ones() {
    let area = Rect::new(0, 0, 5, 1);
    let mut canvas = Canvas::in_dots(area).exclusive();
    let [strong, weak] = [2.0, 1.0].map(|strength| Stroke::new(Style::new(), strength));
    canvas.line((0.0, 1.0), (9.0, 1.0), &strong);
    assert_eq!(canvas.free((0.0, 0.0), (9.0, 3.0)), 0.0);
    canvas.line((0.0, 0.0), (9.0, 3.0), &weak);
    let mut buf = Buffer::empty(area);
    canvas.render(&mut buf);
    let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
    assert_eq!(text, "⠒⠒⠒⠒⠒");
}
