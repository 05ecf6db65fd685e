//! Activations and outputs in C.

use super::parts::OPERATORS;
use crate::model_file::TrainedModel;
use crate::nn::activation::export::Onnx;

/// Code of the activations: definitions, and the statement that applies each to the array `a`.
#[derive(Default)]
pub(super) struct Functions {
    pub(super) definitions: String,
    pub(super) hidden: String,
    pub(super) output: String,
}

impl Functions {
    pub(super) fn of(model: &TrainedModel) -> Result<Self, String> {
        let mut functions = Self::default();
        let architecture = &model.architecture;
        let output = architecture.output();
        if architecture.depth() > 1 {
            functions.hidden = functions.apply("hidden", architecture.hidden().onnx())?;
        }
        functions.output = match (output.activation(), output.code()) {
            (Some(activation), _) => functions.apply("output", activation.onnx())?,
            (None, Some(code)) => {
                functions.define(code.onnx)?;
                format!("{}(a, OUTPUTS);", output.name())
            }
            (None, None) => return Err(format!("there is no C code of {output} outputs")),
        };
        Ok(functions)
    }

    /// Defines `name` as the function of one number and returns the statement that applies it.
    fn apply(&mut self, name: &str, function: &Onnx) -> Result<String, String> {
        if matches!(function, Onnx::Z) {
            return Ok(String::new());
        }
        let expression = self.expression(function)?;
        let definition =
            format!("\nstatic double {name}(double z)\n{{\n    return {expression};\n}}\n");
        self.definitions.push_str(&definition);
        Ok(format!("a[i] = (float){name}(a[i]);"))
    }

    fn expression(&mut self, function: &Onnx) -> Result<String, String> {
        let (operator, attributes, inputs) = match function {
            Onnx::Z => return Ok("z".into()),
            Onnx::Number(number) => return Ok(format!("{:?}", f64::from(*number))),
            Onnx::Node(operator, attributes, inputs) => (*operator, *attributes, *inputs),
        };
        let name = self.define(operator)?;
        let inputs = inputs.iter().map(|input| self.expression(input));
        let mut arguments = inputs.collect::<Result<Vec<_>, _>>()?;
        if let (1, [left, right]) = (name.len(), arguments.as_slice()) {
            return Ok(format!("({left} {name} {right})"));
        }
        let attributes = attributes.iter();
        arguments.extend(attributes.map(|(_, value)| format!("{:?}", f64::from(*value))));
        Ok(format!("{name}({})", arguments.join(", ")))
    }

    /// Returns the C function or infix operator for an `operator` of ONNX, after its definition was added.
    fn define(&mut self, operator: &str) -> Result<&'static str, String> {
        let known = OPERATORS.iter().find(|(known, ..)| *known == operator);
        let &(_, name, definition) =
            known.ok_or_else(|| format!("there is no C code of the operator {operator}"))?;
        if !self.definitions.contains(definition) {
            self.definitions.push_str(definition);
        }
        Ok(name)
    }
}
