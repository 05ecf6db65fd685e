use super::*;

#[test]
fn numbers_move_on_a_round_grid() {
    let sepal = ColumnDomain::Numbers {
        min: 4.3,
        max: 7.9,
        offset: 0.0,
    };
    assert_eq!(sepal.moved(5.1, 5.1, 1), 5.2);
    assert_eq!(sepal.moved(5.13, 5.1, 1), 5.2);
    assert_eq!(sepal.moved(5.13, 5.1, -1), 5.1);
    assert_eq!(sepal.moved(5.1, 5.1, -1), 5.0);
    assert_eq!(sepal.moved(7.85, 5.1, 10), 7.9);
    assert_eq!(sepal.moved(4.3, 5.1, -1), 4.3);
    assert_eq!(
        sepal.moved(8.5, 9.0, 10),
        9.0,
        "as far as the row's own value"
    );
    assert_eq!((sepal.fraction(4.3), sepal.fraction(9.0)), (0.0, 1.0));
    assert_eq!(sepal.shown(5.2), "5.2");
    let (mut up, mut at) = (0, 4.3);
    while at < 7.9 {
        let next = sepal.moved(at, 4.3, 1);
        assert!(next > at, "{at}");
        (up, at) = (up + 1, next);
    }
    assert!((30..60).contains(&up), "{up} steps");
}

#[test]
fn texts_are_stepped_through() {
    let colours = ColumnDomain::Words(["red", "blue", "other"].map(String::from).into());
    assert_eq!(colours.moved(0.0, 0.0, 1), 1.0);
    assert_eq!(colours.moved(2.0, 0.0, 1), 2.0);
    assert_eq!(colours.moved(0.0, 0.0, -10), 0.0);
    assert_eq!(colours.parse("blue"), Ok(1.0));
    assert_eq!(
        colours.parse("green").unwrap_err(),
        "one of red, blue, other"
    );
    assert_eq!(colours.shown(1.0), "blue");
}

#[test]
fn odd_ranges_are_harmless() {
    for (min, max) in [
        (0.0, 0.0),
        (f32::MIN, f32::MAX),
        (1e-30, 2e-30),
        (-3.0, f32::MAX),
    ] {
        let offset = 0.0;
        let domain = ColumnDomain::Numbers { min, max, offset };
        for by in [-10, -1, 1, 10] {
            let moved = domain.moved(min, min, by);
            assert!((min..=max).contains(&moved), "{domain} {by}: {moved}");
        }
    }
}
