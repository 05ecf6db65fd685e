use super::*;

fn inputs(encoding: &Encoding, raw: f32) -> Vec<f32> {
    let mut out = vec![9.0; encoding.inputs()];
    encoding.write(raw, &mut out);
    out
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn numbers_are_standardised_and_missing_ones_filled() {
    let encoding = Encoding::Numeric {
        mean: 2.0,
        std: 0.5,
        min: 1.0,
        max: 3.0,
        fill: 2.0,
    };
    assert_eq!(inputs(&encoding, 3.0), [2.0]);
    assert_eq!(encoding.raw_of(2.0), 3.0);
    assert_eq!(inputs(&encoding, f32::NAN), [0.0]);
    assert_eq!(inputs(&encoding, f32::MAX), [f32::MAX]);
    assert!(encoding.shown(f32::NAN, 0).is_nan());
}

#[test]
fn categories_have_an_input_each() {
    let encoding = |other| Encoding::Categorical {
        values: strings(&["red", "blue"]),
        other,
        fill: 1,
    };
    let with_other = encoding(true);
    assert_eq!(
        inputs(&with_other, with_other.of_text("red")),
        [1.0, 0.0, 0.0]
    );
    assert_eq!(
        inputs(&with_other, with_other.of_text("Red")),
        [0.0, 0.0, 1.0]
    );
    assert_eq!(inputs(&with_other, f32::NAN), [0.0, 1.0, 0.0]);
    assert_eq!(
        inputs(&encoding(false), encoding(false).of_text("green")),
        [0.0, 0.0]
    );
    assert_eq!(
        (with_other.shown(1.0, 1), with_other.shown(1.0, 0)),
        (1.0, 0.0)
    );
}

#[test]
fn booleans_have_one_input() {
    let encoding = Encoding::Boolean {
        no: strings(&["no", "No"]),
        yes: strings(&["yes", "Yes"]),
        mean: 0.5,
        std: 0.5,
        fill: false,
    };
    let texts = ["yes", "Yes", "no", "maybe"].map(|text| encoding.of_text(text));
    assert_eq!(texts[..3], [1.0, 1.0, 0.0]);
    assert_eq!(inputs(&encoding, texts[0]), [1.0]);
    assert_eq!(inputs(&encoding, texts[3]), [-1.0], "filled");
}
