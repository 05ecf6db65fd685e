//! Findings about the run in words, with the command that is likely to help, and its key.

use std::mem::discriminant;

use super::actions::Done;
use super::model::Model;
use super::training::{Phase, Run};
use crate::nn::{Activation, LearningRate, Loss, WeightDecay};
use crate::settings::rounded;
use crate::train::findings::{Evidence, ExpectedLosses, findings};
use crate::train::probes::HealthProbe;
use crate::train::{Finding, Remedy, Set};
use crate::tui::text;
use crate::util::numbers::{count, loss, rate};
use crate::util::text::sanitise;

/// A finding in words.
pub(crate) struct Description {
    /// Noun phrase, and a shorter one.
    pub names: [String; 2],
    /// The numbers that show it.
    pub symptom: String,
    /// Likely cause.
    pub cause: &'static str,
    /// Typed command that is likely to help; `None` if only another start of the program does.
    pub command: Option<String>,
    /// Whether the command has been run, and nothing was trained since.
    pub is_done: bool,
    /// Whether the training starts again after the command, which alone would change nothing: the run is finished.
    pub restarts: bool,
    /// Advice in place of a command.
    pub advice: String,
}

impl Description {
    /// A description without a command and advice.
    fn new(names: [&str; 2], symptom: impl Into<String>, cause: &'static str) -> Self {
        Self {
            names: names.map(str::to_owned),
            symptom: symptom.into(),
            cause,
            command: None,
            is_done: false,
            restarts: false,
            advice: String::new(),
        }
    }

    /// This description with advice.
    fn advising(self, advice: impl Into<String>) -> Self {
        Self {
            advice: advice.into(),
            ..self
        }
    }
}

impl Run {
    /// Computes the findings anew from all that is known of the run.
    pub(super) fn diagnose(&mut self) {
        let card = self.card.as_ref();
        let leak = card.and_then(|card| card.facts.iter().find(|fact| fact.name == "leak"));
        self.findings = findings(&Evidence {
            plan: &self.plan,
            data: &self.data,
            architecture: &self.architecture,
            expected: self.expected,
            initial_loss: self.initial_loss,
            losses: self.history.present_losses(),
            recovered_at: self.history.recovered().unwrap_or_default(),
            records: self.history.present(),
            health: self.answer::<HealthProbe>().map(|health| &**health),
            unpredicted: &self.unpredicted,
            leaking_column: leak.and_then(|fact| fact.columns.first().copied()),
        });
    }

    /// Computes the losses that those of the run are compared with, of the network as it is now.
    pub(super) fn expect_losses(&mut self) {
        let weights = self.plan.class_weights;
        self.expected = ExpectedLosses::of(&self.data.training, &self.architecture, weights);
    }

    /// Whether a loss has exploded, and is finite still.
    pub(crate) fn is_diverging(&self) -> bool {
        matches!(self.findings.first(), Some(Finding::Diverging { .. }))
    }

    /// Returns the most severe finding about `layer` (from 1).
    pub(crate) fn finding_of_layer(&self, layer: usize) -> Option<Finding> {
        let mut findings = self.findings.iter().copied();
        findings.find(|finding| finding.layer() == Some(layer))
    }

    /// Describes `finding`, one of this run.
    pub(crate) fn describe(&self, finding: Finding) -> Description {
        let remedy = finding.remedy(&self.plan);
        let is_finished = matches!(self.phase, Phase::Finished(_));
        let kind = (discriminant(&finding), self.position.step);
        Description {
            command: remedy.and_then(|remedy| self.command(remedy)),
            is_done: self.remedied.contains(&kind),
            restarts: is_finished && remedy.is_some_and(|remedy| !remedy.restarts()),
            ..self.words(finding)
        }
    }

    /// Describes `finding` without its command.
    fn words(&self, finding: Finding) -> Description {
        match finding {
            Finding::Diverging {
                of,
                since,
                before,
                loss: then,
                layer,
            } => {
                let step = (since * f64::from(self.batches)).round();
                let [before, then] = [before, then].map(loss);
                let (before, then) = (before.trim(), then.trim());
                let symptom = match of {
                    Set::Training => text::diverging_symptom(step, before, then),
                    Set::Validation => text::diverging_symptom_validation(step, before, then),
                };
                let symptom = match layer {
                    Some(layer) => text::diverging_symptom_in(&symptom, layer),
                    None => symptom,
                };
                let name = text::diverging();
                Description::new([name, name], symptom, text::rate_high_cause())
            }
            Finding::ExplodingGradients { layer } => Description::new(
                [&text::exploding(layer), text::exploding_short()],
                text::exploding_symptom(layer),
                text::exploding_cause(),
            ),
            Finding::DeadNeurons {
                layer,
                dead,
                neurons,
                is_decayed,
            } => {
                let cause = if is_decayed {
                    text::dead_cause_decay()
                } else if self.architecture.hidden() == Activation::Relu {
                    text::dead_cause()
                } else {
                    text::dead_cause_other()
                };
                let short = text::dead_short(dead, neurons);
                let names = [&*text::dead_neurons(dead, neurons, layer), &short];
                Description::new(names, text::dead_symptom(), cause)
            }
            Finding::LinearLayers { has_hidden } => {
                let cause = if has_hidden {
                    text::linear_cause()
                } else {
                    text::linear_cause_without_hidden()
                };
                let names = [text::linear_layers(), text::linear_short()];
                Description::new(names, text::not_learning_symptom(), cause)
            }
            Finding::SaturatedNeurons {
                layer,
                is_output,
                saturated,
                neurons,
            } => {
                let (name, cause) = if is_output {
                    (
                        text::saturated_outputs(saturated, neurons),
                        text::saturated_cause_output(),
                    )
                } else {
                    (
                        text::saturated_neurons(saturated, neurons, layer),
                        text::saturated_cause(),
                    )
                };
                let names = [&*name, text::saturated_short()];
                Description::new(names, text::saturated_symptom(), cause)
            }
            Finding::VanishingGradients { layer, ratio } => {
                let symptom = if ratio.is_finite() {
                    text::vanishing_symptom(layer, count(ratio))
                } else {
                    text::vanishing_symptom_zero(layer)
                };
                let names = [&*text::vanishing(layer), text::vanishing_short()];
                Description::new(names, symptom, text::vanishing_cause())
            }
            Finding::RateTooHigh => Description::new(
                [text::rate_high(), text::rate_high_short()],
                text::rate_high_symptom(),
                text::rate_high_cause(),
            ),
            Finding::ConstantOutputs => Description::new(
                [text::constant_outputs(), text::constant_short()],
                text::constant_symptom(),
                text::constant_cause(),
            ),
            Finding::RateTooLow => Description::new(
                [text::rate_low(), text::rate_low_short()],
                text::rate_low_symptom(),
                text::rate_low_cause(),
            ),
            Finding::NotLearning => Description::new(
                [text::not_learning(); 2],
                text::not_learning_symptom(),
                text::not_learning_cause(),
            ),
            Finding::InitialLoss {
                loss: found,
                expected,
            } => {
                let [found, expected] = [found, expected].map(loss);
                let (found, expected) = (found.trim(), expected.trim());
                let (symptom, cause) = if self.is_regression() {
                    let symptom = text::initial_loss_symptom_numbers(found, expected);
                    (symptom, text::initial_loss_cause_numbers())
                } else {
                    let symptom = text::initial_loss_symptom(found, expected);
                    (symptom, text::initial_loss_cause())
                };
                Description::new([text::initial_loss(); 2], symptom, cause)
            }
            Finding::Leak { column } => {
                let symptom = if self.is_regression() {
                    text::leak_symptom_numbers()
                } else {
                    text::leak_symptom()
                };
                let column = self.column_name(column);
                let advice = text::leak_advice(&column);
                let names = [&*text::leak(column), text::leak_short()];
                Description::new(names, symptom, text::leak_cause()).advising(advice)
            }
            Finding::Memorising => Description::new(
                [text::memorising(); 2],
                text::memorising_symptom(),
                text::memorising_cause(),
            ),
            Finding::OverfittingSince(epoch) => Description::new(
                [&*text::overfitting(epoch), &text::overfitting_short(epoch)],
                text::overfitting_symptom(),
                text::overfitting_cause(),
            ),
            Finding::NeverPredicted { class, since } => {
                let cause = if self.plan.loss == Loss::Quadratic {
                    text::never_predicted_cause_quadratic()
                } else {
                    text::never_predicted_cause()
                };
                let name = text::never_predicted(self.class_name(class));
                let names = [&*name, text::never_predicted_short()];
                Description::new(names, text::never_predicted_symptom(since), cause)
                    .advising(text::never_predicted_advice())
            }
            Finding::FewValidationRows(rows) => {
                let short = text::few_validation_rows_short(rows);
                Description::new(
                    [&*text::few_validation_rows(rows), &short],
                    text::few_validation_rows_symptom(),
                    text::few_validation_rows_cause(),
                )
                .advising(text::few_validation_rows_advice())
            }
        }
    }

    fn command(&self, remedy: Remedy) -> Option<String> {
        let plan = self.planned();
        Some(match remedy {
            Remedy::Recover => "recover".to_owned(),
            Remedy::ScaleRate(factor) => {
                let scaled = rounded(plan.rule.learning_rate.get() * factor);
                let scaled = LearningRate::new(scaled).ok()?;
                format!("lr {}", rate(scaled.get()))
            }
            Remedy::Initialise(initialisation) => format!("init {initialisation}"),
            Remedy::Restart => "restart".to_owned(),
            Remedy::NextSeed => format!("seed {}", plan.seed.wrapping_add(1)),
            Remedy::Activation(activation) => format!("activation {activation}"),
            Remedy::Hidden(size) => format!("hidden {size}"),
            Remedy::Clip(norm) => format!("clip {norm}"),
            Remedy::WeightDecay(decay) => {
                let decay = WeightDecay::new(rounded(decay)).ok()?;
                format!("l2 {}", rate(decay.get()))
            }
            Remedy::Loss(loss) => format!("loss {loss}"),
        })
    }

    fn column_name(&self, column: usize) -> String {
        let mut columns = self.columns().iter();
        let found = columns.find(|known| known.column == column);
        found.map_or_else(|| format!("#{}", column + 1), |known| sanitise(&known.name))
    }

    fn class_name(&self, class: usize) -> &str {
        let names = self.data.class_names();
        names.get(class).map_or("", String::as_str)
    }
}

impl Model {
    /// The selected finding, if there is any.
    pub(crate) fn selected_finding(&self) -> Option<(usize, Finding)> {
        let findings = &self.run.findings;
        let selected = self.navigation.finding.min(findings.len().checked_sub(1)?);
        Some((selected, findings[selected]))
    }

    /// Moves among the findings.
    pub(super) fn move_finding(&mut self, by: isize) {
        let last = self.run.findings.len().saturating_sub(1);
        let now = self.navigation.finding.min(last);
        self.navigation.finding = now.saturating_add_signed(by).min(last);
    }

    /// Runs the command of the selected finding.
    ///
    /// # Errors
    /// A message that says how to help instead, if there is no command.
    pub(super) fn apply_remedy(&mut self) -> Done {
        let (_, finding) = self
            .selected_finding()
            .ok_or_else(text::nothing_found_yet)?;
        let description = self.run.describe(finding);
        let command = description.command.ok_or(description.advice)?;
        if description.is_done {
            return Err(text::remedy_done().into());
        }
        self.run_command(&command)?;
        let step = self.run.position.step;
        let remedied = &mut self.run.remedied;
        remedied.retain(|&(_, then)| then == step);
        remedied.push((discriminant(&finding), step));
        if description.restarts {
            self.restart_with_seed(0);
        }
        Ok(())
    }

    /// Restores the last good weights with a tenth of the learning rate, after a divergence or while the loss explodes.
    ///
    /// # Errors
    /// If there is nothing to recover from.
    pub(super) fn recover_if_diverging(&mut self) -> Done {
        if !self.holds(super::bindings::When::Unstable) {
            return Err(text::not_diverged().into());
        }
        self.recover();
        Ok(())
    }
}
