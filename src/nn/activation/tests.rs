use super::*;

#[test]
fn derivatives_are_the_slopes() {
    let h = 1e-6;
    for activation in Activation::ALL {
        for z in [-7.3, -1.0, -0.2, 0.3, 1.7, 9.0] {
            let slope = (activation.value(z + h) - activation.value(z - h)) / (2.0 * h);
            let derivative = activation.derivative(z, activation.value(z));
            assert!(
                (slope - derivative).abs() < 1e-9,
                "{activation} at {z}: {slope} {derivative}"
            );
        }
    }
}

#[test]
fn values_are_within_the_range_and_reach_it() {
    for activation in Activation::ALL {
        let (min, max) = activation.range();
        let values = (-400_000..=400_000).map(|i| activation.value(f64::from(i) * 1e-3));
        let found = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), a| {
            (low.min(a), high.max(a))
        });
        assert!(found.0 >= min && found.1 <= max, "{activation}: {found:?}");
        let reaches = |found: f64, end: f64| {
            if end.is_finite() {
                (found - end).abs() < 1e-3
            } else {
                found.abs() > 3.0
            }
        };
        assert!(
            reaches(found.0, min) && reaches(found.1, max),
            "{activation}: {found:?}"
        );
    }
}

#[test]
fn formulas_have_a_number_for_each_place() {
    for activation in Activation::ALL {
        for formula in [activation.formula(), activation.slope()] {
            let places = formula.numbers.matches("{}").count();
            assert_eq!(
                (formula.values)(0.7, 0.4).len(),
                places,
                "{}",
                formula.symbols
            );
        }
    }
}

#[test]
fn names_read_back() {
    for activation in Activation::ALL {
        assert_eq!(activation.name().parse::<Activation>().unwrap(), activation);
        let serialised = serde_json::to_string(&activation).unwrap();
        assert_eq!(serialised, format!("\"{activation}\""));
    }
    let error = "swish".parse::<Activation>().unwrap_err().to_string();
    let names = Activation::ALL.map(Activation::name).join(", ");
    assert_eq!(
        error,
        format!("there is no activation \"swish\"; it is one of {names}")
    );
}
