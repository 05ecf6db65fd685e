//! The book's symbols: layers above, neurons below; `w²₃₁`, or `w2[3,1]` where only ASCII is
//! known. On the screen neurons are counted from 1.

use crate::nn::{Activation, Loss, Output, ParameterId};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::util::numbers::{subscript, superscript};

/// Subscript of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// A neuron, counted from 0.
    Neuron(usize),
    /// A letter that runs over neurons: `i`, `j` or `k`.
    Any(char),
}

/// Way of writing symbols: typeset, or in ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notation {
    is_ascii: bool,
}

impl Notation {
    /// The notation for what `theme` can show.
    pub fn new(theme: Theme) -> Self {
        Self {
            is_ascii: theme.is_ascii(),
        }
    }

    /// `plain` where only ASCII is known, else `set`.
    pub fn either<'a>(self, set: &'a str, plain: &'a str) -> &'a str {
        if self.is_ascii { plain } else { set }
    }

    /// Returns `formula` with Greek letters, arrows and raised signs spelled out where only ASCII is
    /// known.
    pub(crate) fn spelled(self, formula: &str) -> String {
        if !self.is_ascii {
            return formula.to_owned();
        }
        let spelled = formula.chars().map(|symbol| match symbol {
            'α' => "alpha".to_owned(),
            'β' => "beta".into(),
            'Δ' => "d".into(),
            'δ' => "delta".into(),
            '∂' => "d".into(),
            'ε' => "eps".into(),
            'η' => "eta".into(),
            'λ' => "lambda".into(),
            'μ' => "mu".into(),
            '₁' => "1".into(),
            '₂' => "2".into(),
            '²' => "^2".into(),
            'ᵗ' => "^t".into(),
            '′' => "'".into(),
            '√' => "sqrt ".into(),
            '←' => "<-".into(),
            other => other.to_string(),
        });
        spelled.collect()
    }

    /// `name` with its layer.
    pub(crate) fn layered(self, name: &str, layer: usize) -> String {
        self.symbol(name, Some(layer), &[])
    }

    fn symbol(self, name: &str, layer: Option<usize>, indices: &[Index]) -> String {
        if self.is_ascii {
            let layer = layer.map_or(String::new(), |layer| layer.to_string());
            let indices = indices.iter().map(|index| match index {
                Index::Neuron(neuron) => (neuron + 1).to_string(),
                Index::Any(letter) => letter.to_string(),
            });
            let indices = indices.collect::<Vec<_>>().join(",");
            let bracketed = if indices.is_empty() {
                indices
            } else {
                format!("[{indices}]")
            };
            return format!("{name}{layer}{bracketed}");
        }
        let layer = layer.map_or(String::new(), superscript);
        // Digits of two numbers would run together.
        let is_long = |index: &Index| matches!(index, Index::Neuron(neuron) if *neuron >= 9);
        let comma = if indices.iter().any(is_long) { "," } else { "" };
        let indices: Vec<String> = indices.iter().map(|&index| lowered(index)).collect();
        format!("{name}{layer}{}", indices.join(comma))
    }

    /// Activation of a neuron of `layer`; those of layer 0 are the inputs `x`.
    pub fn a(self, layer: usize, neuron: Index) -> String {
        match layer {
            0 => self.symbol("x", None, &[neuron]),
            _ => self.symbol("a", Some(layer), &[neuron]),
        }
    }

    /// Weighted input of a neuron.
    pub fn z(self, layer: usize, neuron: Index) -> String {
        self.symbol("z", Some(layer), &[neuron])
    }

    /// Bias of a neuron.
    pub fn b(self, layer: usize, neuron: Index) -> String {
        self.symbol("b", Some(layer), &[neuron])
    }

    /// Weight to neuron `output` of `layer` from `input` of the layer before.
    pub fn w(self, layer: usize, output: Index, input: Index) -> String {
        self.symbol("w", Some(layer), &[output, input])
    }

    /// `dC/dz` of a neuron.
    pub fn delta(self, layer: usize, neuron: Index) -> String {
        let name = self.either("δ", "delta");
        self.symbol(name, Some(layer), &[neuron])
    }

    /// Target of an output.
    pub fn y(self, neuron: Index) -> String {
        self.symbol("y", None, &[neuron])
    }

    /// A weight or bias by its id.
    pub fn parameter(self, id: ParameterId) -> String {
        let output = Index::Neuron(id.output());
        match id.input() {
            Some(input) => self.w(id.layer(), output, Index::Neuron(input)),
            None => self.b(id.layer(), output),
        }
    }

    /// A sum over `letter`, with the space behind it.
    pub fn sum(self, letter: char) -> String {
        let sum = self.either("Σ", "sum_");
        if self.is_ascii {
            format!("{sum}{letter} ")
        } else {
            format!("{sum}{} ", lowered(Index::Any(letter)))
        }
    }

    /// The derivative of the loss by `symbol`.
    pub fn derivative(self, symbol: &str) -> String {
        let d = self.either("∂", "d");
        format!("{d}C/{d}{symbol}")
    }

    /// A formula of a neuron's `a` and `z`.
    pub fn formula(self, symbols: &str, a: &str, z: &str) -> String {
        let mut formula = symbols.to_owned();
        for (set, plain) in [
            ("σ", "sigmoid"),
            ("Φ", "Phi"),
            ("φ", "phi"),
            ("²", "^2"),
            ("½", "1/2"),
            ("′", "'"),
        ] {
            formula = formula.replace(set, self.either(set, plain));
        }
        text::cases(&formula).replace("{a}", a).replace("{z}", z)
    }

    /// `f(z)`; that of a softmax depends on the other outputs too.
    pub(crate) fn applied(self, function: Option<Activation>, z: &str) -> String {
        match function {
            Some(activation) => self.formula(activation.formula().symbols, "", z),
            None => format!("softmax {z}"),
        }
    }

    /// The loss with its sum over the outputs of layer `depth`.
    pub fn loss(self, loss: Loss, output: Output, depth: usize) -> String {
        let k = Index::Any('k');
        let formula = self.formula(loss.formula(output), &self.a(depth, k), "");
        let formula = formula.replace("{y}", &self.y(k));
        format!("C = {}", formula.replace("{sum}", &self.sum('k')))
    }
}

/// `index` below the line.
fn lowered(index: Index) -> String {
    match index {
        Index::Neuron(neuron) => subscript(neuron + 1),
        Index::Any('i') => "ᵢ".into(),
        Index::Any('j') => "ⱼ".into(),
        Index::Any('k') => "ₖ".into(),
        Index::Any(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn symbols_are_those_of_the_book() {
        let notation = Notation::new(Theme::new(Depth::True));
        let (third, twelfth) = (Index::Neuron(2), Index::Neuron(11));
        assert_eq!(notation.w(2, third, Index::Neuron(0)), "w²₃₁");
        assert_eq!(notation.w(10, twelfth, Index::Any('i')), "w¹⁰₁₂,ᵢ");
        assert_eq!(notation.a(0, third), "x₃");
        assert_eq!(notation.delta(1, Index::Any('j')), "δ¹ⱼ");
        assert_eq!(notation.sum('k'), "Σₖ ");
        let loss = notation.loss(Loss::Quadratic, Output::Linear, 2);
        assert_eq!(loss, "C = ½ Σₖ (a²ₖ − yₖ)²");
    }

    #[test]
    fn plain_symbols_can_be_typed() {
        let notation = Notation::new(Theme::new(Depth::None).ascii());
        assert_eq!(notation.parameter(ParameterId::weight(2, 0, 2)), "w2[1,3]");
        assert_eq!(notation.delta(1, Index::Any('j')), "delta1[j]");
        assert_eq!(notation.sum('i'), "sum_i ");
        assert_eq!(notation.parameter(ParameterId::bias(1, 9)), "b1[10]");
    }
}
