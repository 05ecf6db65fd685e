//! Inspector and walk at any size, with any number in any place: nothing panics and nothing is
//! drawn outside its area.

use std::sync::OnceLock;

use crate::support::screen::any_theme;
use crate::support::{decay, rate};
use crate::support::{images, plan, regression_plan, trained_model, trained_on};
use ndarray::Array2;
use nn_tui::nn::optimizer::{MAX_STATE, ParameterState};
use nn_tui::nn::textbook::Forward;
use nn_tui::nn::{Activation, LearningRule, Loss, Optimizer, Output, ParameterId};
use nn_tui::train::inspection::{
    Back, Collapse, Facts, InputFacts, NeuronFacts, OutputFacts, OutputTerm, ParameterFacts, Term,
};
use nn_tui::train::probes::{EdgeProbe, InspectProbe, PhaseProbe, RowProbe};
use nn_tui::train::{Cursor, Inspection, PhaseValues, StepPhase, StepPosition, Subject};
use nn_tui::tui::app::{Drawn, Inspector, Model, Msg};
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::{click, render, render_panel};
use nn_tui::util::stats::Histogram;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn models() -> &'static [Model] {
    static MODELS: OnceLock<Vec<Model>> = OnceLock::new();
    MODELS.get_or_init(|| {
        vec![
            trained_model("iris", plan(&[8]), 1, (120, 36)),
            trained_model("digits", plan(&[40, 1, 100]), 0, (120, 36)),
            trained_model("xor", plan(&[]), 0, (120, 36)),
            trained_model("spiral", plan(&[2; 10]), 0, (120, 36)),
            trained_model("sine", regression_plan(&[3]), 0, (120, 36)),
            trained_on(images(), plan(&[8]), 0, (120, 36)),
        ]
    })
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.0),
        -1.0f64..1.0,
    ]
}

/// Numbers, again and again.
struct Numbers(std::iter::Cycle<std::vec::IntoIter<f64>>);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0.next().unwrap_or(f64::NAN)
    }

    fn many(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.next()).collect()
    }

    fn histogram(&mut self) -> Histogram {
        let some: Vec<f32> = self.many(40).iter().map(|&x| x as f32).collect();
        Histogram::of(&some)
    }

    fn terms(&mut self, n: usize) -> Vec<Term> {
        (0..n)
            .map(|neuron| Term {
                neuron,
                weight: self.next(),
                factor: self.next(),
                product: self.next(),
            })
            .collect()
    }

    fn neuron(&mut self, which: usize, size: usize) -> NeuronFacts {
        let softmax = which.is_multiple_of(Activation::ALL.len() + 1);
        let back = match which % 3 {
            0 => Back::Output {
                loss: Loss::ALL[which % Loss::ALL.len()],
                target: self.next(),
                slope: self.next(),
            },
            _ => Back::Hidden {
                terms: self.terms(size),
                sum: self.next(),
            },
        };
        NeuronFacts {
            activation: (!softmax).then(|| Activation::ALL[which % Activation::ALL.len()]),
            inputs: self.terms(size),
            bias: self.next(),
            z: self.next(),
            a: self.next(),
            slope: self.next(),
            back,
            delta: self.next(),
            distribution: self.histogram(),
            influence: (0..size.min(8)).map(|i| (i, self.next())).collect(),
            is_muted: which.is_multiple_of(2),
            dropout: if which.is_multiple_of(3) {
                1.0
            } else {
                self.next()
            },
        }
    }

    fn parameter(&mut self, which: usize) -> ParameterFacts {
        let before = ParameterState {
            state: [(); MAX_STATE].map(|()| self.next()),
            count: which as u64,
        };
        ParameterFacts {
            before,
            value: self.next(),
            a: self.next(),
            delta: self.next(),
            gradient: self.next(),
            difference: self.next(),
            error: self.next(),
            batch_gradient: self.next(),
            rule: LearningRule {
                optimizer: Optimizer::ALL[which % Optimizer::ALL.len()],
                learning_rate: rate(f64::min(1e9, self.next().abs().max(1e-9))),
                weight_decay: decay(f64::min(1e9, self.next().abs().max(0.0))),
            },
            next_change: self.next(),
            last_change: which.is_multiple_of(2).then(|| self.next()),
            is_frozen: which.is_multiple_of(5),
            muted: which.is_multiple_of(3).then_some(nn_tui::nn::NeuronId {
                layer: 1,
                neuron: 0,
            }),
            history: (0..which).map(|i| (i as f64, self.next() as f32)).collect(),
        }
    }

    fn output(&mut self, which: usize, size: usize) -> OutputFacts {
        let terms = (0..size).map(|_| OutputTerm {
            z: self.next(),
            exponential: self.next(),
            a: self.next(),
            target: self.next(),
            loss: self.next(),
        });
        OutputFacts {
            terms: terms.collect(),
            output: Output::ALL[which % Output::ALL.len()],
            function: Loss::ALL[which % Loss::ALL.len()],
            total: self.next(),
            loss: self.next(),
            collapse: which.is_multiple_of(2).then(|| Collapse {
                weights: ndarray::Array2::from_shape_simple_fn((size, 1 + which % 30), || {
                    self.next()
                }),
                biases: (0..size).map(|_| self.next()).collect(),
                z: (0..size).map(|_| self.next()).collect(),
            }),
        }
    }

    fn facts(&mut self, which: usize, size: usize) -> Facts {
        match which % 4 {
            0 => Facts::Input(InputFacts {
                value: self.next(),
                gradient: self.next(),
                distribution: self.histogram(),
            }),
            1 => Facts::Neuron(self.neuron(which / 4, size)),
            2 => Facts::Parameter(self.parameter(which / 4)),
            _ => Facts::Output(self.output(which / 4, size)),
        }
    }
}

/// The cursor that goes with facts of number `which`, not always within the network.
fn cursor(which: usize, depth: usize, place: usize) -> Cursor {
    let layer = 1 + place % (depth + 1);
    match which % 4 {
        0 => Cursor::Neuron {
            layer: 0,
            neuron: place,
        },
        1 => Cursor::Neuron {
            layer,
            neuron: place,
        },
        2 if place.is_multiple_of(2) => Cursor::Parameter(ParameterId::Bias {
            layer,
            output: place,
        }),
        2 => Cursor::Parameter(ParameterId::Weight {
            layer,
            output: place,
            input: place / 2,
        }),
        _ => Cursor::Output,
    }
}

/// Puts a walk at one of its places into `model`.
fn walk(model: &mut Model, which: usize, numbers: &mut Numbers) {
    let sizes = model.run.architecture.sizes().to_vec();
    let depth = sizes.len() - 1;
    let layer = 1 + which % depth;
    let phases = [
        StepPhase::Forward { layer },
        StepPhase::Loss,
        StepPhase::Backward { layer },
        StepPhase::Update,
    ];
    let step = StepPosition {
        row: which,
        rows: which + 1,
        sample: model.navigation.sample,
        done: (!which.is_multiple_of(5)).then(|| phases[which % 4]),
        next: phases[(which / 2) % 4],
        can_go_back: false,
    };
    let walked = PhaseValues {
        position: step,
        forward: Forward {
            z: sizes[1..].iter().map(|&n| numbers.many(n)).collect(),
            a: sizes.iter().map(|&n| numbers.many(n)).collect(),
            masks: sizes[1..sizes.len() - 1]
                .iter()
                .map(|&n| numbers.many(n))
                .collect(),
        },
        delta: sizes[1..].iter().map(|&n| numbers.many(n)).collect(),
        loss: numbers.next(),
    };
    model.inspector.step = Some(step);
    if let Some(snapshot) = &mut model.run.snapshot {
        if let Some((probe, edges)) = snapshot.get::<EdgeProbe>() {
            let (probe, mut edges) = (probe.clone(), edges.clone());
            let weights = edges.weights.iter();
            let change = |weights: &Array2<f32>| {
                Array2::from_shape_simple_fn(weights.dim(), || numbers.next() as f32)
            };
            edges.changes = weights.map(change).collect();
            snapshot.set(probe, edges);
        }
        snapshot.set(PhaseProbe, Some(walked));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn inspector_and_walk_keep_within_their_areas(
        model in 0usize..6,
        (which, size, place) in (0usize..120, 0usize..60, 0usize..50),
        walking in any::<Option<u8>>(),
        (is_batch, has_before) in (any::<bool>(), any::<bool>()),
        (width, height) in (0u16..210, 0u16..64),
        scroll in 0i16..300,
        numbers in prop::collection::vec(any_number(), 1..40),
        theme in any_theme(),
    ) {
        let mut model = models()[model].clone();
        let mut numbers = Numbers(numbers.into_iter().cycle());
        let cursor = cursor(which, model.run.architecture.depth(), place);
        let mut inspector = Inspector::at(cursor);
        inspector.inspect.of = if is_batch { Subject::Batch } else { Subject::Row };
        model.navigation.scroll_by(PanelId::Inspector, scroll);
        if let Some(which) = walking {
            walk(&mut model, which.into(), &mut numbers);
        }
        if let Some(snapshot) = &mut model.run.snapshot {
            let (row, pass) = snapshot.get::<RowProbe>().expect("always asked");
            let (mut row, mut pass) = (row.clone(), pass.clone());
            let inspection = Inspection {
                inspect: inspector.inspect,
                rows: place,
                facts: numbers.facts(which, size),
            };
            if has_before {
                pass.unchanged = Some((pass.activations.clone(), numbers.next()));
                row.what_if = vec![(place, (numbers.next() as f32).into())];
            }
            let probe = InspectProbe { inspect: inspector.inspect, row: row.clone() };
            snapshot.set(probe, Some(inspection));
            snapshot.set(row, pass);
        }
        // The cursor may be beyond a network that was just made smaller.
        model.inspector.open = Some(inspector);
        let area = Rect::new(2, 1, width, height);
        for panel in [PanelId::Network, PanelId::Inspector] {
            let mut buf = Buffer::empty(Rect::new(0, 0, width + 5, height + 4));
            let empty = buf.clone();
            render_panel(panel, area, &mut buf, &model, theme, &mut Drawn::default());
            for (i, (cell, blank)) in buf.content.iter().zip(&empty.content).enumerate() {
                let at = buf.pos_of(i);
                prop_assert!(area.contains(at.into()) || cell == blank, "{panel:?} wrote at {at:?}");
            }
        }
        model.inspect_at(cursor);
        model.update(Msg::Resize(width.max(1), height.max(1)));
        let area = Rect::new(0, 0, width.max(1), height.max(1));
        render(area, &mut Buffer::empty(area), &model, theme);
        click(&model, area, place as u16, scroll as u16);
    }
}
