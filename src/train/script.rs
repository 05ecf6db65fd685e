//! Training as a PyTorch script, which goes on where a run of this program cannot: on GPUs and on many machines.
//!
//! `script/train.py` is the text, of which [`render`] keeps the parts that a run needs.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::export::initial_model;
use super::{Limits, Session, Weights};
use crate::data::{ClassWeights, Samples, Source, Task};
use crate::error::{Error, Result};
use crate::model_file::formats::python::{cell_reader, text, texts};
use crate::nn::schedule::Shape;
use crate::util::lang::{in_english, say};

const TEMPLATE: &str = include_str!("script/train.py");

/// Characters of a line of packed bytes.
const LINE: usize = 120;

/// Makes a Python script that trains with PyTorch as `session` has from its start: on the same rows in the same
/// order, from the same weights, with the same losses but for rounding. It ends after the epochs and the patience of
/// `limits` and saves the `weights` asked for.
///
/// # Errors
/// [`Error::Usage`] for what the script cannot reproduce: a table that is not CSV, validation rows from another file,
/// earlier targets as inputs, live changes, a limit of time, no end. Those of [`Session::new`].
pub(crate) fn training_script(
    session: &Session,
    limits: Limits,
    weights: Weights,
) -> Result<String> {
    if let Some(what) = not_reproduced(session, limits) {
        return Err(Error::Usage(say!(
            "script-cannot",
            "a PyTorch script does not reproduce {what}",
            what
        )));
    }
    let mut initial = session.started_anew(session.plan().clone(), session.threads())?;
    let model = initial_model(&mut initial)?;
    let (parts, values) = in_english(|| (parts(session, weights), values(session, limits, &model)));
    Ok(render(TEMPLATE, &parts, &values))
}

/// Names the first property of the run that the script does not have.
fn not_reproduced(session: &Session, limits: Limits) -> Option<String> {
    if limits.time.is_some() {
        return Some(say!("script-time", "a limit of time (:time-limit)").into());
    }
    if limits.epochs.is_none() {
        return Some(say!("script-epochs", "a training without an end: type :epochs N").into());
    }
    let dataset = session.dataset();
    let report = &dataset.report;
    if report.conversion.is_some() || report.delimiter.is_empty() {
        let format = (report.conversion.as_ref()).map_or("IDX", |format| &format.name);
        return Some(say!(
            "script-format",
            "the reading of {format}: save the table as CSV",
            format
        ));
    }
    if dataset.validation.is_some() {
        return Some(
            say!(
                "script-validation",
                "validation rows from another file (--val)"
            )
            .into(),
        );
    }
    let columns = &session.data().preprocessing.columns;
    if columns.iter().any(|column| column.is_lag()) {
        return Some(say!("script-lags", "earlier targets as inputs (--lags)").into());
    }
    let has_changes = !session.live_changes().is_empty();
    has_changes.then(|| {
        say!(
            "script-changes",
            "changes while it trains; restarted with r, the training begins with them"
        )
        .into()
    })
}

/// Names the parts of the template that the run needs.
fn parts(session: &Session, weights: Weights) -> Vec<&'static str> {
    let (plan, data) = (session.plan(), session.data());
    let (schedule, network) = (plan.schedule, session.architecture());
    let is_built_in = |source: &Source| matches!(source, Source::BuiltIn(_));
    let origin = session.dataset().origin.as_ref();
    let parts = [
        ("classes", matches!(data.task, Task::Classification { .. })),
        ("single", network.outputs() == 1),
        (
            "outputs",
            !network.loss().torch(network.output()).contains('z'),
        ),
        ("schedule", !schedule.is_constant()),
        (schedule.shape.name(), true),
        ("end", schedule.shape.end().is_some()),
        ("warm-up", schedule.warm_up > 0),
        ("clip", plan.regularisation.clip.is_some()),
        ("dropout", plan.regularisation.dropout.get() > 0.0),
        ("smoothing", plan.regularisation.label_smoothing.get() > 0.0),
        ("balanced", plan.class_weights == ClassWeights::Balanced),
        ("best", weights == Weights::Best),
        (
            "dates",
            data.preprocessing
                .columns
                .iter()
                .any(|column| column.is_date_part()),
        ),
        (
            "built-in",
            origin.is_some_and(|origin| is_built_in(&origin.source)),
        ),
    ];
    parts
        .into_iter()
        .filter_map(|(name, is_needed)| is_needed.then_some(name))
        .collect()
}

/// Values of the placeholders of the template, as Python writes them.
fn values(session: &Session, limits: Limits, model: &[u8]) -> Vec<(&'static str, String)> {
    let mut values = settings(session, limits);
    values.extend(table(session));
    values.push(("MODEL", packed(model)));
    values
}

/// Network, learning and random numbers.
fn settings(session: &Session, limits: Limits) -> Vec<(&'static str, String)> {
    let (plan, network) = (session.plan(), session.architecture());
    let optional = |number: Option<u64>| number.map_or("None".to_owned(), |it| it.to_string());
    let regularisation = plan.regularisation;
    let (every, factor) = match plan.schedule.shape {
        Shape::Step {
            every: epochs,
            factor,
        }
        | Shape::Plateau {
            patience: epochs,
            factor,
        } => (epochs, factor),
        Shape::Constant | Shape::Cosine { .. } | Shape::OneCycle { .. } => (0, 1.0),
    };
    let is_plateau = matches!(plan.schedule.shape, Shape::Plateau { .. });
    let end = plan.schedule.shape.end().unwrap_or_default();
    let key = ChaCha8Rng::seed_from_u64(plan.seed).get_seed();
    vec![
        ("SIZES", format!("{:?}", network.sizes())),
        ("ACTIVATION", network.hidden().torch().into()),
        ("OUTPUT", network.output().torch().into()),
        ("LOSS", network.loss().torch(network.output()).into()),
        ("OPTIMIZER", plan.rule.optimizer.torch()),
        (
            "LEARNING_RATE",
            format!("{:?}", plan.rule.learning_rate.get()),
        ),
        (
            "WEIGHT_DECAY",
            format!("{:?}", plan.rule.weight_decay.get()),
        ),
        ("EPOCHS", optional(limits.epochs)),
        ("PATIENCE", optional(limits.patience)),
        ("BATCH", plan.batch.get().to_string()),
        ("WARM_UP", plan.schedule.warm_up.to_string()),
        (
            "END",
            end.saturating_sub(plan.schedule.warm_up).max(1).to_string(),
        ),
        ("EVERY", every.to_string()),
        ("FACTOR", format!("{factor:?}")),
        (
            "DROPS",
            if is_plateau {
                ", drops".into()
            } else {
                String::new()
            },
        ),
        (
            "CLIP",
            regularisation
                .clip
                .map_or_else(String::new, |norm| format!("{:?}", norm.get())),
        ),
        ("DROPOUT", format!("{:?}", regularisation.dropout.get())),
        (
            "LABEL_SMOOTHING",
            format!("{:?}", regularisation.label_smoothing.get()),
        ),
        ("SEED", plan.seed.to_string()),
        (
            "KEY",
            key.iter().map(|byte| format!("{byte:02x}")).collect(),
        ),
    ]
}

/// Reading of the table, and the sets of its rows.
fn table(session: &Session) -> Vec<(&'static str, String)> {
    let (dataset, data) = (session.dataset(), session.data());
    let (report, preprocessing) = (&dataset.report, &*data.preprocessing);
    let source = dataset.origin.as_ref().map(|origin| &origin.source);
    let (path, built_in) = match source {
        Some(Source::File(path)) => (text(&path.to_string_lossy()), ""),
        Some(Source::BuiltIn(data)) => ("None".into(), data.csv),
        Some(Source::Stdin) | None => ("None".into(), ""),
    };
    let comment = report.comment.map(String::from);
    let spellings = report.merged_labels.iter().flat_map(|(class, others)| {
        others
            .iter()
            .map(|other| format!("{}: {}", text(other), text(class)))
    });
    let places: Vec<usize> = preprocessing
        .columns
        .iter()
        .map(|column| column.column)
        .collect();
    let units = preprocessing.units.iter();
    let units = units.map(|(column, unit)| format!("{column}: {}", text(unit)));
    let scale = data.task.scale().map(|scale| {
        let (center, unit) = scale.center_and_unit();
        format!("{:?}, {:?}, {unit:?}", scale.offset, center - scale.offset)
    });
    vec![
        ("SOURCE", path),
        ("NAME", text(&data.name)),
        ("ENCODING", text(report.encoding)),
        (
            "COMMENT",
            comment.map_or("None".into(), |comment| text(&comment)),
        ),
        ("TARGET_COLUMN", dataset.target_column.to_string()),
        ("CLASSES", format!("[{}]", texts(data.class_names()))),
        (
            "SPELLINGS",
            format!("{{{}}}", spellings.collect::<Vec<_>>().join(", ")),
        ),
        ("TARGET_SCALE", scale.unwrap_or_default()),
        (
            "PLACE_UNITS",
            format!("{{{}}}", units.collect::<Vec<_>>().join(", ")),
        ),
        ("PLACES", format!("{places:?}")),
        ("CELLS", cell_reader(preprocessing)),
        ("SETS", packed(&sets(&data.training, &data.validation))),
        ("BUILT_IN", packed(built_in.as_bytes())),
    ]
}

/// For each line of the table the set of the row that starts there: `t` for training, `v` for validation, `.` for none.
fn sets(training: &Samples, validation: &Samples) -> Vec<u8> {
    let mut sets = Vec::new();
    for (samples, set) in [(training, b't'), (validation, b'v')] {
        for row in 0..samples.rows() {
            let line = samples.line(row) as usize;
            if sets.len() < line {
                sets.resize(line, b'.');
            }
            sets[line - 1] = set;
        }
    }
    sets
}

/// Compresses `bytes` (zlib) and writes them as lines of base 64.
fn packed(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    let compressed = encoder.finish().unwrap_or_default();
    let mut text = String::new();
    for three in compressed.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| {
            bits << 8 | u32::from(three.get(i).copied().unwrap_or(0))
        });
        for digit in 0..4 {
            if text.len() % (LINE + 1) == LINE {
                text.push('\n');
            }
            let is_used = digit <= three.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if is_used {
                DIGITS[value as usize].into()
            } else {
                '='
            });
        }
    }
    text
}

/// Keeps the lines of `template` between `#if NAME` and `#else` or `#end` if `NAME` is among `parts`, those between
/// `#else` and `#end` if not, and puts `values` in the places of their `@NAMES@`.
fn render(template: &str, parts: &[&str], values: &[(&str, String)]) -> String {
    let mut code = String::new();
    // Whether the lines of each open part are kept.
    let mut open: Vec<bool> = Vec::new();
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("#if ") {
            open.push(parts.contains(&name));
        } else if line == "#else" {
            if let Some(is_kept) = open.last_mut() {
                *is_kept = !*is_kept;
            }
        } else if line == "#end" {
            open.pop();
        } else if open.iter().all(|&is_kept| is_kept) {
            fill(line, values, &mut code);
            code.push('\n');
        }
    }
    code
}

/// Appends `line` with `values` in their places to `code`.
fn fill(mut line: &str, values: &[(&str, String)], code: &mut String) {
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    while let Some((before, rest)) = line.split_once('@') {
        code.push_str(before);
        match rest.split_once('@').filter(|(name, _)| is_name(name)) {
            Some((name, behind)) => {
                let value = values.iter().find(|(known, _)| *known == name);
                code.push_str(value.map_or("", |(_, value)| value));
                line = behind;
            }
            None => {
                code.push('@');
                line = rest;
            }
        }
    }
    code.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_keeps_what_is_needed_and_gets_its_values() {
        let template =
            "a @A@ b@c\n#if x\nx\n#if y\nxy\n#else\nx alone\n#end\n#else\nno x\n#end\nend\n";
        let values = [("A", "1".to_owned())];
        let render = |parts: &[&str]| render(template, parts, &values);
        assert_eq!(render(&["x"]), "a 1 b@c\nx\nx alone\nend\n");
        assert_eq!(render(&["x", "y"]), "a 1 b@c\nx\nxy\nend\n");
        assert_eq!(render(&["y"]), "a 1 b@c\nno x\nend\n");
    }

    #[test]
    fn every_placeholder_has_a_value() {
        let session = Session::trained_on_iris(0);
        let limits = Limits::epochs(Some(7));
        let script = training_script(&session, limits, Weights::Best).expect("a script");
        // The weights are those before the first step.
        let trained = Session::trained_on_iris(2);
        assert_eq!(
            training_script(&trained, limits, Weights::Best).expect("a script"),
            script
        );
        for line in [
            "SIZES = [4, 2, 3]  # Inputs, neurons of each hidden layer, outputs.",
            "ACTIVATION, OUTPUT = nn.Tanh(), nn.Softmax(dim=1)",
            "EPOCHS = 7",
            "LEARNING_RATE = 0.01",
            "    return -(y * z.log_softmax(1)).sum(1)",
            "    return torch.optim.Adam([weights, biases], LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8)",
        ] {
            assert!(script.lines().any(|found| found == line), "no line {line}");
        }
        let values = values(&session, limits, b"");
        let places = TEMPLATE
            .lines()
            .flat_map(|line| line.split('@').skip(1).step_by(2));
        for name in places.filter(|name| !matches!(*name, "torch.no_grad()" | "")) {
            assert!(
                values.iter().any(|(known, _)| known == &name),
                "no value of {name}"
            );
        }
    }

    #[test]
    fn a_changed_training_is_no_script() {
        let mut session = Session::trained_on_iris(0);
        let decay = crate::nn::WeightDecay::new(0.5).expect("in range");
        session
            .apply(crate::nn::Change::WeightDecay {
                weight_decay: decay,
            })
            .expect("sound");
        let error = training_script(&session, Limits::epochs(Some(1)), Weights::Best);
        let error = error.expect_err("it was changed").to_string();
        assert!(error.contains("changes while it trains"), "{error}");
    }

    #[test]
    fn bytes_are_packed_as_base_64() {
        assert_eq!(packed(b""), "eNoDAAAAAAE=");
        let long = packed(&(0..2000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
        let lines: Vec<usize> = long.lines().map(str::len).collect();
        assert!(
            lines.len() > 2
                && lines[..lines.len() - 1]
                    .iter()
                    .all(|&length| length == LINE)
        );
        assert_eq!(long.replace('\n', "").len() % 4, 0);
    }
}
