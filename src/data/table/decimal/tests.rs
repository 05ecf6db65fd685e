use proptest::prelude::*;

use super::*;

fn number(cell: &str) -> Option<f32> {
    short_decimal(cell.as_bytes(), 0..cell.len())
}

#[test]
fn most_numbers_are_short() {
    for cell in ["0", "-0", "7.", ".5", "-17.6405", "16777216", "1234.567"] {
        let expected = cell.parse::<f32>().expect("a number");
        let found = number(cell).expect("short");
        assert_eq!(found.to_bits(), expected.to_bits(), "{cell}");
    }
    for cell in [
        "",
        "-",
        ".",
        "-.",
        "1..2",
        "1.2.",
        "16777217",
        "123456789",
        "1e3",
        "+1",
        "--1",
        "1/",
        ":1",
    ] {
        assert_eq!(number(cell), None, "{cell}");
    }
}

proptest! {
    #[test]
    fn short_numbers_are_exact(cell in "-?[0-9]{0,5}[.]?[0-9]{0,5}", behind in "[,0-9.\n]{0,9}") {
        let text = format!("{cell}{behind}");
        let found = short_decimal(text.as_bytes(), 0..cell.len());
        prop_assert_eq!(found, number(&cell), "what follows the cell");
        if let Some(number) = found {
            let expected = cell.parse::<f32>().expect("a number");
            prop_assert_eq!(number.to_bits(), expected.to_bits(), "{}", cell);
        } else {
            let digits = cell.trim_start_matches('-').len();
            let whole = cell.replace(['-', '.'], "").parse().unwrap_or(u64::MAX);
            prop_assert!(digits > 8 || whole > 1 << 24, "{}", cell);
        }
    }

    #[test]
    fn what_is_no_number_is_no_short_one(cell in prop::collection::vec(any::<u8>(), 0..10)) {
        let is_number = std::str::from_utf8(&cell).is_ok_and(|cell| cell.parse::<f32>().is_ok());
        prop_assert!(is_number || short_decimal(&cell, 0..cell.len()).is_none(), "{:?}", cell);
    }

    #[test]
    fn what_looks_like_one_is_none(cell in "[-+.0-9e,x]{0,8}") {
        let is_number = cell.parse::<f32>().is_ok();
        prop_assert!(is_number || number(&cell).is_none(), "{}", cell);
    }
}
