//! Formulas as data: the `f64` value and the text on the inspector's page come from one definition.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A name in a formula, as a book prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol(pub &'static str);

/// Mean gradient of the mini-batch, with weight decay where that is part of the gradient.
pub(super) const G: Symbol = Symbol("g");
/// The parameter before the update.
pub(super) const W: Symbol = Symbol("w");
/// Learning rate.
pub(super) const ETA: Symbol = Symbol("η");
/// Weight decay.
pub(super) const LAMBDA: Symbol = Symbol("λ");
/// Number of updates, this one included.
pub(super) const T: Symbol = Symbol("t");
/// Change of the parameter; its assignment ends every formula.
pub(super) const CHANGE: Symbol = Symbol("Δw");

/// One line of a formula: `target` becomes the value of `value`.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    pub target: Symbol,
    pub value: Expression,
}

/// Arithmetic on symbols.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Number(f64),
    Symbol(Symbol),
    Negative(Symbol),
    Square(Symbol),
    PowerOfT(Symbol),
    Root(Symbol),
    Sum(Box<[Expression; 2]>),
    Difference(Box<[Expression; 2]>),
    Product(Box<[Expression; 2]>),
    Quotient(Box<[Expression; 2]>),
}

impl Symbol {
    pub fn is(self, value: Expression) -> Assignment {
        Assignment {
            target: self,
            value,
        }
    }

    pub fn squared(self) -> Expression {
        Expression::Square(self)
    }

    pub fn root(self) -> Expression {
        Expression::Root(self)
    }

    /// The symbol raised to the number of updates.
    pub(crate) fn to_the_t(self) -> Expression {
        Expression::PowerOfT(self)
    }
}

impl From<Symbol> for Expression {
    fn from(symbol: Symbol) -> Self {
        Self::Symbol(symbol)
    }
}

impl From<f64> for Expression {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl Neg for Symbol {
    type Output = Expression;

    fn neg(self) -> Expression {
        Expression::Negative(self)
    }
}

/// Implements an operator between symbols and expressions.
macro_rules! operator {
    ($operator:ident, $method:ident, $variant:ident) => {
        impl<R: Into<Expression>> $operator<R> for Expression {
            type Output = Expression;

            fn $method(self, right: R) -> Expression {
                Expression::$variant(Box::new([self, right.into()]))
            }
        }

        impl<R: Into<Expression>> $operator<R> for Symbol {
            type Output = Expression;

            fn $method(self, right: R) -> Expression {
                Expression::$variant(Box::new([self.into(), right.into()]))
            }
        }
    };
}

operator!(Add, add, Sum);
operator!(Sub, sub, Difference);
operator!(Mul, mul, Product);
operator!(Div, div, Quotient);

/// `1.0 - BETA1`.
impl Sub<Symbol> for f64 {
    type Output = Expression;

    fn sub(self, right: Symbol) -> Expression {
        Expression::from(self) - right
    }
}

impl Sub<Expression> for f64 {
    type Output = Expression;

    fn sub(self, right: Expression) -> Expression {
        Expression::from(self) - right
    }
}

/// Values of the symbols.
#[derive(Debug, Clone, Default)]
pub(super) struct Values(Vec<(Symbol, f64)>);

impl Values {
    pub fn set(&mut self, symbol: Symbol, value: f64) {
        match self.0.iter_mut().find(|(known, _)| *known == symbol) {
            Some((_, old)) => *old = value,
            None => self.0.push((symbol, value)),
        }
    }

    /// # Panics
    /// If the symbol has no value.
    pub fn get(&self, symbol: Symbol) -> f64 {
        let found = self.0.iter().find(|(known, _)| *known == symbol);
        found
            .unwrap_or_else(|| panic!("{} has no value", symbol.0))
            .1
    }
}

/// A piece of a formula with numbers in place of its symbols.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// An operator.
    Text(&'static str),
    /// A number that stays the same from step to step, such as the learning rate.
    Constant(f64),
    /// A number of this step.
    Number(f64),
}

impl Expression {
    pub fn value(&self, values: &Values) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Symbol(symbol) => values.get(*symbol),
            Self::Negative(symbol) => -values.get(*symbol),
            Self::Square(symbol) => values.get(*symbol).powi(2),
            Self::PowerOfT(symbol) => values.get(*symbol).powf(values.get(T)),
            Self::Root(symbol) => values.get(*symbol).sqrt(),
            Self::Sum(terms) => terms[0].value(values) + terms[1].value(values),
            Self::Difference(terms) => terms[0].value(values) - terms[1].value(values),
            Self::Product(factors) => factors[0].value(values) * factors[1].value(values),
            Self::Quotient(factors) => factors[0].value(values) / factors[1].value(values),
        }
    }

    /// Returns the symbols, each as often as it occurs.
    pub fn symbols(&self) -> Vec<Symbol> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::PowerOfT(symbol) => vec![*symbol, T],
            Self::Symbol(symbol)
            | Self::Negative(symbol)
            | Self::Square(symbol)
            | Self::Root(symbol) => vec![*symbol],
            Self::Sum(both)
            | Self::Difference(both)
            | Self::Product(both)
            | Self::Quotient(both) => both.iter().flat_map(Self::symbols).collect(),
        }
    }

    /// Returns the formula as a book prints it, such as `β₁ m + (1 − β₁) g`.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Symbol(symbol) => symbol.0.to_owned(),
            Self::Negative(symbol) => format!("−{}", symbol.0),
            Self::Square(symbol) => format!("{}²", symbol.0),
            Self::PowerOfT(symbol) => format!("{}ᵗ", symbol.0),
            Self::Root(symbol) => format!("√{}", symbol.0),
            Self::Sum(terms) => format!("{} + {}", terms[0].text(), terms[1].text()),
            Self::Difference(terms) => format!("{} − {}", terms[0].text(), terms[1].grouped()),
            Self::Product(factors) => format!("{} {}", factors[0].grouped(), factors[1].grouped()),
            Self::Quotient(factors) => {
                let divisor = match &factors[1] {
                    Self::Product(_) | Self::Quotient(_) => format!("({})", factors[1].text()),
                    divisor => divisor.grouped(),
                };
                format!("{} / {divisor}", factors[0].grouped())
            }
        }
    }

    fn is_sum(&self) -> bool {
        matches!(self, Self::Sum(_) | Self::Difference(_))
    }

    fn grouped(&self) -> String {
        if self.is_sum() {
            format!("({})", self.text())
        } else {
            self.text()
        }
    }

    /// Returns the formula with numbers in place of symbols. Powers, roots and what is in parentheses
    /// are one number each.
    pub fn parts(&self, values: &Values, is_constant: &dyn Fn(Symbol) -> bool) -> Vec<Part> {
        let whole = |of: &Self| {
            let value = of.value(values);
            if of.symbols().into_iter().all(is_constant) {
                Part::Constant(value)
            } else {
                Part::Number(value)
            }
        };
        let group = |of: &Self| {
            if of.is_sum() {
                vec![whole(of)]
            } else {
                of.parts(values, is_constant)
            }
        };
        let joined = |left: Vec<Part>, operator: &'static str, right: Vec<Part>| {
            [left, vec![Part::Text(operator)], right].concat()
        };
        match self {
            Self::Negative(symbol) => vec![Part::Text("−"), whole(&Self::Symbol(*symbol))],
            Self::Sum(terms) => {
                let [left, right] = terms.each_ref().map(|term| term.parts(values, is_constant));
                joined(left, "+ ", right)
            }
            Self::Difference(terms) => {
                joined(terms[0].parts(values, is_constant), "− ", group(&terms[1]))
            }
            Self::Product(factors) => joined(group(&factors[0]), "× ", group(&factors[1])),
            Self::Quotient(factors) => joined(group(&factors[0]), "/ ", vec![whole(&factors[1])]),
            single => vec![whole(single)],
        }
    }
}
