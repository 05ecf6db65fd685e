//! First lines of a run as text: data, baseline, network, and how it is trained.

use crate::data::{Baseline, Prepared, Samples};
use crate::nn::Architecture;
use crate::record::scores::{number, percent};
use crate::train::{Plan, Position, Started};
use crate::util::lang::say;
use crate::util::numbers::{counted, rate};
use crate::util::text::{brief, shorten};

/// Terminal cells for the names of excluded columns.
const NAMES_CELLS: usize = 60;

/// Describes the start of a run on `data`, those of `started` in a printable form.
pub(super) fn lines(started: &Started, data: &Prepared) -> Vec<String> {
    let (plan, network) = (&started.plan, &started.architecture);
    let mut lines = vec![
        rows(data),
        say!(
            "run-baseline",
            "baseline: {baseline}",
            baseline = baseline(data)
        ),
    ];
    lines.extend(data.notes());
    if !data.left_out.is_empty() {
        let names = shorten(&data.left_out.join(", "), NAMES_CELLS);
        let columns = counted(data.left_out.len() as u64, "constant column");
        lines.push(say!(
            "run-excluded",
            "excluded: {columns} ({names})",
            columns,
            names
        ));
    }
    lines.push(layers(network));
    lines.push(rule(plan, data.training.rows()));
    if !plan.schedule.is_constant() {
        let schedule = plan.schedule;
        lines.push(say!("run-schedule", "schedule {schedule}", schedule));
    }
    if !plan.regularisation.is_none() {
        lines.push(plan.regularisation.to_string());
    }
    if started.resumed.is_some() {
        let Position { epoch, step, .. } = started.position();
        lines.push(say!(
            "run-resumed",
            "resumed after epoch {epoch}, step {step}",
            epoch,
            step
        ));
    }
    lines
}

fn rows(data: &Prepared) -> String {
    let (training, validation) = (data.training.rows(), data.validation.rows());
    let tested = data.test.as_ref().map_or(0, Samples::rows);
    let test = if tested > 0 {
        say!("run-test", ", {tested} test", tested)
    } else {
        String::new()
    };
    let name = brief(&data.target_name);
    let target = match data.class_names().len() {
        0 => say!(
            "run-number",
            "predicting the number \"{target}\"",
            target = name
        ),
        classes => say!(
            "run-classes",
            "{classes} classes of \"{target}\"",
            classes,
            target = name
        ),
    };
    say!(
        "run-data",
        "{source}: {rows} rows ({training} training, {validation} validation{test}), {inputs}, {target}",
        source = data.source,
        rows = training + validation + tested,
        training,
        validation,
        test,
        inputs = counted(data.preprocessing.inputs() as u64, "input"),
        target
    )
}

fn layers(network: &Architecture) -> String {
    let hidden = match network.depth() {
        1 => String::new(),
        _ => say!(
            "run-hidden",
            "{activation} and ",
            activation = network.hidden()
        ),
    };
    say!(
        "run-network",
        "{network}, {parameters} parameters, {hidden}{output}, {loss} loss",
        network,
        parameters = network.parameter_count(),
        hidden,
        output = network.output(),
        loss = network.loss()
    )
}

fn rule(plan: &Plan, rows: usize) -> String {
    let rule = &plan.rule;
    say!(
        "run-rule",
        "{optimizer}, learning rate {rate}, mini-batches of {rows}, seed {seed}",
        optimizer = rule.optimizer,
        rate = rate(rule.learning_rate.get()),
        rows = counted(plan.batch.get().min(rows) as u64, "row"),
        seed = plan.seed
    )
}

/// Score of the best constant prediction.
fn baseline(data: &Prepared) -> String {
    let set = if data.validation.is_empty() {
        say!("set-training", "training")
    } else {
        say!("set-validation", "validation")
    };
    match &data.baseline {
        Baseline::Majority { class, accuracy } => say!(
            "run-baseline-class",
            "{accuracy} {set} accuracy (always \"{class}\")",
            accuracy = percent(*accuracy),
            set,
            class = brief(&data.class_names()[*class])
        ),
        Baseline::Mean { errors } => say!(
            "run-baseline-mean",
            "RMSE {rmse}, MAE {mae} on the {set} rows (predict the mean)",
            rmse = number(errors.rmse),
            mae = number(errors.mae),
            set
        ),
    }
}
