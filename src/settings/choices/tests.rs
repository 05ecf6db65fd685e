use super::*;
use crate::train::Limits;

/// A table of a hundred rows.
fn table(inputs: usize, is_number: bool) -> TableShape {
    TableShape {
        inputs,
        rows: 100,
        is_number,
    }
}

#[test]
fn output_and_loss_choose_each_other() {
    let pair = |output, loss| {
        let choices = Choices {
            output,
            loss,
            ..Choices::default()
        };
        choices
            .plan(table(4, false))
            .map(|plan| (plan.output, plan.loss))
    };
    let sigmoid = (Output::Sigmoid, Loss::Quadratic);
    let softmax = (Output::Softmax, Loss::CrossEntropy);
    assert_eq!(pair(None, None), Ok(softmax));
    assert_eq!(pair(Some(Output::Softmax), None), Ok(softmax));
    assert_eq!(pair(None, Some(Loss::CrossEntropy)), Ok(softmax));
    assert_eq!(pair(Some(Output::Sigmoid), None), Ok(sigmoid));
    assert_eq!(pair(None, Some(Loss::Quadratic)), Ok(sigmoid));
    let linear = (Output::Linear, Loss::Quadratic);
    assert_eq!(pair(Some(Output::Linear), None), Ok(linear));
    let squared = (Output::Softmax, Loss::Quadratic);
    assert_eq!(
        pair(Some(Output::Softmax), Some(Loss::Quadratic)),
        Ok(squared)
    );
    let binary = (Output::Sigmoid, Loss::CrossEntropy);
    assert_eq!(
        pair(Some(Output::Sigmoid), Some(Loss::CrossEntropy)),
        Ok(binary)
    );
    assert!(pair(Some(Output::Linear), Some(Loss::CrossEntropy)).is_err());
}

#[test]
fn the_other_follows_what_was_changed() {
    let before = Choices {
        output: Some(Output::Softmax),
        loss: Some(Loss::CrossEntropy),
        ..Choices::default()
    };
    let mut after = before.clone();
    after.output = Some(Output::Linear);
    after.follow(&before);
    assert_eq!((after.output, after.loss), (Some(Output::Linear), None));
    let mut back = Choices {
        loss: Some(Loss::Quadratic),
        ..after
    };
    let before = back.clone();
    back.loss = Some(Loss::CrossEntropy);
    back.follow(&before);
    assert_eq!((back.output, back.loss), (None, Some(Loss::CrossEntropy)));
}

#[test]
fn a_single_output_is_a_sigmoid() {
    let ends = |output, loss, is_number| {
        let choices = Choices {
            output,
            loss,
            single_output: true,
            ..Choices::default()
        };
        let plan = choices.plan(table(4, is_number))?;
        assert_eq!(plan.targets, TargetEncoding::Fraction);
        assert_eq!(
            Choices::of(&plan, Limits::default(), Pace::Full).plan(table(4, is_number)),
            Ok(plan.clone())
        );
        Ok::<_, String>((plan.output, plan.loss))
    };
    let binary = (Output::Sigmoid, Loss::CrossEntropy);
    let textbook = (Output::Sigmoid, Loss::Quadratic);
    for is_number in [false, true] {
        assert_eq!(ends(None, None, is_number), Ok(binary));
        assert_eq!(ends(Some(Output::Sigmoid), None, is_number), Ok(binary));
        assert_eq!(ends(None, Some(Loss::Quadratic), is_number), Ok(textbook));
        assert!(ends(Some(Output::Softmax), None, is_number).is_err());
    }
}

#[test]
fn a_number_on_a_sigmoid_output_is_a_fraction() {
    let choices = Choices {
        output: Some(Output::Sigmoid),
        ..Choices::default()
    };
    let plan = choices.plan(table(4, true)).expect("a plan");
    assert_eq!(
        (plan.targets, plan.loss),
        (TargetEncoding::Fraction, Loss::Quadratic)
    );
    let plan = choices.plan(table(4, false)).expect("a plan");
    assert_eq!(plan.targets, TargetEncoding::Standard);
}

#[test]
fn a_number_takes_a_linear_output() {
    let plan = Choices::default().plan(table(4, true)).expect("a plan");
    assert_eq!((plan.output, plan.loss), (Output::Linear, Loss::Quadratic));
    let softmax = Choices {
        output: Some(Output::Softmax),
        ..Choices::default()
    };
    assert!(softmax.plan(table(4, true)).is_err());
    assert_eq!(
        Choices::of(&plan, Limits::default(), Pace::Full).plan(table(4, true)),
        Ok(plan)
    );
}
