//! Carries out a graph, to see that a file says what it should.
//!
//! It knows the operators that this program writes, as the ONNX specification defines them, and
//! goes by the bytes of the file alone. It is plain, not fast.

use std::collections::HashMap;

use prost::Message;

use super::messages::{AttributeProto, ModelProto, NodeProto, element};
use super::tensor::{Data, Tensor};

/// Values by their names.
type Values = HashMap<String, Tensor>;

/// The outputs of the model in `bytes` for these inputs.
///
/// # Errors
/// What is wrong with the file.
pub(in crate::model_file) fn evaluate(bytes: &[u8], inputs: Values) -> Result<Values, String> {
    let model = ModelProto::decode(bytes).map_err(|error| error.to_string())?;
    let graph = model.graph.ok_or("it has no graph")?;
    let mut values = inputs;
    for input in &graph.input {
        if !values.contains_key(&input.name) {
            return Err(format!("nothing is given for its input \"{}\"", input.name));
        }
    }
    for constant in &graph.initializer {
        let tensor = Tensor::constant(constant);
        let tensor = tensor.map_err(|why| format!("constant \"{}\": {why}", constant.name))?;
        values.insert(constant.name.clone(), tensor);
    }
    for node in &graph.node {
        let wrong = |why: String| format!("operator {}: {why}", node.op_type);
        let inputs: Option<Vec<&Tensor>> = node.input.iter().map(|name| values.get(name)).collect();
        let inputs = inputs.ok_or_else(|| wrong("an input is not there".into()))?;
        let output = operate(node, &inputs).map_err(wrong)?;
        let name = node
            .output
            .first()
            .ok_or_else(|| wrong("no output".into()))?;
        values.insert(name.clone(), output);
    }
    values.retain(|name, _| graph.output.iter().any(|output| output.name == *name));
    Ok(values)
}

fn operate(node: &NodeProto, inputs: &[&Tensor]) -> Result<Tensor, String> {
    match (node.op_type.as_str(), inputs) {
        ("Identity", [x]) => Ok((*x).clone()),
        ("IsNaN", [x]) => {
            let truths = x.floats()?.iter().map(|x| x.is_nan());
            Ok(x.like(Data::Truths(truths.collect())))
        }
        ("Where", [which, x, y]) => choose(which, x, y),
        ("Cast", [x]) => cast(x, int(node, "to")?),
        ("Sub", [x, y]) => arithmetic(x, y, |x, y| x - y),
        ("Div", [x, y]) => arithmetic(x, y, |x, y| x / y),
        ("Mul", [x, y]) => arithmetic(x, y, |x, y| x * y),
        ("Add", [x, y]) => arithmetic(x, y, |x, y| x + y),
        ("Clip", [x, least, largest]) => {
            let ends = [least.doubles()?, largest.doubles()?];
            let [&[least], &[largest]] = ends else {
                return Err("an end that is no single number".into());
            };
            let clipped = x.doubles()?.iter().map(|x| x.max(least).min(largest));
            Ok(x.like(Data::Doubles(clipped.collect())))
        }
        ("Equal", [x, y]) => equal(x, y),
        ("Concat", parts) => concatenate(parts),
        ("Gather", [x, indices]) => gather(x, indices, int(node, "axis").unwrap_or(0)),
        ("LabelEncoder", [x]) => look_up(x, node),
        ("Gemm", [x, weights, biases]) if int(node, "transB") == Ok(1) => {
            affine(x, weights, biases)
        }
        ("Relu", [x]) => each(x, |z| z.max(0.0)),
        ("LeakyRelu", [x]) => {
            let slope = attribute(node, "alpha")?.f.ok_or("no slope")?;
            each(x, |z| if z < 0.0 { f64::from(slope) * z } else { z })
        }
        ("Elu", [x]) => each(x, |z| if z > 0.0 { z } else { z.exp_m1() }),
        ("Softplus", [x]) => each(x, |z| z.max(0.0) + (-z.abs()).exp().ln_1p()),
        // erf x = 2 Φ(y) - 1 with y = x sqrt 2, and GELU of y is y Φ(y).
        ("Erf", [x]) => each(x, |z| {
            let y = z * std::f64::consts::SQRT_2;
            if y == 0.0 {
                y
            } else {
                2.0 * crate::nn::Activation::Gelu.value(y) / y - 1.0
            }
        }),
        ("GreaterOrEqual", [x, y]) => {
            let (x, y) = together(x, y)?;
            let pairs = x.floats()?.iter().zip(y.floats()?);
            Ok(x.like(Data::Truths(pairs.map(|(x, y)| x >= y).collect())))
        }
        ("Sigmoid", [x]) => each(x, |z| 1.0 / (1.0 + (-z).exp())),
        ("Tanh", [x]) => each(x, f64::tanh),
        ("Softmax", [x]) => softmax(x),
        ("ArgMax", [x]) => largest(x),
        ("Squeeze", [x, _]) => Ok(Tensor::new(vec![x.dim().0], x.data.clone())),
        _ => Err("not one that is known here".into()),
    }
}

fn attribute<'n>(node: &'n NodeProto, name: &str) -> Result<&'n AttributeProto, String> {
    let found = node.attribute.iter().find(|it| it.name == name);
    found.ok_or_else(|| format!("no attribute \"{name}\""))
}

fn int(node: &NodeProto, name: &str) -> Result<i64, String> {
    let value = attribute(node, name)?.i;
    value.ok_or_else(|| format!("\"{name}\" is no whole number"))
}

/// Both tensors in their common shape.
fn together(x: &Tensor, y: &Tensor) -> Result<(Tensor, Tensor), String> {
    let (a, b) = (x.dim(), y.dim());
    let (rows, columns) = (a.0.max(b.0), a.1.max(b.1));
    Ok((x.spread(rows, columns)?, y.spread(rows, columns)?))
}

fn arithmetic(x: &Tensor, y: &Tensor, f: fn(f64, f64) -> f64) -> Result<Tensor, String> {
    let (x, y) = together(x, y)?;
    if let (Ok(one), Ok(two)) = (x.floats(), y.floats()) {
        let pairs = one.iter().zip(two);
        let numbers = pairs.map(|(&x, &y)| f(x.into(), y.into()) as f32);
        return Ok(x.like(Data::Floats(numbers.collect())));
    }
    let pairs = x.doubles()?.iter().zip(y.doubles()?);
    let numbers = pairs.map(|(&x, &y)| f(x, y)).collect();
    Ok(x.like(Data::Doubles(numbers)))
}

fn equal(x: &Tensor, y: &Tensor) -> Result<Tensor, String> {
    let (x, y) = together(x, y)?;
    let pairs = x.integers()?.iter().zip(y.integers()?);
    let truths = pairs.map(|(x, y)| x == y).collect();
    Ok(x.like(Data::Truths(truths)))
}

fn choose(which: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor, String> {
    let (rows, columns) = which.dim();
    let (x, y) = (x.spread(rows, columns)?, y.spread(rows, columns)?);
    let pairs = x.floats()?.iter().zip(y.floats()?);
    let chosen = which.truths()?.iter().zip(pairs);
    let chosen = chosen.map(|(&first, (&x, &y))| if first { x } else { y });
    Ok(which.like(Data::Floats(chosen.collect())))
}

fn cast(x: &Tensor, to: i64) -> Result<Tensor, String> {
    let data = match (&x.data, i32::try_from(to)) {
        (Data::Floats(from), Ok(element::DOUBLE)) => {
            Data::Doubles(from.iter().map(|&x| x.into()).collect())
        }
        (Data::Doubles(from), Ok(element::FLOAT)) => {
            Data::Floats(from.iter().map(|&x| x as f32).collect())
        }
        (Data::Truths(from), Ok(element::FLOAT)) => {
            Data::Floats(from.iter().map(|&x| f32::from(x)).collect())
        }
        (Data::Truths(from), Ok(element::INT64)) => {
            Data::Integers(from.iter().map(|&x| x.into()).collect())
        }
        _ => return Err("types that are not cast here".into()),
    };
    Ok(x.like(data))
}

fn concatenate(parts: &[&Tensor]) -> Result<Tensor, String> {
    let rows = parts.first().ok_or("nothing")?.dim().0;
    let columns = parts.iter().map(|part| part.dim().1).sum();
    let mut joined = Vec::with_capacity(rows * columns);
    for row in 0..rows {
        for part in parts {
            let (_, columns) = part.dim();
            let own = part.floats()?.get(row * columns..(row + 1) * columns);
            joined.extend(own.ok_or("parts of different lengths")?);
        }
    }
    Ok(Tensor::new(vec![rows, columns], Data::Floats(joined)))
}

fn gather(x: &Tensor, indices: &Tensor, axis: i64) -> Result<Tensor, String> {
    let indices: Result<Vec<usize>, _> = indices
        .integers()?
        .iter()
        .map(|&i| usize::try_from(i))
        .collect();
    let indices = indices.map_err(|_| "a negative index")?;
    let (rows, columns) = x.dim();
    match (axis, x.shape.len()) {
        (0, 1) => x.pick(&indices, vec![indices.len()]),
        (1, 2) => {
            let places = (0..rows).flat_map(|row| indices.iter().map(move |i| row * columns + i));
            let places: Vec<usize> = places.collect();
            x.pick(&places, vec![rows, indices.len()])
        }
        _ => Err("an axis that is not gathered along here".into()),
    }
}

fn look_up(x: &Tensor, node: &NodeProto) -> Result<Tensor, String> {
    let keys = attribute(node, "keys_strings")?.strings.iter();
    let places: HashMap<&[u8], usize> = keys.map(Vec::as_slice).zip(0..).collect();
    let found = x
        .texts()?
        .iter()
        .map(|text| places.get(text.as_bytes()).copied());
    let data = if let Ok(values) = attribute(node, "values_int64s") {
        let otherwise = int(node, "default_int64")?;
        let value =
            |place: Option<usize>| place.map_or(Some(otherwise), |i| values.ints.get(i).copied());
        found.map(value).collect::<Option<_>>().map(Data::Integers)
    } else {
        let values = attribute(node, "values_floats")?;
        let otherwise = attribute(node, "default_float")?.f.unwrap_or_default();
        let value =
            |place: Option<usize>| place.map_or(Some(otherwise), |i| values.floats.get(i).copied());
        found.map(value).collect::<Option<_>>().map(Data::Floats)
    };
    Ok(x.like(data.ok_or("fewer values than keys")?))
}

/// `x W^T + b`, summed in f64.
fn affine(x: &Tensor, weights: &Tensor, biases: &Tensor) -> Result<Tensor, String> {
    let ((rows, inputs), (outputs, columns)) = (x.dim(), weights.dim());
    if inputs != columns || biases.dim() != (1, outputs) || inputs == 0 {
        return Err("shapes that do not go together".into());
    }
    let mut z = Vec::with_capacity(rows * outputs);
    for row in x.floats()?.chunks_exact(inputs) {
        for (weights, &bias) in weights.floats()?.chunks_exact(inputs).zip(biases.floats()?) {
            let products = row
                .iter()
                .zip(weights)
                .map(|(&a, &w)| f64::from(a) * f64::from(w));
            z.push((products.sum::<f64>() + f64::from(bias)) as f32);
        }
    }
    Ok(Tensor::new(vec![rows, outputs], Data::Floats(z)))
}

fn each(x: &Tensor, f: impl Fn(f64) -> f64) -> Result<Tensor, String> {
    let numbers = x.floats()?.iter().map(|&z| f(z.into()) as f32);
    Ok(x.like(Data::Floats(numbers.collect())))
}

fn softmax(x: &Tensor) -> Result<Tensor, String> {
    let mut probabilities = x.floats()?.to_vec();
    for row in probabilities.chunks_mut(x.dim().1.max(1)) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let powers: Vec<f64> = row.iter().map(|z| f64::from(z - largest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        for (probability, power) in row.iter_mut().zip(powers) {
            *probability = (power / sum) as f32;
        }
    }
    Ok(x.like(Data::Floats(probabilities)))
}

/// Where the largest of each row stands, the first of equals.
fn largest(x: &Tensor) -> Result<Tensor, String> {
    let (rows, columns) = x.dim();
    let place = |row: &[f32]| {
        let mut best = 0;
        for (i, value) in row.iter().enumerate() {
            if *value > row[best] {
                best = i;
            }
        }
        best as i64
    };
    let places = x.floats()?.chunks_exact(columns.max(1)).map(place);
    Ok(Tensor::new(vec![rows], Data::Integers(places.collect())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_file::formats::onnx::graph;

    fn floats(shape: &[usize], numbers: &[f32]) -> Tensor {
        Tensor::new(shape.to_vec(), Data::Floats(numbers.to_vec()))
    }

    fn node(operator: &str, attribute: Vec<AttributeProto>) -> NodeProto {
        NodeProto {
            op_type: operator.into(),
            attribute,
            ..NodeProto::default()
        }
    }

    /// The examples are those of the ONNX specification, or follow from its formulas.
    #[test]
    fn operators_do_what_the_specification_says() {
        let x = floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]);
        let w = floats(&[1, 2], &[10.0, 100.0]);
        let b = floats(&[1], &[0.5]);
        let gemm = node("Gemm", vec![graph::int("transB", 1)]);
        let z = operate(&gemm, &[&x, &w, &b]).expect("works");
        assert_eq!(z, floats(&[2, 1], &[210.5, 430.5]));

        let scores = floats(&[2, 3], &[-1.0, 0.0, 1.0, 5.0, 5.0, -f32::INFINITY]);
        let p = operate(&node("Softmax", vec![]), &[&scores]).expect("works");
        let expected = [0.090_030_57, 0.244_728_48, 0.665_240_94, 0.5, 0.5, 0.0];
        for (p, expected) in p.floats().expect("floats").iter().zip(expected) {
            assert!((p - expected).abs() < 1e-7);
        }
        let class = operate(&node("ArgMax", vec![]), &[&scores]).expect("works");
        assert_eq!(
            class.data,
            Data::Integers(vec![2, 0]),
            "the first of equals"
        );

        let names = Tensor::new(
            vec![3],
            Data::Texts(["a", "b", "c"].map(String::from).into()),
        );
        let named = operate(&node("Gather", vec![]), &[&names, &class]).expect("works");
        assert_eq!(named.data, Data::Texts(["c", "a"].map(String::from).into()));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let x = floats(&[2, 2], &[1.0; 4]);
        let y = floats(&[1, 3], &[1.0; 3]);
        let gemm = node("Gemm", vec![graph::int("transB", 1)]);
        for (node, inputs) in [
            (&gemm, vec![&x, &y, &x]),
            (&node("Gather", vec![graph::int("axis", 1)]), vec![&x, &y]),
            (&node("Cast", vec![]), vec![&x]),
            (&node("Equal", vec![]), vec![&x, &y]),
            (&node("Conv", vec![]), vec![&x]),
        ] {
            assert!(operate(node, &inputs).is_err(), "{}", node.op_type);
        }
        assert!(evaluate(b"\xff", Values::new()).is_err());
        assert!(evaluate(b"", Values::new()).is_err());
    }
}
