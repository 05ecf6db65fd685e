//! Builder of ONNX graphs.

use super::messages::{
    AttributeProto, DimensionProto, GraphProto, NodeProto, TensorProto, TensorShapeProto,
    TensorTypeProto, TypeProto, ValueInfoProto, attribute, element,
};

/// Name of an input, constant or node output in the graph.
pub(crate) type Value = String;

/// Graph under construction. A node's output is named after its operator and the node's index.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    inputs: Vec<ValueInfoProto>,
    outputs: Vec<ValueInfoProto>,
}

impl Graph {
    /// Adds an input `(rows, columns)`.
    pub fn input(&mut self, name: &str, elements: i32, columns: usize, about: &str) -> Value {
        let shape = [None, Some(columns)];
        self.inputs.push(value_info(name, elements, &shape, about));
        name.to_owned()
    }

    /// Makes `value` an output called `name`, of shape `(rows, columns)` or `(rows)`, before the
    /// outputs added so far.
    pub fn output(&mut self, value: &str, name: &str, elements: i32, columns: Option<usize>) {
        let last = self.nodes.last_mut().filter(|node| node.output[0] == value);
        match last {
            // Renames the output of the last node instead of adding an Identity.
            Some(node) => node.output[0] = name.to_owned(),
            None => {
                let renamed = self.node("Identity", &[value], vec![]);
                return self.output(&renamed, name, elements, columns);
            }
        }
        let shape: Vec<_> = [None].into_iter().chain(columns.map(Some)).collect();
        let output = value_info(name, elements, &shape, "");
        self.outputs.insert(0, output);
    }

    /// Adds a node and returns its output.
    pub(crate) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> Value {
        let output = format!("{}_{}", operator.to_lowercase(), self.nodes.len());
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.clone()],
            op_type: operator.to_owned(),
            attribute: attributes,
            domain: String::new(),
        });
        output
    }

    /// Adds a float32 constant.
    pub(crate) fn floats<'a>(
        &mut self,
        name: &str,
        shape: &[usize],
        numbers: impl IntoIterator<Item = &'a f32>,
    ) -> Value {
        let bytes = numbers.into_iter().flat_map(|number| number.to_le_bytes());
        self.constant(name, element::FLOAT, shape, bytes.collect())
    }

    /// Adds a float32 constant with a single number.
    pub fn scalar(&mut self, number: f32) -> Value {
        let name = format!("number_{}", self.constants.len());
        self.floats(&name, &[], [&number])
    }

    /// Adds a float32 constant of one row.
    pub(crate) fn row(&mut self, numbers: &[f32]) -> Value {
        let name = format!("row_{}", self.constants.len());
        self.floats(&name, &[1, numbers.len()], numbers)
    }

    /// Returns the constant with the index of the columns' axis.
    pub(crate) fn axis_1(&mut self) -> Value {
        let name = "axis_1";
        if self.constants.iter().any(|constant| constant.name == name) {
            return name.to_owned();
        }
        self.integers(name, &[1])
    }

    /// Adds a float64 constant.
    pub(crate) fn doubles(&mut self, name: &str, shape: &[usize], numbers: &[f64]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
        self.constant(name, element::DOUBLE, shape, bytes.collect())
    }

    /// Adds a one-dimensional int64 constant.
    pub(crate) fn integers(&mut self, name: &str, numbers: &[i64]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
        self.constant(name, element::INT64, &[numbers.len()], bytes.collect())
    }

    /// Adds a one-dimensional string constant.
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

    /// Builds the message for the file.
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

/// Describes an input or output. A missing length in `shape` is the number of rows.
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

/// Builds an integer attribute.
pub(crate) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        i: Some(value),
        ..attribute(name, attribute::INT)
    }
}

/// Builds a float attribute.
pub(crate) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        f: Some(value),
        ..attribute(name, attribute::FLOAT)
    }
}

/// Builds a string attribute.
pub(crate) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        s: Some(value.as_bytes().to_vec()),
        ..attribute(name, attribute::STRING)
    }
}
