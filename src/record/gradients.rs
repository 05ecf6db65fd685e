//! Result of a gradient check, as text and as JSON.

use serde::Serialize;

use crate::nn::gradient_check::Checked;
use crate::nn::{Grade, GradientCheck};
use crate::train::Position;
use crate::util::lang::say;
use crate::util::numbers::counted;
use crate::util::text::{padded, right_aligned};

/// Formats the check as a table: one line per layer with the largest error.
pub(super) fn lines(check: &GradientCheck, position: Position) -> Vec<String> {
    let count = check.checked.len();
    let kinks = match check.at_kinks {
        0 => String::new(),
        n => say!("check-kinks", ", {n} skipped at ReLU kinks", n),
    };
    let when = match position.step {
        0 => say!("check-before", "before training").into(),
        step => say!("check-after", "after step {step}", step),
    };
    let mut lines = vec![
        say!(
            "check-line",
            "gradient check {when}: {grade} ({rows}, {parameters}{kinks})",
            when,
            grade = grade(check.grade()),
            rows = counted(check.rows as u64, "row"),
            parameters = counted(count as u64, "parameter"),
            kinks
        ),
        line([
            say!("check-head-layer", "layer").to_owned(),
            say!("check-head-checked", "checked").to_owned(),
            say!("check-head-worst", "largest error").to_owned(),
            say!("check-head-gradient", "back-propagation").to_owned(),
            say!("check-head-difference", "numeric").to_owned(),
            say!("check-head-error", "relative error").to_owned(),
        ]),
    ];
    for (layer, checked) in check.by_layer() {
        let worst = checked[0];
        lines.push(line([
            layer.to_string(),
            checked.len().to_string(),
            worst.id.to_string(),
            format!("{:.9e}", worst.gradient),
            format!("{:.9e}", worst.difference),
            format!("{:.1e}", worst.error),
        ]));
    }
    lines
}

/// Aligns a line of the table.
fn line([layer, checked, worst, gradient, difference, error]: [String; 6]) -> String {
    let (layer, checked) = (right_aligned(&layer, 7), right_aligned(&checked, 8));
    let numbers = [(gradient, 17), (difference, 17), (error, 15)];
    let numbers = numbers.map(|(number, cells)| right_aligned(&number, cells));
    format!(
        "{layer} {checked}  {} {}",
        padded(&worst, 14),
        numbers.join(" ")
    )
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Excellent => say!("grade-excellent", "excellent"),
        Grade::Good => say!("grade-good", "good"),
        Grade::Wrong => say!("grade-wrong", "wrong"),
    }
}

/// Returns the worst gradient if the check found a wrong one.
pub(crate) fn wrong(check: &GradientCheck) -> Option<Checked> {
    let worst = check.checked.first()?;
    (check.grade() == Grade::Wrong).then_some(*worst)
}

/// Describes the wrong gradient of `worst`.
pub(super) fn failure(worst: &Checked) -> String {
    say!(
        "wrong-gradient",
        "the gradient of {id} is {gradient} by back-propagation and {difference} by central differences",
        id = worst.id,
        gradient = format!("{:e}", worst.gradient),
        difference = format!("{:e}", worst.difference)
    )
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
        assert_eq!(wrong(&check(1e-3)), None);
        assert_eq!(
            failure(&wrong(&check(0.5)).expect("wrong")),
            "the gradient of w2[1,3] is 5e-1 by back-propagation and 2.5e-1 by central differences"
        );
        assert!(wrong(&check(f64::NAN)).is_some());
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
