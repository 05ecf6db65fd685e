//! No panel panics, and nothing is drawn outside its area: at any size, for any network, with any
//! number in any place.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::support::screen::{Shown, any_theme, drawn, keys};
use crate::support::{dataset, images, plan, regression_plan, trained_model, trained_on};
use nn_tui::data::{ClassScores, Confusion, Errors, RankingScores, Scores, ThresholdCurve};
use nn_tui::nn::gradient_check::Checked;
use nn_tui::nn::{GradientCheck, LearningRate, ParameterId};
use nn_tui::train::preflight::PreflightKind;
use nn_tui::train::probes::{
    ActivationProbe, Along, EdgeProbe, Health, HealthProbe, HiddenSpace, HiddenSpaceProbe,
    IncomingWeightProbe, InputGradientProbe, LayerActivations, MeasuredScores, OutcomeProbe,
    PlaneAnswer, PlaneAxis, PlanePoint, PlaneProbe, RowOutcome, RowProbe, ScoreProbe, WeightProbe,
};
use nn_tui::train::{
    BestEpoch, EpochRecord, LayerHealth, LossPoint, Moment, PastMoment, Plan, Position,
    PreflightCheck, Probe, Progress, RateCurve, RatePoint, SampleId, Set, Snapshot, Weights,
};
use nn_tui::tui::app::menu::Menu;
use nn_tui::tui::app::what_if::Sliders;
use nn_tui::tui::app::{
    Chart, Confirm, Drawn, EdgeValue, Help, HelpPage, LossScale, MAIN_LANE, Model, Msg, Overlay,
    Phase, TimeUnit, View,
};
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::{render, render_panel};
use nn_tui::util::stats::{Histogram, MinMaxLast};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Models of different shapes; made once, since each is trained.
fn models() -> &'static [Model] {
    static MODELS: OnceLock<Vec<Model>> = OnceLock::new();
    MODELS.get_or_init(|| {
        let all_rows = nn_tui::train::Plan {
            validation: 0.0,
            ..plan(&[3])
        };
        let awkward = |file: &str| {
            let file = format!("tests/data/awkward/{file}.csv");
            trained_model(&file, all_rows.clone(), 1, (80, 24))
        };
        let mut models = vec![
            trained_model("iris", plan(&[8]), 2, (80, 24)),
            trained_model("digits", plan(&[40, 1, 100]), 1, (120, 36)),
            trained_model("xor", plan(&[]), 0, (200, 60)),
            trained_model("spiral", plan(&[2, 2, 2, 2, 2, 2, 2, 2, 2, 2]), 1, (80, 24)),
            trained_model("wine", all_rows.clone(), 1, (80, 24)),
            awkward("mixed"),
            awkward("many-categories"),
            awkward("identifiers"),
            trained_model("sine", regression_plan(&[3]), 1, (120, 36)),
            trained_on(images(), plan(&[8]), 1, (80, 24)),
        ];
        // The data may not be described yet.
        models[4].run.card = None;
        models
    })
}

fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<f32>(),
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(0.0),
        -1.0f32..1.0,
    ]
}

fn spread(next: &mut impl FnMut() -> f32) -> MinMaxLast {
    let [a, b] = [next(), next()].map(f64::from);
    MinMaxLast {
        min: a.min(b),
        max: a.max(b),
        last: b,
    }
}

/// A probe that the overview asks, and its answer.
fn asked<P: Probe + Clone>(snapshot: &Snapshot) -> (P, P::Answer)
where
    P::Answer: Clone,
{
    let (probe, answer) = snapshot.get::<P>().expect("asked");
    (probe.clone(), answer.clone())
}

/// Puts `numbers` wherever the screen shows one.
fn disturb(model: &mut Model, numbers: &[f32]) {
    let mut numbers = numbers.iter().copied().cycle();
    let mut next = || numbers.next().unwrap_or(f32::NAN);

    let losses = (0..40)
        .map(|i| LossPoint {
            epochs: f64::from(i) / 9.0,
            loss: spread(&mut next),
        })
        .collect();
    let epochs = (1..30)
        .map(|epoch| EpochRecord {
            epoch,
            step: epoch * 12,
            train_loss: spread(&mut next),
            train_score: spread(&mut next),
            validation_loss: spread(&mut next),
            validation_score: spread(&mut next),
            train_rmse: spread(&mut next),
            validation_rmse: spread(&mut next),
            learning_rate: f64::from(next()),
        })
        .collect();
    let progress = Progress {
        position: Position {
            epoch: 31,
            batch: 3,
            step: 400,
        },
        learning_rate: f64::from(next()),
        best: Some(BestEpoch {
            epoch: 17,
            loss: f64::from(next()),
        }),
        samples_per_second: f64::from(next()),
        seconds: f64::from(next()),
        losses,
        epochs,
        outcomes: None,
    };
    model.update(Msg::Worker(
        MAIN_LANE,
        Box::new(nn_tui::train::Event::Progress(Box::new(progress))),
    ));
    if let Some(snapshot) = model.run.snapshot.clone() {
        let mut snapshot: Snapshot = snapshot;
        let (row, mut pass) = asked::<RowProbe>(&snapshot);
        for values in &mut pass.activations {
            values.iter_mut().for_each(|value| *value = next());
        }
        pass.loss = f64::from(next());
        snapshot.set(row, pass);
        let (probe, mut edges) = asked::<EdgeProbe>(&snapshot);
        for weights in &mut edges.weights {
            weights.iter_mut().for_each(|weight| *weight = next());
        }
        edges
            .largest
            .iter_mut()
            .for_each(|largest| *largest = next());
        snapshot.set(probe, edges);
        let listed = model
            .navigation
            .listed(40, &model.run.data)
            .filter_map(|place| model.navigation.row_at(place, &model.run.data));
        let rows: Vec<u32> = listed.map(|row| row as u32).collect();
        let outcome = |_: &u32| RowOutcome {
            class: 0,
            output: next(),
            loss: f64::from(next()),
        };
        let outcomes = rows.iter().map(outcome).collect();
        let set = model.navigation.sample.set;
        snapshot.set(OutcomeProbe { set, rows }, outcomes);
        let neurons: Vec<usize> = (0..model.run.architecture.sizes()[1]).collect();
        let inputs = model.run.architecture.inputs();
        let pictures = ndarray::Array2::from_shape_simple_fn((neurons.len(), inputs), &mut next);
        snapshot.set(IncomingWeightProbe { neurons }, pictures);
        let mut histogram = || {
            let some: Vec<f32> = (0..50).map(|_| next()).collect();
            Histogram::of(&some)
        };
        let depth = model.run.architecture.depth();
        let weights = (0..depth).map(|_| histogram()).collect();
        snapshot.set(WeightProbe, weights);
        let mut size = || f64::from(next());
        let layers = (0..depth).map(|layer| LayerHealth {
            weights: size(),
            gradients: size(),
            updates: size(),
            mean: size(),
            std: size(),
            neurons: layer,
            dead: layer / 2,
            dead_weights: size(),
            saturated: 3 * layer,
        });
        let health = Health {
            position: snapshot.position,
            layers: layers.collect(),
        };
        snapshot.set(HealthProbe { is_shown: true }, Arc::new(health));
        let mut histogram = || {
            let some: Vec<f32> = (0..50).map(|_| next()).collect();
            Histogram::of(&some)
        };
        let layer = |dead| LayerActivations {
            histogram: histogram(),
            dead,
        };
        snapshot.set(ActivationProbe, (0..depth).map(layer).collect());
        let axis = |&along: &Along| PlaneAxis {
            along,
            range: [next(), next()].map(Into::into),
            values: 9,
        };
        let axes: Vec<PlaneAxis> = model.navigation.plane.axes.iter().map(axis).collect();
        let points = (0..9u16.pow(axes.len() as u32)).map(|place| PlanePoint {
            class: place % 7,
            output: next(),
        });
        let points = points.collect();
        let sample = |index: usize| SampleId {
            set: [Set::Training, Set::Validation][index % 2],
            index,
        };
        let mut outcome = |index: usize| RowOutcome {
            class: index % 5,
            output: next(),
            loss: f64::from(next()),
        };
        let rows = (0..300).map(|index| (sample(index), outcome(index)));
        let rows = rows.collect();
        let sizes = model.run.architecture.sizes().iter();
        let neurons: Vec<Vec<usize>> = sizes.map(|&size| (0..size.min(40)).collect()).collect();
        let count = 9usize.pow(axes.len() as u32);
        let response = |neurons: &Vec<usize>| {
            ndarray::Array2::from_shape_simple_fn((neurons.len(), count), &mut next)
        };
        let answer = PlaneAnswer {
            points,
            responses: neurons.iter().map(response).collect(),
            rows,
        };
        let probe = PlaneProbe {
            row: Some(asked::<RowProbe>(&snapshot).0),
            axes,
            components: None,
            neurons,
            rows: [vec![0], vec![1]],
        };
        snapshot.set(probe, answer);
        let rows = (0..300).map(|index| (sample(index), [next(), next()], index % 5));
        let hidden = HiddenSpace {
            rows: rows.collect(),
            shown: Some([next(), next()]),
            shares: [next(), next()].map(f64::from),
        };
        let row = asked::<RowProbe>(&snapshot).0;
        let probe = HiddenSpaceProbe {
            layer: 1,
            row: row.clone(),
        };
        snapshot.set(probe, hidden);
        let gradient = (0..inputs).map(|_| next().into()).collect();
        snapshot.set(InputGradientProbe { row }, gradient);
        let classes = model.run.data.class_names().len();
        let mut confusion = Confusion::new(classes);
        (0..classes).for_each(|class| confusion.add(class, 0));
        let ranking = RankingScores {
            roc_auc: f64::from(next()),
            average_precision: f64::from(next()),
            log_loss: f64::from(next()),
        };
        let curve = ThresholdCurve::new((0..40).map(|row| (next(), row % 3 == 0)));
        let measured = MeasuredScores {
            scores: Scores {
                loss: f64::from(next()),
                classes: (classes > 0).then(|| ClassScores::new(&confusion, Some(ranking))),
                errors: (classes == 0).then(|| Errors {
                    mae: f64::from(next()),
                    median_absolute_error: f64::from(next()),
                    rmse: f64::from(next()),
                    r2: f64::from(next()),
                }),
            },
            curve: (classes == 2).then_some(curve),
            rows: 40,
            are_probabilities: true,
            of_test: false,
        };
        snapshot.set(ScoreProbe::default(), measured);
        snapshot.position.step = 401;
        snapshot.position.epoch = 40;
        model.update(Msg::Snapshot(MAIN_LANE, Box::new(snapshot)));
    }
    if let Some(card) = &mut model.run.card {
        let card = Arc::make_mut(card);
        for column in &mut card.columns {
            if let Some(range) = &mut column.range {
                (range.min, range.max) = (next().into(), next().into());
                range.mean = f64::from(next());
            }
            let counts = column.counts.iter_mut();
            counts.for_each(|count| *count = next() as u32 as usize);
        }
        card.baseline = f64::from(next());
        let classes = card.target.classes.iter_mut();
        classes.for_each(|class| class.1 = next() as u32 as usize);
    }
}

fn type_keys(model: &mut Model, keys: &str) {
    for code in self::keys(keys) {
        model.update(Msg::Key(code.into()));
    }
}

fn type_line(model: &mut Model, line: &str) {
    type_keys(model, &format!("{line}\n"));
}

/// Possible results of the learning-rate finder.
fn rates(numbers: &[f32]) -> RateCurve {
    let pairs = numbers.windows(2);
    let points = pairs.map(|pair| RatePoint {
        rate: pair[0].into(),
        loss: pair[1].into(),
    });
    RateCurve {
        before: numbers.first().map_or(f64::NAN, |&loss| loss.into()),
        points: points.collect(),
        suggestion: numbers
            .first()
            .and_then(|&rate| LearningRate::new(rate.into()).ok()),
    }
}

/// Possible results of the pre-flight checks, not all of which have ended.
fn preflight(numbers: &[f32]) -> Vec<PreflightCheck> {
    let number = |i: usize| numbers.get(i).map_or(f64::NAN, |&number| number.into());
    let kinds = [
        PreflightKind::InitialLoss {
            found: number(0),
            expected: number(1),
            is_of_numbers: false,
        },
        PreflightKind::Gradients {
            parameters: numbers.len(),
            error: number(2),
        },
        PreflightKind::Memorised {
            rows: numbers.len(),
            epochs: 7,
            relative_loss: number(3),
        },
        PreflightKind::Shuffled {
            score: number(0),
            chance: number(1),
            limit: number(2),
            is_r2: numbers.len().is_multiple_of(2),
        },
    ];
    let checks = kinds.into_iter().take(numbers.len());
    let is_passed = numbers.len().is_multiple_of(3);
    checks
        .map(|kind| PreflightCheck { kind, is_passed })
        .collect()
}

/// Possible results of a check.
fn gradients(numbers: &[f32]) -> GradientCheck {
    let checked = numbers.iter().enumerate().map(|(i, &number)| Checked {
        id: ParameterId::Bias {
            layer: i % 3 + 1,
            output: i,
        },
        gradient: number.into(),
        difference: f64::from(number) * 1.5,
        error: f64::from(number).abs(),
    });
    GradientCheck {
        rows: numbers.len(),
        checked: checked.collect(),
        at_kinks: numbers.len() / 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_panel_keeps_within_its_area(
        which in 0usize..10,
        (x, y) in (0u16..5, 0u16..5),
        (width, height) in (0u16..210, 0u16..64),
        numbers in prop::collection::vec(any_number(), 1..40),
        (loss_scale, smoothing, accuracy) in (0usize..3, 0usize..3, any::<bool>()),
        plot in (0usize..3, prop::option::of((-1.0..40.0, 0.0..40.0)), prop::option::of(-1.0..50.0)),
        (ghosts, past) in (0usize..3, prop::option::of(0u64..60)),
        (edges, seconds) in (0usize..3, 0u64..9),
        scroll in 0i16..300,
        fills_screen in any::<bool>(),
        theme in any_theme(),
    ) {
        let mut model = models()[which].clone();
        disturb(&mut model, &numbers);
        for _ in 0..ghosts {
            type_line(&mut model, ":ghost");
        }
        model.navigation.plot.loss_scale = LossScale::ALL[loss_scale];
        model.navigation.plot.time_unit = TimeUnit::ALL[plot.0];
        model.navigation.plot.zoom = plot.1.map(|(from, span)| (from, from + span));
        model.navigation.plot.crosshair = plot.2;
        model.navigation.smoothing = smoothing;
        model.navigation.chart = if accuracy { Chart::Accuracy } else { Chart::Loss };
        model.run.past = past.map(|epoch| PastMoment {
            present: Position { epoch, ..Position::default() },
            goal: (epoch > 30).then_some(Moment::Epoch(epoch)),
            left: (epoch > 40).then_some(Duration::from_secs(epoch)),
        });
        let values = [EdgeValue::Weight, EdgeValue::Contribution, EdgeValue::Change];
        model.navigation.edge_value = values[edges];
        (model.motion.is_on, model.run.phase) = (seconds > 0, Phase::Training);
        model.update(Msg::Tick(Duration::from_secs(seconds)));
        let area = Rect::new(x, y, width, height);
        for &panel in PanelId::ALL {
            model.navigation.scroll_by(panel, scroll);
            (model.navigation.focus, model.navigation.enlarged) = (panel, fills_screen);
            model.navigation.cell = Some((usize::from(x), usize::from(y)));
            let mut buf = Buffer::empty(Rect::new(0, 0, x + width + 3, y + height + 3));
            let empty = buf.clone();
            render_panel(panel, area, &mut buf, &model, theme, &mut Drawn::default());
            for (i, (cell, blank)) in buf.content.iter().zip(&empty.content).enumerate() {
                let place = buf.pos_of(i);
                prop_assert!(area.contains(place.into()) || cell == blank, "{panel:?} wrote at {place:?}");
            }
        }
    }

    #[test]
    fn the_whole_screen_at_any_size(
        which in 0usize..10,
        (width, height) in (1u16..220, 1u16..70),
        view in 0..View::ALL.len(),
        enlarged in any::<bool>(),
        overlay in 0u8..11,
        browsing in any::<bool>(),
        failed in any::<bool>(),
        numbers in prop::collection::vec(any_number(), 1..9),
        theme in any_theme(),
    ) {
        let mut model = models()[which].clone();
        disturb(&mut model, &numbers);
        model.navigation.view = View::ALL[view];
        model.navigation.enlarged = enlarged;
        if browsing {
            model.browse();
        }
        model.prompt.overlay = match overlay {
            1 => Some(Overlay::Help(Help {
                line: u16::from(overlay) * 7,
                ..Help::new(HelpPage::Keys)
            })),
            2 => Some(Overlay::Confirm(Confirm::Quit)),
            3 => Some(Overlay::Confirm(Confirm::Replace("a/very/long/path/to/some/model.json".repeat(5).into(), Weights::Best))),
            4 => Some(Overlay::Help(Help {
                line: 5,
                ..Help::new(HelpPage::Commands)
            })),
            5 => Some(Overlay::Menu(Menu { line: usize::from(overlay) })),
            6 => Some(Overlay::Sliders(Sliders { chosen: 3 })),
            7 => Some(Overlay::Gradients(Some(1))),
            9 => Some(Overlay::Rates(Some(Box::new(rates(&numbers))))),
            10 => Some(Overlay::Preflight(preflight(&numbers))),
            _ => None,
        };
        model.inspector.gradients = Some(gradients(&numbers));
        if overlay == 8 {
            type_keys(&mut model, ":s");
        }
        if failed {
            model.run.phase = Phase::Failed("index out of bounds ".repeat(9));
        }
        model.update(Msg::Resize(width, height));
        let area = Rect::new(0, 0, width, height);
        render(area, &mut Buffer::empty(area), &model, theme);
    }
}

#[test]
fn all_edges_of_a_tiny_network_are_drawn() {
    for seed in 0..6 {
        let tiny = Plan { seed, ..plan(&[2]) };
        let shown = Shown::new(dataset("xor"), tiny, (80, 24)).train(1);
        let screen = drawn(&shown.model);
        let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
        let has_neurons = |line: &&Vec<char>| line.iter().filter(|c| **c == '●').count() == 3;
        let rows: Vec<usize> = (0..lines.len())
            .filter(|&y| has_neurons(&&lines[y]))
            .collect();
        let [top, bottom] = rows[..] else {
            panic!("{screen}");
        };
        let neurons: Vec<usize> = (0..lines[top].len())
            .filter(|&x| lines[top][x] == '●')
            .collect();
        for gap in neurons.windows(2) {
            let middle = gap[0].midpoint(gap[1]);
            // Of two edges that cross, each has an end in every quarter.
            for y in [top + 1, bottom - 1] {
                for part in [gap[0] + 1..middle, middle + 1..gap[1]] {
                    let is_drawn = lines[y][part].iter().any(|c| *c != ' ');
                    assert!(is_drawn, "seed {seed}, row {y}: {screen}");
                }
            }
        }
    }
}
