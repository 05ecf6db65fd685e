//! What typed commands do.

use ratatui::crossterm::event::KeyEvent;

use super::{CommandLine, Typed, parse};
use crate::nn::{Change, Loss, Output};
use crate::train::{Command, Pace, Plan};
use crate::tui::app::model::{Model, Overlay, Phase};
use crate::tui::app::prompt::PromptEvent;
use crate::tui::app::update::Effect;

/// Parameters of the largest network that can be asked for while one is trained: some 1.5 GB.
const MOST_PARAMETERS: u128 = 1 << 26;

impl Model {
    /// Opens the line of commands with `text` in it.
    pub(in crate::tui::app) fn open_command_line(&mut self, text: &str) {
        let line = CommandLine::new(text, None, self);
        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
    }

    pub(in crate::tui::app) fn press_in_command_line(
        &mut self,
        mut line: CommandLine,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
    ) {
        match line.on_key(key, &self.prompt.commands) {
            PromptEvent::Cancelled => self.prompt.overlay = line.menu().map(Overlay::Menu),
            PromptEvent::Editing => self.refresh_command_line(line, effects),
            PromptEvent::Submitted(text) => {
                self.prompt.commands.add(&text);
                match self.run_command(&text, effects) {
                    Ok(()) if self.prompt.overlay.is_none() => {
                        self.prompt.overlay = line.menu().map(Overlay::Menu);
                    }
                    Ok(()) => {}
                    Err(problem) => {
                        line.prompt.error = Some(problem);
                        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
                    }
                }
            }
        }
    }

    /// Shows `line` with what it may go on with.
    pub(in crate::tui::app) fn refresh_command_line(
        &mut self,
        mut line: CommandLine,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(folder) = line.refresh(self) {
            effects.push(Effect::ListFiles(folder));
        }
        self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
    }

    /// Does what `line` says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(in crate::tui::app) fn run_command(
        &mut self,
        line: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        match parse(line)? {
            None => Ok(()),
            Some(typed) => self.obey(typed, effects),
        }
    }

    fn obey(&mut self, typed: Typed, effects: &mut Vec<Effect>) -> Result<(), String> {
        let is_left = matches!(
            typed,
            Typed::Export(_)
                | Typed::Seed(_)
                | Typed::Row(_)
                | Typed::View(_)
                | Typed::Help
                | Typed::Quit
        );
        if matches!(self.run.phase, Phase::Failed(_)) && !is_left {
            return Err("the training has failed; export, seed and quit are left".into());
        }
        match typed {
            Typed::LearningRate(rate) => self.set_learning_rate(rate, effects),
            Typed::Hidden(hidden) => return self.reshape(|plan| plan.hidden = hidden, effects),
            Typed::Activation(activation) => {
                return self.reshape(|plan| plan.activation = activation, effects);
            }
            Typed::Output(output) => return self.reshape(|plan| set_output(plan, output), effects),
            Typed::Loss(loss) => return self.reshape(|plan| set_loss(plan, loss), effects),
            Typed::Optimizer(optimizer) => {
                self.planned_mut().rule.optimizer = optimizer;
                self.change(Change::Optimizer { optimizer }, effects);
            }
            Typed::WeightDecay(weight_decay) => {
                self.planned_mut().rule.weight_decay = weight_decay;
                self.change(Change::WeightDecay { weight_decay }, effects);
            }
            Typed::Batch(batch) => return self.set_batch(batch, effects),
            Typed::Seed(seed) => self.reset(seed, effects),
            Typed::Pace(pace) => {
                let rows = self.run.data.training.rows();
                let pace = pace.unwrap_or_else(|| Pace::auto(&self.run.architecture, rows));
                self.set_pace(pace, effects);
            }
            Typed::Export(path) => self.export_to(path, false, effects),
            Typed::Set(id, value) => return self.set_parameter(id, value, effects),
            Typed::Freeze(id, frozen) => return self.freeze(id, Some(frozen), effects),
            Typed::Silence(neuron, silent) => return self.silence(neuron, Some(silent), effects),
            Typed::Input(text) => return self.type_named_input(&text),
            Typed::Undo => self.undo(effects),
            Typed::Check => self.check_gradients(effects),
            other => return self.steer(other, effects),
        }
        Ok(())
    }

    /// Commands that change nothing about the network but what it does or what is shown of it.
    fn steer(&mut self, typed: Typed, effects: &mut Vec<Effect>) -> Result<(), String> {
        match typed {
            Typed::Step(size, count) => return self.step(size, count, effects),
            Typed::Back => return self.step_back(effects),
            Typed::Row(row) => {
                let rows = self.navigation.sample.samples(&self.run.data).rows();
                if row > rows {
                    return Err(format!(
                        "there are {rows} rows; row takes a number up to that"
                    ));
                }
                self.navigation.selection = None;
                self.navigation.sample.index = row - 1;
            }
            Typed::View(view) => {
                self.navigation.enlarged = false;
                self.navigation.view = view;
                self.navigation.settle_focus();
            }
            Typed::Train if matches!(self.run.phase, Phase::Diverged(_)) => {
                return Err("training diverged; t goes on from the last good weights".into());
            }
            Typed::Train => effects.push(Effect::Send(Command::Resume)),
            Typed::Pause if self.run.is_training() => {
                self.run.phase = Phase::Pausing;
                effects.push(Effect::Send(Command::Pause));
            }
            Typed::Pause => return Err("it is not training".into()),
            Typed::Menu => self.open_menu(),
            Typed::Help => self.prompt.overlay = Some(Overlay::Commands(0)),
            Typed::Quit => self.quit(effects),
            _ => {}
        }
        Ok(())
    }

    /// The plan with everything that was asked for, acknowledged or not.
    pub fn planned(&self) -> &Plan {
        self.run.asked.as_ref().unwrap_or(&self.run.plan)
    }

    fn planned_mut(&mut self) -> &mut Plan {
        self.run.asked.get_or_insert_with(|| self.run.plan.clone())
    }

    pub(in crate::tui::app) fn change(&mut self, change: Change, effects: &mut Vec<Effect>) {
        effects.push(Effect::Send(Command::Apply(change)));
    }

    /// Asks for another network: the plan as `edit` leaves it.
    fn reshape(
        &mut self,
        edit: impl FnOnce(&mut Plan),
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let mut plan = self.planned().clone();
        edit(&mut plan);
        if self.run.is_regression() {
            if plan.output != Output::Linear {
                return Err("a number is predicted: the output is linear".into());
            }
            if plan.loss != Loss::Quadratic {
                return Err("a number is predicted: the loss is quadratic".into());
            }
        }
        let now = &self.run.architecture;
        let architecture = plan.architecture(now.inputs(), now.outputs());
        let architecture = architecture.map_err(|error| error.to_string())?;
        if architecture.parameter_count() > MOST_PARAMETERS {
            let most = MOST_PARAMETERS / 1_000_000;
            return Err(format!(
                "{architecture} has more than {most} million parameters"
            ));
        }
        if plan != *self.planned() {
            let change = Change::Network {
                hidden: plan.hidden.clone(),
                activation: plan.activation,
                output: plan.output,
                loss: plan.loss,
            };
            self.run.asked = Some(plan);
            self.change(change, effects);
        }
        Ok(())
    }

    fn set_batch(&mut self, batch: usize, effects: &mut Vec<Effect>) -> Result<(), String> {
        let rows = self.run.data.training.rows();
        if batch > rows {
            return Err(format!(
                "there are {rows} rows to train on; a mini-batch has no more"
            ));
        }
        if batch != self.planned().batch {
            self.planned_mut().batch = batch;
            self.change(Change::Batch { batch }, effects);
        }
        Ok(())
    }

    /// Takes in that a change was made, or that one was refused (`None`).
    pub(in crate::tui::app) fn acknowledge(&mut self, plan: Option<&Plan>) {
        let is_there = |asked: &Plan| {
            plan.is_none_or(|now| {
                let shape = |it: &Plan| (it.hidden.clone(), it.activation, it.output, it.loss);
                let rule = |it: &Plan| (it.rule.optimizer, it.rule.weight_decay, it.batch);
                shape(asked) == shape(now) && rule(asked) == rule(now)
            })
        };
        if self.run.asked.as_ref().is_some_and(is_there) {
            self.run.asked = None;
        }
    }
}

/// Cross-entropy goes with softmax; where another output is asked for, the loss follows.
fn set_output(plan: &mut Plan, output: Output) {
    plan.output = output;
    if output != Output::Softmax {
        plan.loss = Loss::Quadratic;
    }
}

fn set_loss(plan: &mut Plan, loss: Loss) {
    plan.loss = loss;
    if loss == Loss::CrossEntropy {
        plan.output = Output::Softmax;
    }
}
