//! Plan, seed and changes determine the weights, whoever watches and however often it pauses.

use std::time::Duration;

use crate::support::{Driven, plan, session, settings, textbook_plan};
use crate::support::{rate, rows};
use nn_tui::nn::{Change, Parameters};
use nn_tui::train::probes::{
    ActivationProbe, Along, EdgeProbe, HiddenSpaceProbe, IncomingWeightProbe, OutcomeProbe,
    PlaneAxis, PlaneProbe, RowProbe, WeightProbe,
};
use nn_tui::train::{Command, Observation, Pace, Replace, SampleId, Session, Set, State, StepSize};

fn weights_after(mut session: Session, steps: u64) -> Parameters {
    while session.position().step < steps {
        session.step().expect("it converges");
    }
    session.engine().parameters()
}

#[test]
fn the_same_plan_gives_the_same_weights() {
    for plan in [plan(&[8]), textbook_plan(&[5, 4]), plan(&[])] {
        let one = weights_after(session("iris", plan.clone()), 500);
        let two = weights_after(session("iris", plan.clone()), 500);
        assert_eq!(one, two);
        let mut other = plan;
        other.seed = 2;
        assert_ne!(one, weights_after(session("iris", other), 500));
    }
}

#[test]
fn watching_evaluating_and_pausing_change_nothing() {
    let mut changed = session("iris", plan(&[8]));
    let mut undisturbed = session("iris", plan(&[8]));
    for step in 0..400 {
        if step == 123 {
            let change = Change::LearningRate {
                learning_rate: rate(0.05),
            };
            changed.apply(change.clone()).unwrap();
            undisturbed.apply(change).unwrap();
        }
        changed.step().unwrap();
        undisturbed.step().unwrap();
        if step % 7 == 0 {
            changed.evaluate();
            changed.validate();
        }
    }
    assert_eq!(
        changed.engine().parameters(),
        undisturbed.engine().parameters()
    );
    assert_eq!(changed.log(), undisturbed.log());

    // The same through a worker with somebody watching, pausing, stepping and changing the pace.
    let driven = Driven::spawn(session("iris", plan(&[8])), settings(true, None));
    driven.started();
    let set = Set::Validation;
    let observation = Observation::default()
        .with(RowProbe {
            sample: SampleId { set, index: 3 },
            what_if: Vec::new(),
        })
        .with(EdgeProbe {
            neurons: vec![vec![0, 1], vec![0, 5, 7], vec![2]],
        })
        .with(WeightProbe)
        .with(ActivationProbe)
        .with(OutcomeProbe {
            set,
            rows: vec![0, 3, 29],
        })
        .with(PlaneProbe {
            row: Some(RowProbe {
                sample: SampleId { set, index: 3 },
                what_if: Vec::new(),
            }),
            axes: vec![PlaneAxis {
                along: Along::Column(1),
                range: [0.0, 9.0].map(Into::into),
                values: 20,
            }],
            components: None,
            neurons: vec![vec![2], vec![], vec![0]],
            rows: [vec![0, 5], vec![2]],
        })
        .with(HiddenSpaceProbe {
            layer: 1,
            row: RowProbe {
                sample: SampleId { set, index: 3 },
                what_if: Vec::new(),
            },
        })
        .with(IncomingWeightProbe {
            neurons: vec![7, 1],
        });
    driven.send(Command::Observe(observation));
    let is_paused = |state: &State| *state == State::Paused;
    driven.state(is_paused);
    for step in 1..=123u64 {
        driven.send(Command::Step {
            size: StepSize::Batch,
            count: 1,
        });
        assert_eq!(driven.state(is_paused).1.step, step);
        driven.send(Command::FindRows {
            actual: 1,
            predicted: 2,
        });
        driven.worker.mailbox().take();
    }
    driven.send(Command::Apply(Change::LearningRate {
        learning_rate: rate(0.05),
    }));
    driven.state(is_paused);
    // To the end of epoch 33 (396 steps), at changing paces, with pauses wherever they fall.
    driven.send(Command::SetPace(Pace::EpochsPerSecond(200.0)));
    while driven.position_when_quiet() != (33, 0) {
        driven.send(Command::Step {
            size: StepSize::Epoch,
            count: 1,
        });
        std::thread::sleep(Duration::from_millis(4));
        driven.worker.mailbox().take();
        driven.send(Command::Pause);
    }
    for _ in 0..4 {
        driven.send(Command::Step {
            size: StepSize::Batch,
            count: 1,
        });
    }
    let path = std::env::temp_dir().join(format!("nn-tui-watched-{}.json", std::process::id()));
    driven.send(Command::Export {
        weights: nn_tui::train::Weights::Last,
        path: path.clone(),
        replace: Replace::Anything,
    });
    driven.wait_for(
        |_| {},
        |event| matches!(event, nn_tui::train::Event::Exported { .. }),
    );
    let model = nn_tui::model_file::load(&path).expect("it was written");
    let _ = std::fs::remove_file(&path);
    assert_eq!(model.training.steps, 400);
    assert_eq!(model.parameters, undisturbed.engine().parameters());
}

#[test]
fn the_last_smaller_batch_counts_with_its_own_mean() {
    let mut plan = plan(&[6]);
    plan.batch = rows(50);
    let mut session = session("iris", plan);
    assert_eq!(session.batches(), 3);
    let rows: Vec<usize> = (0..3).map(|_| session.step().unwrap().rows).collect();
    assert_eq!(rows, [50, 50, 20]);
    assert_eq!(session.position().epoch, 1);
}
