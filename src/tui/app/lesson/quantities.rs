//! Numbers of the run by the names that lessons give them.

use crate::lesson::expression::Quantity;
use crate::train::LayerHealth;
use crate::train::probes::{HealthProbe, Trace, TraceProbe};
use crate::tui::app::Model;
use crate::tui::app::training::{Phase, Run};

/// The number of the main run called `quantity`; NaN if it is not known now.
pub(super) fn of(model: &Model, quantity: &Quantity) -> f64 {
    let run = model.main_run();
    let truth = |is_true: bool| if is_true { 1.0 } else { 0.0 };
    let known = |number: Option<f64>| number.unwrap_or(f64::NAN);
    match (quantity.name.as_str(), &quantity.indices[..]) {
        ("epoch", []) => run.epochs(),
        ("step", []) => run.position.step as f64,
        ("lr", []) => run.learning_rate,
        ("batch", []) => run.plan.batch.get() as f64,
        ("parameters", []) => run.architecture.parameter_count() as f64,
        ("seed", []) => run.plan.seed as f64,
        ("finished", []) => truth(matches!(run.phase, Phase::Finished(_))),
        ("diverged", []) => truth(matches!(run.phase, Phase::Diverged(_))),
        ("restarted", []) => {
            let course = model.course.as_ref();
            truth(course.is_some_and(|course| run.restarts > course.restarts))
        }
        ("paused", []) => truth(run.phase == Phase::Paused),
        ("train_loss", []) => run.losses().0,
        ("val_loss", []) => run.losses().1,
        ("best_val_loss", []) => known(run.best.map(|best| best.loss)),
        ("best_epoch", []) => known(run.best.map(|best| best.epoch as f64)),
        ("train_accuracy" | "train_r2", []) => run.scores().0,
        ("val_accuracy" | "val_r2", []) => run.scores().1,
        ("layers", []) => run.architecture.depth() as f64,
        ("never_predicted", []) => known(never_predicted(run)),
        ("gradient_check", []) => {
            let check = model.inspector.gradients.as_ref();
            known(check.and_then(|check| Some(check.checked.first()?.error)))
        }
        (name, [layer]) if layer_number(name).is_some() => {
            let health = run.answer::<HealthProbe>();
            let layer = health.and_then(|health| health.layers.get(layer - 1));
            known(
                layer
                    .zip(layer_number(name))
                    .map(|(layer, number)| number(layer)),
            )
        }
        (name, indices) => known(of_row(run, name, indices)),
    }
}

/// The number of a layer called `name`.
fn layer_number(name: &str) -> Option<fn(&LayerHealth) -> f64> {
    Some(match name {
        "dead" => |layer| layer.dead as f64,
        "saturated" => |layer| layer.saturated as f64,
        "neurons" => |layer| layer.neurons as f64,
        "gradient" => |layer| layer.gradients,
        "weight" => |layer| layer.weights,
        "activation_std" => |layer| layer.std,
        _ => return None,
    })
}

/// Number of classes that no measured row is given.
fn never_predicted(run: &Run) -> Option<f64> {
    let confusion = run.confusion()?;
    let all = 0..confusion.classes();
    let unpredicted = all.clone().filter(|&class| {
        let mut counts = all.clone().map(|of| confusion.count(of, class));
        counts.all(|count| count == 0)
    });
    Some(unpredicted.count() as f64)
}

/// A number of the shown row or a parameter: `z1[2]`, `w2[1,3]`, `cost`.
fn of_row(run: &Run, name: &str, indices: &[usize]) -> Option<f64> {
    let (probe, trace) = run.probed::<TraceProbe>()?;
    let trace: &Trace = trace.as_ref()?;
    if !matches!(probe, TraceProbe::Row(_)) {
        return None;
    }
    let row = trace.rows.first()?;
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let layer: Option<usize> = name[word.len()..].parse().ok();
    let of_layer = |layers: &[Vec<f64>], layer: usize, neuron: usize| {
        layers.get(layer)?.get(neuron - 1).copied()
    };
    match (word, layer, indices) {
        ("cost", None, []) => Some(row.backward.loss),
        ("x", None, &[input]) => of_layer(&row.forward.a, 0, input),
        ("y", None, &[output]) => row.targets.get(output - 1).copied(),
        ("a", Some(layer), &[neuron]) => of_layer(&row.forward.a, layer, neuron),
        ("z", Some(layer), &[neuron]) => of_layer(&row.forward.z, layer.checked_sub(1)?, neuron),
        ("delta", Some(layer), &[neuron]) => {
            of_layer(&row.backward.delta, layer.checked_sub(1)?, neuron)
        }
        ("slope", Some(layer), &[neuron]) => {
            let z = of_layer(&row.forward.z, layer.checked_sub(1)?, neuron)?;
            let a = of_layer(&row.forward.a, layer, neuron)?;
            Some(
                trace
                    .network
                    .architecture
                    .activation(layer)?
                    .derivative(z, a),
            )
        }
        ("w", Some(layer), &[to, from]) => {
            let layer = trace.network.layers.get(layer.checked_sub(1)?)?;
            layer.weights.get(to - 1)?.get(from - 1).copied()
        }
        ("b", Some(layer), &[neuron]) => {
            let layer = trace.network.layers.get(layer.checked_sub(1)?)?;
            layer.biases.get(neuron - 1).copied()
        }
        _ => None,
    }
}
