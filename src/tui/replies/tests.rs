use super::*;

#[test]
fn replies_are_understood() {
    let light = Reply::Background { is_light: true };
    let dark = Reply::Background { is_light: false };
    for (kind, text, expected) in [
        (']', "11;rgb:ffff/fdfd/f6f6", Some(light)),
        (']', "11;rgb:1e1e/1e1e/2e2e", Some(dark)),
        (']', "11;rgba:00/00/00/ff", Some(dark)),
        (']', "11;strange", None),
        (']', "10;rgb:00/00/00", None),
        ('P', "1+r436F=323536", Some(Reply::Colours(Depth::Indexed))),
        ('P', "1+r524742=38", Some(Reply::Colours(Depth::True))),
        ('P', "0+r524742", None),
        ('P', "1+r436F=38", None),
        ('P', "1+r436F=é8", None),
    ] {
        assert_eq!(reply(kind, text), expected, "{text}");
    }
}

#[test]
fn no_terminal_is_asked_what_it_would_print() {
    assert_eq!(questions("linux", "", Depth::Ansi), "");
    assert_eq!(questions("xterm", "", Depth::True), ASK_BACKGROUND);
    assert!(questions("xterm", "", Depth::Ansi).contains("+q"));
    assert!(!questions("xterm", "Apple_Terminal", Depth::Indexed).contains("+q"));
}
