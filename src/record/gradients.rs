//! Result of a gradient check, as text and as JSON.

use serde::Serialize;

use crate::nn::gradient_check::Checked;
use crate::nn::{Grade, GradientCheck};
use crate::train::Position;
use crate::util::numbers::counted;

/// Formats the check as a table: one line per layer with the largest error.
pub(super) fn lines(check: &GradientCheck, position: Position) -> Vec<String> {
    let count = check.checked.len();
    let kinks = match check.at_kinks {
        0 => String::new(),
        n => format!(", {n} skipped at ReLU kinks"),
    };
    let when = match position.step {
        0 => "before training".into(),
        step => format!("after step {step}"),
    };
    let mut lines = vec![
        format!(
            "gradient check {when}: {} ({}, {}{kinks})",
            check.grade().name(),
            counted(check.rows as u64, "row"),
            counted(count as u64, "parameter"),
        ),
        format!(
            "{:>7} {:>8}  {:<14} {:>17} {:>17} {:>15}",
            "layer", "checked", "largest error", "back-propagation", "numeric", "relative error"
        ),
    ];
    for (layer, checked) in check.by_layer() {
        let worst = checked[0];
        lines.push(format!(
            "{layer:>7} {:>8}  {:<14} {:>17.9e} {:>17.9e} {:>15.1e}",
            checked.len(),
            worst.id,
            worst.gradient,
            worst.difference,
            worst.error,
        ));
    }
    lines
}

/// Describes the worst gradient if the check found a wrong one.
pub(crate) fn failure(check: &GradientCheck) -> Option<String> {
    let worst = check.checked.first()?;
    (check.grade() == Grade::Wrong).then(|| {
        format!(
            "the gradient of {} is {:e} by back-propagation and {:e} by central differences",
            worst.id, worst.gradient, worst.difference
        )
    })
}

/// Parameter with the largest error in a layer, as in the JSON.
#[derive(Serialize)]
pub(super) struct Worst {
    layer: usize,
    checked: usize,
    parameter: String,
    gradient: f64,
    difference: f64,
    relative_error: f64,
}

/// Returns the parameter with the largest error of each layer.
pub(super) fn worst(check: &GradientCheck) -> Vec<Worst> {
    let layers = check.by_layer().into_iter();
    layers
        .map(|(layer, checked)| {
            let Checked {
                id,
                gradient,
                difference,
                error,
            } = checked[0];
            Worst {
                layer,
                checked: checked.len(),
                parameter: id.to_string(),
                gradient,
                difference,
                relative_error: error,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::ParameterId;

    fn check(error: f64) -> GradientCheck {
        let worst = Checked {
            id: ParameterId::Weight {
                layer: 2,
                output: 0,
                input: 2,
            },
            gradient: 0.5,
            difference: 0.25,
            error,
        };
        GradientCheck {
            rows: 10,
            checked: vec![worst],
            at_kinks: 3,
        }
    }

    #[test]
    fn a_wrong_gradient_fails_and_is_named() {
        assert_eq!(failure(&check(1e-3)), None);
        assert_eq!(
            failure(&check(0.5)).expect("wrong"),
            "the gradient of w2[1,3] is 5e-1 by back-propagation and 2.5e-1 by central differences"
        );
        assert!(failure(&check(f64::NAN)).is_some());
    }

    #[test]
    fn the_table_has_a_line_for_each_layer() {
        let lines = lines(&check(0.5), Position::default());
        assert_eq!(
            lines[0],
            "gradient check before training: wrong (10 rows, 1 parameter, 3 skipped at ReLU kinks)"
        );
        assert_eq!(lines.len(), 3);
        assert!(lines[2].contains("w2[1,3]"));
        assert_eq!(lines[1].chars().count(), lines[2].chars().count());
    }
}
