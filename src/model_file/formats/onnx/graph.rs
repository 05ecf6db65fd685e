//! A graph that is being put together, node by node.

use super::messages::{
    AttributeProto, DimensionProto, GraphProto, NodeProto, TensorProto, TensorShapeProto,
    TensorTypeProto, TypeProto, ValueInfoProto, attribute, element,
};

/// The domain of the operators for text and for classical models.
pub(crate) const ML: &str = "ai.onnx.ml";

/// Name of a value in the graph.
pub(crate) type Value = String;

/// A graph that is being put together. Values are named after the operator or constant they come
/// from, with a number where there are several.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    inputs: Vec<ValueInfoProto>,
    outputs: Vec<ValueInfoProto>,
}

impl Graph {
    /// A new input `(rows, columns)`.
    pub fn input(&mut self, name: &str, elements: i32, columns: usize, about: &str) -> Value {
        let shape = [None, Some(columns)];
        self.inputs.push(value_info(name, elements, &shape, about));
        name.to_owned()
    }

    /// Makes `value` the output `name`, `(rows, columns)` or `(rows)`.
    pub fn output(&mut self, value: &str, name: &str, elements: i32, columns: Option<usize>) {
        let last = self.nodes.last_mut().filter(|node| node.output[0] == value);
        match last {
            // The node that was added last may as well give the output its name.
            Some(node) => node.output[0] = name.to_owned(),
            None => {
                let renamed = self.node("Identity", &[value], vec![]);
                return self.output(&renamed, name, elements, columns);
            }
        }
        let shape: Vec<_> = [None].into_iter().chain(columns.map(Some)).collect();
        // What is said last is what most people ask for.
        let output = value_info(name, elements, &shape, "");
        self.outputs.insert(0, output);
    }

    /// The value that `operator` makes of `inputs`.
    pub fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> Value {
        let is_ml = operator == "LabelEncoder";
        let output = format!("{}_{}", operator.to_lowercase(), self.nodes.len());
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.clone()],
            op_type: operator.to_owned(),
            attribute: attributes,
            domain: if is_ml { ML.to_owned() } else { String::new() },
        });
        output
    }

    /// A constant of 32-bit floating-point numbers.
    pub fn floats<'a>(
        &mut self,
        name: &str,
        shape: &[usize],
        numbers: impl IntoIterator<Item = &'a f32>,
    ) -> Value {
        let bytes = numbers.into_iter().flat_map(|number| number.to_le_bytes());
        self.constant(name, element::FLOAT, shape, bytes.collect())
    }

    /// A constant that is one 32-bit floating-point number.
    pub fn scalar(&mut self, number: f32) -> Value {
        let name = format!("number_{}", self.constants.len());
        self.floats(&name, &[], [&number])
    }

    /// A constant of 64-bit floating-point numbers.
    pub fn doubles(&mut self, name: &str, shape: &[usize], numbers: &[f64]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
        self.constant(name, element::DOUBLE, shape, bytes.collect())
    }

    /// A constant list of whole numbers.
    pub fn integers(&mut self, name: &str, numbers: &[i64]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
        self.constant(name, element::INT64, &[numbers.len()], bytes.collect())
    }

    /// A constant list of texts.
    pub fn texts(&mut self, name: &str, texts: &[String]) -> Value {
        self.constants.push(TensorProto {
            dims: vec![texts.len() as i64],
            data_type: element::STRING,
            string_data: texts.iter().map(|text| text.clone().into()).collect(),
            name: name.to_owned(),
            raw_data: None,
        });
        name.to_owned()
    }

    fn constant(&mut self, name: &str, elements: i32, shape: &[usize], bytes: Vec<u8>) -> Value {
        self.constants.push(TensorProto {
            dims: shape.iter().map(|&length| length as i64).collect(),
            data_type: elements,
            string_data: vec![],
            name: name.to_owned(),
            raw_data: Some(bytes),
        });
        name.to_owned()
    }

    /// Whether there is a node of the domain [`ML`].
    pub fn needs_ml(&self) -> bool {
        self.nodes.iter().any(|node| node.domain == ML)
    }

    /// The graph as it stands in a file.
    pub fn finish(self, name: &str) -> GraphProto {
        GraphProto {
            node: self.nodes,
            name: name.to_owned(),
            initializer: self.constants,
            input: self.inputs,
            output: self.outputs,
        }
    }
}

/// `(rows, ...)`: a length that is not given is the number of rows.
fn value_info(name: &str, elements: i32, shape: &[Option<usize>], about: &str) -> ValueInfoProto {
    let dim = shape.iter().map(|length| DimensionProto {
        dim_value: length.map(|length| length as i64),
        dim_param: length.is_none().then(|| "rows".to_owned()),
    });
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: elements,
                shape: Some(TensorShapeProto { dim: dim.collect() }),
            }),
        }),
        doc_string: about.to_owned(),
    }
}

fn attribute(name: &str, of_type: i32) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: of_type,
        ..AttributeProto::default()
    }
}

/// An attribute that is a whole number.
pub(crate) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..attribute(name, attribute::INT)
    }
}

/// An attribute that is a number.
pub(crate) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        f: Some(value),
        ..attribute(name, attribute::FLOAT)
    }
}

/// An attribute that is a list of whole numbers.
pub(crate) fn ints(name: &str, values: Vec<i64>) -> AttributeProto {
    AttributeProto {
        ints: values,
        ..attribute(name, attribute::INTS)
    }
}

/// An attribute that is a list of numbers.
pub(crate) fn floats(name: &str, values: Vec<f32>) -> AttributeProto {
    AttributeProto {
        floats: values,
        ..attribute(name, attribute::FLOATS)
    }
}

/// An attribute that is a list of texts.
pub(crate) fn strings(name: &str, values: Vec<String>) -> AttributeProto {
    AttributeProto {
        strings: values.into_iter().map(String::into_bytes).collect(),
        ..attribute(name, attribute::STRINGS)
    }
}
