//! What can be changed, as a menu. Each line is a typed command with its present value, and does
//! what that command does.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::actions::{rate_above, rate_below};
use super::command::CommandLine;
use super::model::{Model, Overlay};
use super::update::Effect;
use crate::nn::{Activation, Loss, Optimizer, Output};
use crate::train::Pace;

/// The menu: which of its lines the keys change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu {
    /// Index among [`items`].
    pub line: usize,
}

/// What a line changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// A hidden layer, from 0; where there is none, the place for one.
    Layer(usize),
    Activation,
    Output,
    Loss,
    Optimizer,
    LearningRate,
    WeightDecay,
    Batch,
    Seed,
    Pace,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    what: What,
    /// What it is called.
    pub label: String,
    /// Its value now.
    pub value: String,
    /// The command that sets it to that.
    pub command: String,
}

/// Weight decays of the menu.
const DECAYS: [f64; 7] = [0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
/// Neurons of a first hidden layer.
const FIRST_LAYER: usize = 8;

/// The lines of the menu.
pub fn items(model: &Model) -> Vec<Item> {
    let plan = model.planned();
    let rate = model.rate();
    let item = |what, label: &str, value: String, command: String| Item {
        what,
        label: label.to_owned(),
        value,
        command,
    };
    let hidden = hidden_command(&plan.hidden);
    let mut items: Vec<Item> = plan
        .hidden
        .iter()
        .enumerate()
        .map(|(l, size)| {
            let label = format!("layer {}", l + 1);
            item(
                What::Layer(l),
                &label,
                format!("{size} neurons"),
                hidden.clone(),
            )
        })
        .collect();
    if items.is_empty() {
        items.push(item(What::Layer(0), "hidden", "none".into(), hidden));
    }
    let mut named = |what, label: &str, value: String| {
        let command = format!("{label} {value}");
        items.push(item(what, label, value, command));
    };
    named(What::Activation, "activation", plan.activation.to_string());
    named(What::Output, "output", plan.output.to_string());
    named(What::Loss, "loss", plan.loss.to_string());
    named(What::Optimizer, "optimizer", plan.rule.optimizer.words());
    named(What::LearningRate, "lr", crate::util::text::rate(rate));
    named(What::WeightDecay, "l2", decay(plan.rule.weight_decay));
    named(What::Batch, "batch", plan.batch.to_string());
    named(What::Seed, "seed", plan.seed.to_string());
    let pace = match model.run.pace {
        Pace::Full => "full".to_owned(),
        Pace::EpochsPerSecond(pace) => pace.to_string(),
    };
    named(What::Pace, "pace", pace);
    items
}

fn decay(lambda: f64) -> String {
    if lambda == 0.0 {
        "0".into()
    } else {
        crate::util::text::rate(lambda)
    }
}

fn hidden_command(hidden: &[usize]) -> String {
    let sizes: Vec<String> = hidden.iter().map(usize::to_string).collect();
    match sizes.as_slice() {
        [] => "hidden none".into(),
        sizes => format!("hidden {}", sizes.join(",")),
    }
}

/// The one of `all` that is `by` places further than `now`, in circles.
fn turned<T: Copy + PartialEq>(all: &[T], now: T, by: isize) -> T {
    let place = all.iter().position(|&it| it == now).unwrap_or(0) as isize;
    all[(place + by).rem_euclid(all.len() as isize) as usize]
}

impl Model {
    pub(super) fn open_menu(&mut self) {
        self.prompt.overlay = Some(Overlay::Menu(Menu { line: 0 }));
    }

    pub(super) fn press_in_menu(
        &mut self,
        mut menu: Menu,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
    ) {
        let items = items(self);
        menu.line = menu.line.min(items.len() - 1);
        let item = &items[menu.line];
        let command = match key.code {
            KeyCode::Esc | KeyCode::Char('c' | 'q') => return,
            KeyCode::Up | KeyCode::Char('k') => {
                menu.line = (menu.line + items.len() - 1) % items.len();
                None
            }
            KeyCode::Down | KeyCode::Char('j') => {
                menu.line = (menu.line + 1) % items.len();
                None
            }
            KeyCode::Right | KeyCode::Char('l' | '+' | '=') => self.changed(item, 1),
            KeyCode::Left | KeyCode::Char('h' | '-' | '_') => self.changed(item, -1),
            KeyCode::Char('a') => self.layer_added(item.what),
            KeyCode::Char('x') => self.layer_removed(item.what),
            KeyCode::Char('z') => Some("undo".into()),
            KeyCode::Enter | KeyCode::Char(':') => {
                let line = CommandLine::new(&item.command, Some(menu), self);
                self.prompt.overlay = Some(Overlay::Command(Box::new(line)));
                return;
            }
            _ => None,
        };
        self.prompt.overlay = Some(Overlay::Menu(menu));
        if let Some(command) = command
            && let Err(problem) = self.run_command(&command, effects)
        {
            self.complain(problem);
        }
    }

    /// The command that moves `item` on by one, if there is one.
    fn changed(&self, item: &Item, by: isize) -> Option<String> {
        let plan = self.planned();
        let up = by > 0;
        Some(match item.what {
            What::Layer(l) => {
                let mut hidden = plan.hidden.clone();
                match hidden.get_mut(l) {
                    Some(size) => *size = size.saturating_add_signed(by).max(1),
                    None if up => hidden.push(FIRST_LAYER),
                    None => return None,
                }
                hidden_command(&hidden)
            }
            What::Activation => {
                format!(
                    "activation {}",
                    turned(&Activation::ALL, plan.activation, by)
                )
            }
            What::Output => format!("output {}", turned(&Output::ALL, plan.output, by)),
            What::Loss => format!("loss {}", turned(&Loss::ALL, plan.loss, by)),
            What::Optimizer => {
                let names = Optimizer::names();
                let now = plan.rule.optimizer.name();
                format!("optimizer {}", turned(&names, now, by))
            }
            What::LearningRate => {
                let rate = if up {
                    rate_above(self.rate())
                } else {
                    rate_below(self.rate())
                };
                format!("lr {rate}")
            }
            What::WeightDecay => {
                let now = plan.rule.weight_decay;
                let above = DECAYS.into_iter().find(|&it| it > now * 1.001);
                let below = DECAYS.into_iter().rev().find(|&it| it < now * 0.999);
                format!("l2 {}", decay(if up { above? } else { below? }))
            }
            What::Batch => {
                let rows = self.run.data.training.rows();
                let batch = if up {
                    (plan.batch + 1).next_power_of_two().min(rows)
                } else {
                    (plan.batch.div_ceil(2))
                        .next_power_of_two()
                        .min(plan.batch - 1)
                        .max(1)
                };
                format!("batch {batch}")
            }
            // To start again is too much for a key that is pressed by the way.
            What::Seed => return None,
            What::Pace => {
                let pace = if up {
                    self.run.pace.faster()
                } else {
                    self.run.pace.slower(self.epochs_per_second())
                };
                match pace {
                    Pace::Full => "pace full".into(),
                    Pace::EpochsPerSecond(pace) => format!("pace {pace}"),
                }
            }
        })
    }

    /// One more layer behind the chosen one, of the same size.
    fn layer_added(&self, what: What) -> Option<String> {
        let mut hidden = self.planned().hidden.clone();
        let behind = match what {
            What::Layer(l) => (l + 1).min(hidden.len()),
            _ => hidden.len(),
        };
        let size = behind.checked_sub(1).map_or(FIRST_LAYER, |l| hidden[l]);
        hidden.insert(behind, size);
        Some(hidden_command(&hidden))
    }

    /// Without the chosen layer.
    fn layer_removed(&self, what: What) -> Option<String> {
        let mut hidden = self.planned().hidden.clone();
        match what {
            What::Layer(l) if l < hidden.len() => {
                hidden.remove(l);
                Some(hidden_command(&hidden))
            }
            _ => None,
        }
    }
}
