//! Two classes, or a number from 0 to 1, on a single sigmoid output.

use std::sync::Arc;

use crate::support::table::loaded;
use crate::support::{dataset, textbook_plan};
use nn_tui::data::{Dataset, TargetEncoding};
use nn_tui::nn::{Activation, Change, Initialisation, Loss, Output};
use nn_tui::train::{Plan, Session};

fn single(hidden: &[usize], loss: Loss) -> Plan {
    Plan {
        activation: Activation::Tanh,
        loss,
        targets: TargetEncoding::Fraction,
        ..textbook_plan(hidden)
    }
}

fn breast_cancer() -> Arc<Dataset> {
    Arc::new(dataset("breast-cancer"))
}

fn table(text: &str) -> Arc<Dataset> {
    Arc::new(loaded(text))
}

/// The textbook's network with two inputs, two hidden neurons and one output learns XOR, and its
/// numbers are those of the formulas.
#[test]
fn two_two_one_learns_xor() {
    let mut rows = String::from("x,y,class\n");
    for i in 0..40 {
        let (x, y) = (i % 2, i / 2 % 2);
        rows += &format!("{x},{y},{}\n", if x == y { "same" } else { "other" });
    }
    for loss in Loss::ALL {
        let mut session = Session::new(single(&[2], loss), table(&rows)).expect("starts");
        assert_eq!(session.architecture().sizes(), [2, 2, 1]);
        let best = (0..4).any(|seed| {
            if seed > 0 {
                session = session
                    .restarted(seed, Initialisation::Normal)
                    .expect("starts");
            }
            while session.position().epoch < 400 {
                session.step().expect("finite");
            }
            session.evaluate().training.accuracy() == 1.0
        });
        assert!(best, "{loss}");
        let evaluation = session.evaluate();
        let confusion = evaluation.outcomes.confusion().expect("classes");
        assert_eq!(confusion.classes(), 2);
        assert_eq!(confusion.total(), confusion.right());
    }
}

#[test]
fn the_loss_is_that_of_nielsen() {
    let session = Session::new(single(&[3], Loss::CrossEntropy), breast_cancer());
    let mut session = session.expect("starts");
    assert_eq!(session.architecture().outputs(), 1);
    let training = &session.data().training;
    let network =
        nn_tui::nn::textbook::Network::new(session.architecture(), &session.engine().parameters());
    let mut loss = 0.0;
    for row in 0..training.rows() {
        let inputs = training.inputs(row..row + 1);
        let inputs: Vec<f64> = inputs.iter().map(|&x| f64::from(x)).collect();
        let a = network.forward(&inputs).outputs()[0];
        let is_second = training.targets.class(row) == Some(1);
        loss -= if is_second { a.ln() } else { (1.0 - a).ln() };
    }
    let loss = loss / training.rows() as f64;
    let found = session.evaluate().training.loss;
    assert!((found - loss).abs() < 1e-5 * loss, "{found} {loss}");
    for _ in 0..500 {
        session.step().expect("finite");
    }
    assert!(session.evaluate().validation.expect("rows").accuracy() > 0.9);
}

#[test]
fn numbers_from_0_to_1_are_predicted_as_they_are() {
    let mut rows = String::from("x,share\n");
    for i in 0..60 {
        let x = f64::from(i) / 10.0 - 3.0;
        rows += &format!("{x},{:.5}\n", 1.0 / (1.0 + (-1.5 * x).exp()));
    }
    for loss in Loss::ALL {
        let plan = Plan {
            hidden: vec![4],
            ..single(&[4], loss)
        };
        let mut session = Session::new(plan, table(&rows)).expect("starts");
        assert!(session.data().task.scale().expect("a number").is_fraction);
        while session.position().epoch < 200 {
            session.step().expect("finite");
        }
        let errors = session.evaluate().training.errors.expect("numbers");
        assert!(errors.rmse < 0.05, "{loss}: {errors:?}");
    }
}

#[test]
fn other_outputs_are_refused() {
    let plan = single(&[3], Loss::CrossEntropy);
    let mut session = Session::new(plan, breast_cancer()).expect("starts");
    let change = Change::Network {
        hidden: vec![3],
        activation: Activation::Tanh,
        output: Output::Softmax,
        loss: Loss::CrossEntropy,
    };
    let why = session.apply(change).expect_err("refused");
    assert_eq!(
        why,
        "the only output is from 0 to 1: it takes :output sigmoid, not softmax"
    );
    let plan = single(&[3], Loss::Quadratic);
    let error = Session::new(plan, Arc::new(dataset("iris")))
        .err()
        .expect("three classes");
    assert_eq!(
        error.to_string(),
        "one output tells two classes apart; the target \"species\" has 3"
    );
}
