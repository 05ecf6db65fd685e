//! From the command line as it is typed to a job that can be done: every value in its range, and
//! all of them going together.

use std::path::Path;

use super::args::{Choice, TrainingArgs};
use super::defaults;
use super::load_options::load_options;
use crate::data::{ClassWeights, Dataset, LoadOptions, Part, Source, Target, ValidationRows};
use crate::error::{Error, Result};
use crate::model_file::ExportOption;
use crate::model_file::Format;
use crate::nn::engine::Threads;
use crate::nn::optimizer::MOMENTUM;
use crate::nn::{LearningRule, Loss, Optimizer, Output};
use crate::record::LogOption;
use crate::train::{Pace, Plan};

/// A checked order to train.
#[derive(Debug)]
pub struct Job {
    /// The table.
    pub source: Source,
    /// How it is read.
    pub options: LoadOptions,
    /// What is trained, and how, if the target is a class. See [`Job::plan_for`].
    pub plan: Plan,
    /// The same if the target is a number, or why that can't be.
    pub regression: Result<Plan, String>,
    /// Whether the hidden layers are left to the program.
    has_usual_layers: bool,
    /// Who may share its steps.
    pub threads: Threads,
    /// Where the model goes when the run ends.
    pub export: Option<ExportOption>,
    /// File that the run is recorded to.
    pub log: Option<LogOption>,
    /// Who watches.
    pub face: FrontEnd,
}

/// Who watches a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FrontEnd {
    /// A person at a terminal.
    Screen {
        /// The speed limit; none to choose one that suits the data.
        pace: Option<Pace>,
        /// Whether it waits for a key before the first step.
        paused: bool,
        /// Epochs after which it is finished; none for until it is stopped.
        epochs: Option<u32>,
    },
    /// A person or a program that wants to know what is in the data, before any training.
    Description {
        /// Whether it is written as JSON.
        json: bool,
    },
    /// Nobody, or a program.
    Headless {
        /// Whether JSON is written to standard output.
        json: bool,
        /// Epochs to train.
        epochs: u32,
        /// Whether back-propagation is checked before and after them.
        check_gradients: bool,
    },
}

impl Job {
    /// Checks `args`; `is_terminal` tells whether standard output can show the screen.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn check(args: &TrainingArgs, is_terminal: bool) -> Result<Self> {
        let (output, loss) = output_and_loss(args.output, args.loss)?;
        if args.force && args.export.is_none() && args.log.is_none() {
            return Err(Error::Usage("--force goes with --export or --log".into()));
        }
        if args.batch == 0 {
            return Err(out_of_range("--batch", 0.0, "at least 1"));
        }
        let (options, validation) = load_options(args)?;
        let given = args.hidden.as_ref().map(|layers| layers.0.clone());
        let hidden = given.unwrap_or_else(|| defaults::HIDDEN.into());
        let plan = |output, loss| {
            Ok(Plan {
                hidden: hidden.clone(),
                activation: args.activation,
                output,
                loss,
                initialisation: args.init,
                rule: rule(args, output, loss)?,
                batch: args.batch,
                class_weights: args.table.class_weights,
                validation,
                seed: args.table.seed,
            })
        };
        Ok(Self {
            source: Source::parse(&args.data),
            options,
            regression: match for_a_number(args) {
                Ok(()) => Ok(plan(Output::Linear, Loss::Quadratic)?),
                Err(problem) => Err(problem),
            },
            plan: plan(output, loss)?,
            has_usual_layers: args.hidden.is_none(),
            threads: if args.threads == 1 {
                Threads::One
            } else {
                Threads::UpToTwo
            },
            export: export(args.export.as_deref(), args.force)?,
            log: (args.log.as_deref())
                .map(|path| LogOption::new(path, args.force))
                .transpose()?,
            face: face(args, is_terminal)?,
        })
    }

    /// The files that are read, in this order, as messages name them.
    pub fn files(&self) -> Vec<(Part, String)> {
        let table = Some((Part::Table, self.source.to_string()));
        let validation = match &self.options.validation {
            ValidationRows::File(file) => Some((Part::Validation, file.to_string())),
            ValidationRows::Auto | ValidationRows::Split => None,
        };
        let test = self.options.test.as_ref();
        let test = test.map(|file| (Part::Test, file.to_string()));
        [table, validation, test].into_iter().flatten().collect()
    }

    /// The plan for `dataset`.
    ///
    /// # Errors
    /// [`Error::Usage`] where what was asked for does not go with its target.
    pub fn plan_for(&self, dataset: &Dataset) -> Result<Plan> {
        let mut plan = match dataset.target {
            Target::Classes { .. } => self.plan.clone(),
            Target::Numbers(_) => self.regression.clone().map_err(|problem| {
                Error::Usage(format!(
                    "the target \"{}\" is a number: {problem}",
                    dataset.target_name
                ))
            })?,
        };
        if self.has_usual_layers {
            let (inputs, _) = dataset.most_neurons();
            plan.hidden = defaults::hidden(inputs).into();
        }
        Ok(plan)
    }
}

/// What can't be asked for where the target is a number.
fn for_a_number(args: &TrainingArgs) -> Result<(), String> {
    if let Choice::Given(output) = args.output
        && output != Output::Linear
    {
        return Err(format!("--output {output} can't be; it takes linear"));
    }
    if args.loss == Choice::Given(Loss::CrossEntropy) {
        return Err("--loss cross-entropy can't be; it takes quadratic".into());
    }
    if args.table.class_weights != ClassWeights::None {
        return Err("--class-weights has no classes to weigh".into());
    }
    Ok(())
}

/// Output and loss that go together: what is not given is chosen to suit what is. Both are checked
/// here and not only by the architecture, to have a message in terms of the options.
fn output_and_loss(output: Choice<Output>, loss: Choice<Loss>) -> Result<(Output, Loss)> {
    use Choice::{Auto, Given};
    match (output, loss) {
        (Auto | Given(Output::Softmax), Auto | Given(Loss::CrossEntropy)) => {
            Ok((Output::Softmax, Loss::CrossEntropy))
        }
        (Auto, Given(Loss::Quadratic)) => Ok((Output::Sigmoid, Loss::Quadratic)),
        (Given(output), Auto | Given(Loss::Quadratic)) => Ok((output, Loss::Quadratic)),
        (Given(output), Given(Loss::CrossEntropy)) => Err(Error::Usage(format!(
            "--loss cross-entropy goes with --output softmax, not with {output}"
        ))),
    }
}

fn rule(args: &TrainingArgs, output: Output, loss: Loss) -> Result<LearningRule> {
    let learning_rate = args
        .lr
        .unwrap_or_else(|| args.optimizer.default_learning_rate(output, loss));
    // The arithmetic is done in f32, where a number may be zero or infinite that is not in f64.
    let in_f32 = learning_rate as f32;
    if !(in_f32 > 0.0 && in_f32.is_finite()) {
        return Err(out_of_range("--lr", learning_rate, "above 0 and finite"));
    }
    if !(args.l2 >= 0.0 && (args.l2 as f32).is_finite()) {
        return Err(out_of_range("--l2", args.l2, "at least 0 and finite"));
    }
    let mut optimizer = args.optimizer;
    if let Some(momentum) = args.momentum {
        if optimizer.constant(MOMENTUM).is_none() {
            return Err(Error::Usage(format!(
                "--momentum goes with --optimizer {}, not with {}",
                Optimizer::with_constant(MOMENTUM).join(" or "),
                optimizer.name()
            )));
        }
        let changed = optimizer.with(MOMENTUM, momentum);
        optimizer = changed.map_err(|problem| Error::Usage(format!("--{problem}")))?;
    }
    Ok(LearningRule {
        optimizer,
        learning_rate,
        weight_decay: args.l2,
    })
}

fn export(path: Option<&Path>, replace: bool) -> Result<Option<ExportOption>> {
    let Some(path) = path else {
        return Ok(None);
    };
    Format::of(path)?;
    Ok(Some(ExportOption {
        path: path.to_owned(),
        replace,
    }))
}

fn face(args: &TrainingArgs, is_terminal: bool) -> Result<FrontEnd> {
    if args.describe {
        return Ok(FrontEnd::Description { json: args.json });
    }
    if is_terminal && !args.headless && !args.json && !args.check_gradients {
        return Ok(FrontEnd::Screen {
            pace: args.pace.0,
            paused: args.paused,
            epochs: args.epochs,
        });
    }
    if args.paused {
        return Err(Error::Usage(
            "--paused waits for a key, and standard output is not a terminal".into(),
        ));
    }
    let epochs = if args.check_gradients {
        0
    } else {
        defaults::HEADLESS_EPOCHS
    };
    Ok(FrontEnd::Headless {
        json: args.json,
        epochs: args.epochs.unwrap_or(epochs),
        check_gradients: args.check_gradients,
    })
}

pub(super) fn out_of_range(option: &str, value: f64, range: &str) -> Error {
    Error::Usage(format!("{option} is {value}; it must be {range}"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Args;

    fn job_on(is_terminal: bool, line: &str) -> Result<Job> {
        let words = ["nn-tui"].into_iter().chain(line.split_whitespace());
        let args = Args::try_parse_from(words).expect("parses");
        Job::check(&args.training, is_terminal)
    }

    fn job(line: &str) -> Result<Job> {
        job_on(true, line)
    }

    #[test]
    fn output_and_loss_choose_each_other() {
        let pair = |line: &str| job(line).map(|job| (job.plan.output, job.plan.loss));
        let sigmoid = (Output::Sigmoid, Loss::Quadratic);
        let softmax = (Output::Softmax, Loss::CrossEntropy);
        for (line, expected) in [
            ("", softmax),
            ("--output auto --loss auto", softmax),
            ("--output softmax", softmax),
            ("--loss cross-entropy", softmax),
            ("--output sigmoid", sigmoid),
            ("--loss quadratic", sigmoid),
            ("--output linear", (Output::Linear, Loss::Quadratic)),
            (
                "--output softmax --loss quadratic",
                (Output::Softmax, Loss::Quadratic),
            ),
        ] {
            assert_eq!(pair(line).expect(line), expected, "{line}");
        }
        assert_eq!(
            pair("--output sigmoid --loss cross-entropy")
                .expect_err("not together")
                .to_string(),
            "--loss cross-entropy goes with --output softmax, not with sigmoid"
        );
    }

    #[test]
    fn hidden_layers_go_with_the_inputs() {
        let hidden = |line: &str| {
            let job = job(line).expect(line);
            let dataset = crate::data::load(&job.source, None).expect("it is built in");
            job.plan_for(&dataset).expect(line).hidden
        };
        assert_eq!(hidden("iris"), defaults::HIDDEN);
        assert_eq!(hidden("sine"), defaults::HIDDEN);
        assert_eq!(hidden("digits"), defaults::HIDDEN_OF_MANY);
        assert_eq!(hidden("digits --hidden 5"), [5]);
        assert!(hidden("digits --hidden none").is_empty());
    }

    #[test]
    fn the_learning_rate_goes_with_the_optimizer() {
        let rule = |line: &str| job(line).expect(line).plan.rule;
        assert_eq!(rule("").optimizer, Optimizer::ADAM);
        for optimizer in Optimizer::ALL {
            let name = optimizer.name();
            let rate = rule(&format!("--optimizer {name}")).learning_rate;
            assert_eq!(
                rate,
                optimizer.default_learning_rate(Output::Softmax, Loss::CrossEntropy)
            );
            let textbook = rule(&format!("--optimizer {name} --loss quadratic")).learning_rate;
            assert_eq!(
                textbook,
                optimizer.default_learning_rate(Output::Sigmoid, Loss::Quadratic)
            );
        }
        let momentum = rule("--optimizer momentum --momentum 0.5 --lr 3 --l2 0.1");
        assert_eq!(
            momentum.optimizer,
            Optimizer::parse("momentum 0.5").unwrap()
        );
        assert_eq!((momentum.learning_rate, momentum.weight_decay), (3.0, 0.1));
    }

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        for (line, message) in [
            ("--lr 0", "--lr is 0; it must be above 0 and finite"),
            ("--lr -1", "--lr is -1; it must be above 0 and finite"),
            ("--lr nan", "--lr is NaN; it must be above 0 and finite"),
            ("--lr 1e-60", "--lr is 0"),
            (
                "--l2 -0.1",
                "--l2 is -0.1; it must be at least 0 and finite",
            ),
            ("--l2 inf", "--l2 is inf"),
            ("--val 1", "--val is 1; it must be at least 0 and below 1"),
            ("--val nan", "--val is NaN"),
            ("--batch 0", "--batch is 0; it must be at least 1"),
            (
                "--optimizer momentum --momentum 1",
                "--momentum is 1; it must be",
            ),
            (
                "--momentum 0.5",
                "--momentum goes with --optimizer momentum, not with adam",
            ),
            (
                "--export m.pt",
                "m.pt: the name of a model file ends in .json, .safetensors, .npz, .onnx, .py or .rs",
            ),
        ] {
            let error = job(line).expect_err(line);
            assert!(error.to_string().starts_with(message), "{line}: {error}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn the_face_depends_on_the_terminal() {
        let headless = |json, epochs| FrontEnd::Headless {
            json,
            epochs,
            check_gradients: false,
        };
        let face = |is_terminal, line| job_on(is_terminal, line).expect(line).face;
        assert_eq!(face(false, ""), headless(false, defaults::HEADLESS_EPOCHS));
        assert_eq!(face(true, "--headless --epochs 3"), headless(false, 3));
        assert_eq!(face(true, "--json --epochs 0"), headless(true, 0));
        assert_eq!(
            face(true, "--pace 5 --paused"),
            FrontEnd::Screen {
                pace: Some(Pace::EpochsPerSecond(5.0)),
                paused: true,
                epochs: None,
            }
        );
        assert!(job_on(false, "--paused").is_err());
        assert!(
            job_on(false, "--pace 5").is_ok(),
            "so that a command can be piped"
        );
    }
}
