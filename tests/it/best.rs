//! Best epoch: which one it is, what starts the search for it anew, and that going back restores it.

use nn_tui::nn::{Activation, Change, Loss, NeuronId, Output, ParameterId, Parameters};
use nn_tui::train::{BestEpoch, Command, Plan, Session, State, StepSize};

use crate::support::{Driven, plan, rate, session, settings};

/// Trains for an epoch. Returns its validation loss and the parameters at its end.
fn epoch(session: &mut Session) -> (f64, Parameters) {
    while session.step().expect("it converges").epoch.is_none() {}
    let (scores, _) = session.validate().expect("there are validation rows");
    (scores.loss, session.engine().parameters())
}

/// Learns fast enough to overfit within a few epochs.
fn fast() -> Plan {
    let mut plan = plan(&[16]);
    plan.rule.learning_rate = rate(0.1);
    plan
}

#[test]
fn it_is_the_first_with_the_lowest_validation_loss() {
    let mut session = session("breast-cancer", fast());
    assert_eq!(session.best(), None);
    let mut expected: Option<BestEpoch> = None;
    let mut changes = 0;
    for number in 1..=40 {
        let (loss, _) = epoch(&mut session);
        if expected.is_none_or(|best| loss < best.loss) {
            let epoch = number;
            expected = Some(BestEpoch { epoch, loss });
            changes += 1;
        }
        assert_eq!(session.best(), expected);
    }
    assert!(changes > 1 && expected.unwrap().epoch < 40, "{expected:?}");
}

/// With a learning rate that changes no parameter, all epochs have the same loss.
#[test]
fn of_equal_losses_the_earlier_epoch_is_the_best() {
    let mut still = plan(&[8]);
    still.rule.optimizer = nn_tui::nn::Optimizer::SGD;
    still.rule.learning_rate = rate(1e-30);
    let mut session = session("iris", still);
    let losses: Vec<f64> = (0..5).map(|_| epoch(&mut session).0).collect();
    assert!(losses.iter().all(|&loss| loss == losses[0]));
    assert_eq!(session.best().unwrap().epoch, 1);
}

#[test]
fn there_is_none_without_validation_rows() {
    let mut all = plan(&[8]);
    all.validation = 0.0;
    let mut session = session("iris", all);
    for _ in 0..3 {
        while session.step().expect("it converges").epoch.is_none() {}
    }
    assert_eq!(session.best(), None);
}

#[test]
fn it_starts_anew_when_the_network_is_another() {
    let id = ParameterId::Bias {
        layer: 1,
        output: 0,
    };
    let neuron = NeuronId {
        layer: 1,
        neuron: 1,
    };
    let network = |loss, output| Change::Network {
        hidden: vec![16],
        activation: Activation::Tanh,
        output,
        loss,
    };
    let muted = true;
    for (change, is_new) in [
        (Change::Parameter { id, value: 0.5 }, true),
        (Change::Mute { neuron, muted }, true),
        (network(Loss::Quadratic, Output::Softmax), true),
        (Change::Freeze { id, frozen: true }, false),
        (
            Change::LearningRate {
                learning_rate: rate(0.01),
            },
            false,
        ),
    ] {
        let mut session = session("iris", fast());
        (0..3).for_each(|_| drop(epoch(&mut session)));
        let before = session.best();
        session.apply(change.clone()).expect("valid");
        let expected = before.filter(|_| !is_new);
        assert_eq!(session.best(), expected, "{change}");
        let (loss, _) = epoch(&mut session);
        let better = BestEpoch { epoch: 4, loss };
        let kept = expected.filter(|best| best.loss <= loss);
        assert_eq!(session.best(), Some(kept.unwrap_or(better)), "{change}");
    }
}

/// Undo of a change restores the best epoch with the weights; a step back over the end of an epoch too.
#[test]
fn going_back_restores_it() {
    let mut session = session("iris", fast());
    (0..3).for_each(|_| drop(epoch(&mut session)));
    let before = session.best();
    let change = Change::Network {
        hidden: vec![5],
        activation: Activation::Tanh,
        output: Output::Softmax,
        loss: Loss::CrossEntropy,
    };
    session.apply(change).expect("valid");
    session.apply(Change::Undo).expect("something to undo");
    assert_eq!(session.best(), before);

    let driven = Driven::spawn(
        crate::support::session("iris", plan(&[8])),
        settings(true, None),
    );
    driven.started();
    let is_paused = |state: &State| *state == State::Paused;
    driven.state(is_paused);
    let best_after = |command| {
        driven.send(command);
        let mut best = None;
        driven.wait_for(
            |event| {
                if let nn_tui::train::Event::Progress(progress) = event {
                    best = Some(progress.best.map(|best| best.epoch));
                }
            },
            |event| matches!(event, nn_tui::train::Event::Evaluated { .. }),
        );
        best.expect("a report")
    };
    let step = |size, count| Command::Step { size, count };
    assert_eq!(best_after(step(StepSize::Batch, 11)), None);
    // A row has two layers forward, the loss and two layers backward; the mini-batch has ten rows.
    assert_eq!(best_after(step(StepSize::Phase, 51)), Some(1));
    assert_eq!(best_after(Command::StepBack), None);
}
