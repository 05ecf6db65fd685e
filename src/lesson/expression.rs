//! Expressions over the numbers of a run, such as `train_loss > 0.6 and epoch >= 60`.

use crate::util::lang::say;

use std::fmt;

/// A number, a quantity of the run, or an operation on two expressions. Comparisons are 1 or 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Number(f64),
    /// A quantity of the run.
    Quantity(Quantity),
    /// An operation.
    Binary(Box<Expression>, Operator, Box<Expression>),
}

/// Name of a number of the run, with indices from 1: `train_loss`, `dead[2]`, `w1[2,1]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Name without indices.
    pub name: String,
    /// Indices between the brackets; empty without.
    pub indices: Vec<usize>,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.indices.is_empty() {
            return Ok(());
        }
        let indices: Vec<String> = self.indices.iter().map(usize::to_string).collect();
        write!(f, "[{}]", indices.join(","))
    }
}

/// Operator of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    And,
}

/// Operators by how strongly they bind, the weakest first. Of two signs with the same beginning the longer comes first.
const LEVELS: [&[(&str, Operator)]; 4] = [
    &[("and", Operator::And)],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("==", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

impl Operator {
    fn apply(self, a: f64, b: f64) -> f64 {
        let truth = |is_true: bool| if is_true { 1.0 } else { 0.0 };
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Less => truth(a < b),
            Self::LessOrEqual => truth(a <= b),
            Self::Greater => truth(a > b),
            Self::GreaterOrEqual => truth(a >= b),
            Self::Equal => truth(a == b),
            Self::And => truth(a == 1.0 && b == 1.0),
        }
    }
}

impl Expression {
    /// Parses `text`.
    ///
    /// # Errors
    /// A message that names what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { text, rest: text };
        let expression = parser.binary(0)?;
        if parser.rest.trim().is_empty() {
            Ok(expression)
        } else {
            Err(parser.expected(say!("expression-operator", "an operator")))
        }
    }

    /// Computes the value; NaN if a quantity in it is unknown. A comparison with NaN is 0.
    pub fn value(&self, quantity: &impl Fn(&Quantity) -> f64) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Quantity(name) => quantity(name),
            Self::Binary(a, operator, b) => operator.apply(a.value(quantity), b.value(quantity)),
        }
    }

    /// Returns whether it is a comparison that holds.
    pub fn is_true(&self, quantity: &impl Fn(&Quantity) -> f64) -> bool {
        self.value(quantity) == 1.0
    }

    /// Calls `visit` with every quantity in it.
    pub fn visit(&self, visit: &mut impl FnMut(&Quantity)) {
        match self {
            Self::Number(_) => {}
            Self::Quantity(quantity) => visit(quantity),
            Self::Binary(a, _, b) => {
                a.visit(visit);
                b.visit(visit);
            }
        }
    }
}

/// Recursive descent over one text.
struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Parser<'_> {
    /// Parses operators of `level` and of those that bind more strongly.
    fn binary(&mut self, level: usize) -> Result<Expression, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.operand();
        };
        let mut left = self.binary(level + 1)?;
        while let Some(&(_, operator)) = operators.iter().find(|(sign, _)| self.accept(sign)) {
            let right = self.binary(level + 1)?;
            left = Expression::Binary(Box::new(left), operator, Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expression, String> {
        if self.accept("(") {
            let inner = self.binary(0)?;
            return if self.accept(")") {
                Ok(inner)
            } else {
                Err(self.expected("\")\""))
            };
        }
        if self.accept("-") {
            let zero = Box::new(Expression::Number(0.0));
            let operand = Box::new(self.operand()?);
            return Ok(Expression::Binary(zero, Operator::Subtract, operand));
        }
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if word.is_empty() {
            return Err(self.expected(say!("expression-operand", "a number or a name")));
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            let number = word
                .parse()
                .map_err(|_| say!("expression-no-number", "\"{word}\" is no number", word))?;
            return Ok(Expression::Number(number));
        }
        let mut indices = Vec::new();
        if self.accept("[") {
            loop {
                let digits = self.take_while(|c| c.is_ascii_digit());
                let index = digits.parse().ok().filter(|&index: &usize| index > 0);
                indices.push(
                    index.ok_or_else(|| {
                        self.expected(say!("expression-index", "an index from 1"))
                    })?,
                );
                if self.accept("]") {
                    break;
                }
                if !self.accept(",") {
                    return Err(self.expected("\"]\""));
                }
            }
        }
        let name = word.to_owned();
        Ok(Expression::Quantity(Quantity { name, indices }))
    }

    /// Skips `sign`, after white space, if it comes next.
    fn accept(&mut self, sign: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Takes the characters, after white space, up to the first one that does not `fit`.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let rest = self.rest.trim_start();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.rest = &rest[end..];
        rest[..end].to_owned()
    }

    fn expected(&self, what: &str) -> String {
        let rest = self.rest.trim();
        let found = if rest.is_empty() {
            say!("expression-end", "the end")
        } else {
            rest
        };
        say!(
            "expression-expected",
            "\"{text}\": expected {what}, found {found}",
            text = self.text,
            what,
            found
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        let expression = Expression::parse(text).expect(text);
        expression.value(&|quantity| match quantity.to_string().as_str() {
            "epoch" => 60.0,
            "w1[2,1]" => -0.5,
            "dead[3]" => 4.0,
            _ => f64::NAN,
        })
    }

    #[test]
    fn operators_bind_as_in_arithmetic() {
        for (text, expected) in [
            ("1 + 2 * 3", 7.0),
            ("(1 + 2) * 3", 9.0),
            ("8 - 2 - 1", 5.0),
            ("-epoch / 4", -15.0),
            ("w1[2,1]*dead[3]", -2.0),
            ("epoch >= 60 and dead[3] == 4", 1.0),
            ("epoch > 60 and dead[3] == 4", 0.0),
            ("epoch <= 59 + 1", 1.0),
            ("1 < 2 and 2 < 3 and 3 < 3", 0.0),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        assert!(value("train_loss").is_nan());
        for unknown in [
            "train_loss > 0",
            "train_loss < 0",
            "train_loss == 0 and 1 < 2",
        ] {
            assert_eq!(value(unknown), 0.0, "{unknown}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("", "expected a number or a name, found the end"),
            ("1 +", "found the end"),
            ("(1", "\")\""),
            ("w1[0,1]", "an index from 1"),
            ("w1[1", "\"]\""),
            ("1.2.3", "\"1.2.3\" is no number"),
            ("epoch 3", "expected an operator, found 3"),
        ] {
            let problem = Expression::parse(text).expect_err(text);
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }
}
