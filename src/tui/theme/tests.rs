use super::palette::nearest_indexed;
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
    let symbols = |variables: &[(&str, &str)]| detect(variables).symbols;
    assert_eq!(symbols(&[("LANG", "C")]), Symbols::Ascii);
    assert_eq!(symbols(&[("LANG", "de_DE.UTF-8")]), Symbols::Braille);
    assert_eq!(symbols(&[("TERM", "linux")]), Symbols::Blocks);
    assert_eq!(symbols(&[]), Symbols::Braille);
}

#[test]
fn replies_of_the_terminal_improve_on_its_name() {
    let theme = detect(&[("TERM", "xterm")]);
    assert_eq!(
        theme.with_depth_at_least(Depth::Indexed).depth,
        Depth::Indexed
    );
    assert_eq!(theme.with_depth_at_least(Depth::True).depth, Depth::True);
    let plain = detect(&[("TERM", "xterm"), ("NO_COLOR", "1")]);
    assert_eq!(plain.with_depth_at_least(Depth::True).depth, Depth::None);
    assert!(
        theme.on_background(true).is_light
            && !theme.on_background(true).on_background(false).is_light
    );
    let dark = theme.with_choice(ThemeChoice::Dark);
    assert!(!dark.on_background(true).is_light);
    assert!(
        theme
            .with_choice(ThemeChoice::HighContrast)
            .on_background(true)
            .is_light
    );
}

#[test]
fn two_hundred_and_fifty_six_colours_keep_the_hue() {
    let theme = Theme::new(Depth::Indexed);
    let levels = [0u8, 95, 135, 175, 215, 255];
    let rgb = |index: u8| match index - 16 {
        i @ 0..216 => [i / 36, i / 6 % 6, i % 6].map(|level| levels[usize::from(level)]),
        i => [8 + 10 * (i - 216); 3],
    };
    for choice in ThemeChoice::ALL {
        for light in [false, true] {
            let theme = theme.with_choice(choice).on_background(light);
            for value in [0.1, 0.3, 0.6, 1.0] {
                let indexed = |value| match theme.signed(value).fg {
                    Some(Color::Indexed(index)) => rgb(index),
                    other => panic!("{other:?}"),
                };
                let [positive, negative] = [value, -value].map(indexed);
                assert!(
                    positive[2] > positive[0],
                    "{choice:?} {value}: {positive:?}"
                );
                assert!(
                    negative[0] > negative[2],
                    "{choice:?} {value}: {negative:?}"
                );
            }
            let [train, validation] = [theme.train(), theme.validation()];
            assert_ne!(train.fg, validation.fg);
        }
    }
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
