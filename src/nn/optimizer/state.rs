//! The scalar form: one parameter's state, its update, and the update line by line.

use super::formula::{Assignment, CHANGE, ETA, G, LAMBDA, Part, Symbol, T, Values, W};
use super::{LearningRule, MAX_STATE};

/// State of the optimizer for one parameter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ParameterState {
    /// Values in the optimizer's order, such as momentum's velocity or Adam's two moments; 0 beyond
    /// [`state_len`](super::Optimizer::state_len).
    pub state: [f64; MAX_STATE],
    /// Updates so far.
    pub count: u64,
}

/// The formula of a learning rule, ready to be applied to parameters.
#[derive(Debug, Clone)]
pub struct UpdateFormula {
    rule: LearningRule,
    assignments: Vec<Assignment>,
}

/// One line of an update with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Use of the value.
    pub role: Role,
    /// Left-hand side, such as `m`.
    pub target: &'static str,
    /// Right-hand side, such as `β₁ m + (1 − β₁) g`.
    pub formula: String,
    /// Constants that occur here for the first time, such as `β₁` and 0.9.
    pub constants: Vec<(&'static str, f64)>,
    /// The right-hand side with numbers.
    pub parts: Vec<Part>,
    /// Result.
    pub value: f64,
    /// The number of updates, if the right-hand side depends on it.
    pub updates: Option<u64>,
}

/// Kind of line in an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A value that is kept for the next update.
    State,
    /// A value that is used further down.
    Intermediate,
    /// The change of the parameter.
    Change,
}

impl UpdateFormula {
    /// Returns the formula of `rule`.
    pub fn new(rule: &LearningRule) -> Self {
        Self {
            rule: *rule,
            assignments: (rule.optimizer.spec().formula)(),
        }
    }

    /// Updates the state and returns the change of a parameter. `gradient` is the mean over the mini-batch,
    /// without weight decay; `w` is the parameter before the update.
    pub fn apply(&self, update: &mut ParameterState, gradient: f64, w: f64) -> f64 {
        let mut values = self.values(update, gradient, w);
        for Assignment { target, value } in &self.assignments {
            values.set(*target, value.value(&values));
        }
        let state = self.rule.optimizer.spec().state;
        for (value, symbol) in update.state.iter_mut().zip(state) {
            *value = values.get(*symbol);
        }
        update.count += 1;
        values.get(CHANGE)
    }

    /// Returns the lines of the update that [`apply`](Self::apply) would make.
    pub fn explain(&self, before: &ParameterState, gradient: f64, w: f64) -> Vec<Explained> {
        let spec = self.rule.optimizer.spec();
        let constants = spec.constants.iter().map(|constant| constant.symbol);
        let constants: Vec<Symbol> = constants.chain([ETA, LAMBDA]).collect();
        let is_constant = |symbol| constants.contains(&symbol);
        let mut values = self.values(before, gradient, w);
        let mut shown = Vec::new();
        let lines = self.assignments.iter().map(|Assignment { target, value }| {
            let symbols = value.symbols();
            let mut new = Vec::new();
            for &symbol in &symbols {
                if is_constant(symbol) && !shown.contains(&symbol) {
                    shown.push(symbol);
                    new.push((symbol.0, values.get(symbol)));
                }
            }
            let parts = value.parts(&values, &is_constant);
            let result = value.value(&values);
            values.set(*target, result);
            Explained {
                role: match *target {
                    CHANGE => Role::Change,
                    target if spec.state.contains(&target) => Role::State,
                    _ => Role::Intermediate,
                },
                target: target.0,
                formula: value.text(),
                constants: new,
                parts,
                value: result,
                updates: symbols.contains(&T).then_some(before.count + 1),
            }
        });
        lines.collect()
    }

    fn values(&self, before: &ParameterState, gradient: f64, w: f64) -> Values {
        let rule = &self.rule;
        let spec = rule.optimizer.spec();
        let mut values = Values::default();
        let constants = spec.constants.iter().map(|constant| constant.symbol);
        constants
            .zip(rule.optimizer.constants)
            .for_each(|(symbol, value)| values.set(symbol, value));
        let state = spec.state.iter().zip(before.state);
        state.for_each(|(&symbol, value)| values.set(symbol, value));
        values.set(W, w);
        values.set(G, gradient + rule.gradient_decay() * w);
        values.set(ETA, rule.learning_rate.get());
        values.set(LAMBDA, rule.weight_decay.get());
        values.set(T, before.count as f64 + 1.0);
        values
    }
}
