use super::*;

fn detect(variables: &[(&str, &str)]) -> Theme {
    Theme::detect(|name| {
        let found = variables.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_environment_is_read() {
    for (variables, depth) in [
        (
            &[("TERM", "xterm"), ("COLORTERM", "truecolor")][..],
            Depth::True,
        ),
        (&[("TERM", "screen-256color")], Depth::Indexed),
        (&[("TERM", "linux")], Depth::Ansi),
        (
            &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
            Depth::None,
        ),
        (&[("TERM", "linux"), ("NO_COLOR", "")], Depth::Ansi),
    ] {
        assert_eq!(detect(variables).depth, depth, "{variables:?}");
    }
    assert!(detect(&[("COLORFGBG", "0;15")]).is_light);
    assert!(detect(&[("LANG", "C")]).is_ascii);
    assert!(!detect(&[("LANG", "de_DE.UTF-8")]).is_ascii);
    assert!(!detect(&[]).is_ascii);
}

#[test]
fn indexed_colours_are_near() {
    assert_eq!(nearest_indexed((255, 255, 255)), 231);
    assert_eq!(nearest_indexed((0, 0, 0)), 16);
    assert_eq!(nearest_indexed((18, 18, 18)), 233);
    assert_eq!(nearest_indexed((95, 175, 255)), 75);
}

#[test]
fn without_colour_there_is_none() {
    let theme = Theme::new(Depth::None);
    for style in [
        theme.text(),
        theme.dim(),
        theme.accent(),
        theme.train(),
        theme.validation(),
        theme.bad(),
        theme.key(),
        theme.badge(theme.bad()),
        theme.signed(-0.5),
        theme.signed(f32::NAN),
        theme.cell(true, 0.5),
    ] {
        assert_eq!((style.fg, style.bg), (None, None), "{style:?}");
    }
    assert_eq!(theme.heat(0.5), None);
}
