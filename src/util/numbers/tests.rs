use super::*;

#[test]
fn four_digits() {
    let shown = |x| significant(x, 4);
    assert_eq!(shown(0.123456), "0.1235");
    assert_eq!(shown(12.3456), "12.35");
    assert_eq!(shown(0.99996), "1.000");
    assert_eq!(shown(-0.00012345), "-0.0001234");
    assert_eq!(shown(1.5e-7), "1.500e-7");
    assert_eq!(shown(f64::NAN), "NaN");
    assert_eq!(shown(0.0), "0.000");
}

#[test]
fn aligned_numbers_have_one_width_and_their_points_below_one_another() {
    for exponent in -320..309 {
        for digits in [1.0, -1.0, 9.9999, -5.55555, -9.99951] {
            let x = digits * 10f64.powi(exponent);
            assert_eq!(aligned(x).chars().count(), NUMBER, "{x} {}", aligned(x));
        }
    }
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0] {
        assert_eq!(aligned(x).chars().count(), NUMBER, "{x}");
    }
    assert_eq!(aligned(0.123456), " 0.1235   ");
    assert_eq!(aligned(-0.001234), "−0.001234 ");
    assert_eq!(aligned(0.99996), " 1.000    ");
    assert_eq!(aligned(12.3456), "12.35     ");
    assert_eq!(aligned(-1.5e-7), "−1.500e−7 ");
    assert_eq!(aligned(-3.25e-10), "−3.25e−10 ");
    assert_eq!(aligned(f64::NEG_INFINITY), "−∞        ");
}

#[test]
fn losses_and_counts_keep_their_width() {
    for exponent in -30..30 {
        for digit in [1.0, 9.9999, 5.55555] {
            let x = digit * 10f64.powi(exponent);
            assert!(loss(x).chars().count() <= 7, "{x} {}", loss(x));
            assert!(
                exponent > 10 || count(x).chars().count() <= 6,
                "{x} {}",
                count(x)
            );
        }
    }
    assert_eq!(loss(0.041_876), "0.0419");
    assert_eq!(loss(9_999.96), "10000.0");
    assert_eq!(loss(0.0), "0.0000");
    assert_eq!(loss(f64::INFINITY), "∞");
    assert_eq!(loss(0.12345), "0.1235");
    assert_eq!(loss(12.3456), "12.346");
    assert_eq!(count(12_345.0), "12.3k");
    assert_eq!(percent(1.0), "100.0%");
    assert_eq!(
        percent(0.05).chars().count(),
        percent(f64::NAN).chars().count()
    );
}

#[test]
fn units_and_indices() {
    assert_eq!(rate(0.003), "0.003");
    assert_eq!(rate(2e-5), "2e-5");
    assert_eq!(rate(1e30), "1e30");
    let sizes = [1, 967, 12_345, 4_000_000].map(file_size);
    assert_eq!(sizes, ["1 byte", "967 bytes", "12.3 kB", "4.0 MB"]);
    assert_eq!(
        [0, 1, 2].map(|n| counted(n, "row")),
        ["0 rows", "1 row", "2 rows"]
    );
    assert_eq!(
        (superscript(104), subscript(29)),
        ("¹⁰⁴".into(), "₂₉".into())
    );
    for x in [f64::NAN, -1.0, -12.0, 0.5, f64::NEG_INFINITY] {
        assert_eq!(r2(x).chars().count(), 6, "{x}");
    }
}

#[test]
fn the_ladder_is_1_2_5() {
    let steps: Vec<f64> = ladder(0.0017).take(5).collect();
    assert_eq!(steps, [0.001, 0.002, 0.005, 0.01, 0.02]);
    assert_eq!(ladder(1.0).next(), Some(1.0));
    for x in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(ladder(x).count(), 0, "{x}");
    }
    assert!(ladder(5e-324).chain(ladder(f64::MAX)).all(f64::is_finite));
}

#[test]
fn ticks_are_round_and_inside() {
    assert_eq!(ticks(0.0, 1.2, 4), [0.0, 0.5, 1.0]);
    assert_eq!(ticks(0.0, 42.0, 6), [0.0, 10.0, 20.0, 30.0, 40.0]);
    assert_eq!(tick_labels(&ticks(0.0, 1.2, 4)), ["0.0", "0.5", "1.0"]);
    assert_eq!(
        tick_labels(&[0.0, 50_000.0, 100_000.0]),
        ["0", "50k", "100k"]
    );
    assert_eq!(
        tick_labels(&ticks(0.0, 3.1e-5, 8)),
        [
            "0", "5e-6", "1.0e-5", "1.5e-5", "2.0e-5", "2.5e-5", "3.0e-5"
        ]
    );
    assert_eq!(
        tick_labels(&[1e12, 1.5e12, 2e12]),
        ["1.0e12", "1.5e12", "2.0e12"]
    );
    assert_eq!(tick_labels(&[0.0, 4e-5]), ["0.00000", "0.00004"]);
    assert_eq!(tick_labels(&[0.0, 2.5e-6, 5e-6]), ["0", "2.5e-6", "5.0e-6"]);
    assert_eq!(tick_labels(&[-2e-9, 0.0, 2e-9]), ["-2e-9", "0", "2e-9"]);
    for from in [0.0, 1e-3, 3.0, -7e2] {
        for range in [1e-9, 3.3e-7, 5e-5, 0.2, 7e3, 4e12] {
            let labels = tick_labels(&ticks(from, from + range, 6));
            let mut apart = labels.clone();
            apart.dedup();
            assert_eq!(apart, labels, "{from} {range}");
        }
    }
    assert!(ticks(1.0, 1.0, 4).is_empty());
    assert!(ticks(0.0, f64::NAN, 4).is_empty());
    for most in 1..10 {
        for scale in [1e-9, 0.37, 1.0, 7.7, 1e12] {
            let found = ticks(0.0, scale, most);
            assert!(found.len() <= most.max(2), "{most} {scale} {found:?}");
            assert!(found.iter().all(|&t| t <= scale * 1.001));
        }
    }
}

#[test]
fn numbers_of_the_table_fit() {
    assert_eq!(short(5.1, 8), "5.1");
    assert_eq!(short(1234.5678, 6), "1235");
    assert_eq!(short(2_998_988.3, 8), "2998988");
    assert_eq!(short(2_998_988.3, 5), "3.0e6");
    for value in [f32::MAX, f32::MIN, -1.2345e-20, f32::INFINITY, -0.1] {
        assert!(short(value, 8).chars().count() <= 8, "{value}");
    }
}

#[test]
fn digits_are_grouped() {
    let shown = [0, 999, 1000, 1_312_768].map(grouped);
    assert_eq!(shown, ["0", "999", "1,000", "1,312,768"]);
}

#[test]
fn scores_have_at_most_seven_digits() {
    assert_eq!(score(0.123_456_78, 4), "0.1235");
    assert_eq!(score(2.5, 6), "2.500000");
    assert_eq!(score(1_234.567_891, 6), "1234.568");
    assert_eq!(score(8.284_46e33, 4), "8.284460e33");
    assert_eq!(score(-123_456.789, 4), "-123456.8");
    assert_eq!(score(f64::NAN, 4), "NaN");
}

#[test]
fn times_are_clocks() {
    let shown = [7, 720, 3723].map(|seconds| clock(Duration::from_secs(seconds)));
    assert_eq!(shown, ["0:07", "12:00", "1:02:03"]);
}

#[test]
fn six_rows_have_three_vertical_ticks() {
    let froms = (-20..20).map(|i| 137.3 * f64::from(i));
    let lengths = (0..60).map(|i| 0.001 * 1.37_f64.powi(i));
    let lengths: Vec<f64> = lengths.collect();
    for from in froms {
        for (&length, rows) in lengths.iter().zip((6..60).cycle()) {
            let ticks = vertical_ticks(from, from + length, rows);
            let case = format!("{from} + {length} in {rows}: {ticks:?}");
            assert!((3..=usize::from(rows)).contains(&ticks.len()), "{case}");
            let step = ticks[1] - ticks[0];
            let steps = ticks.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(
                steps.clone().all(|other| (other / step - 1.0).abs() < 1e-6),
                "{case}"
            );
            let digit = step / 10_f64.powf((1.000_001 * step).log10().floor());
            let is_round = [1.0, 2.0, 4.0, 5.0]
                .iter()
                .any(|round| (digit - round).abs() < 1e-5);
            assert!(is_round, "{case}");
        }
    }
}

#[test]
fn many_rows_have_more_than_three_vertical_ticks() {
    assert_eq!(vertical_ticks(0.0, 2.6, 20), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]);
}

#[test]
fn numbers_of_a_unit_have_its_decimals() {
    for (x, expected) in [(1_100_365.49, "1100365"), (813_324.2, "813324"), (0.0, "0")] {
        assert_eq!(in_unit(x, 253_000.0, 8), expected);
    }
    assert_eq!(in_unit(0.953_115, 0.7, 8), "0.9531");
    assert_eq!(in_unit(-1_123.456_789, 0.7, 8), "-1123.46");
    assert_eq!(in_unit(123_456_789.5, 0.7, 8), "1.235e8");
    assert_eq!(in_unit(f64::NAN, 0.7, 8), "NaN");
}
