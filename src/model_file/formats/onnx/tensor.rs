//! Tensors of at most two axes, as the evaluator needs them.

use super::messages::{TensorProto, element};

/// Numbers, texts or truths, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model_file) struct Tensor {
    pub shape: Vec<usize>,
    pub data: Data,
}

/// The elements of a [`Tensor`].
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model_file) enum Data {
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    Integers(Vec<i64>),
    Texts(Vec<String>),
    Truths(Vec<bool>),
}

impl Tensor {
    pub fn new(shape: Vec<usize>, data: Data) -> Self {
        Self { shape, data }
    }

    /// The same elements made into others, one by one.
    pub fn like(&self, data: Data) -> Self {
        Self::new(self.shape.clone(), data)
    }

    /// Rows and columns; a list is a row, a single element a row of one.
    pub fn dim(&self) -> (usize, usize) {
        match self.shape.as_slice() {
            [] => (1, 1),
            [columns] => (1, *columns),
            [rows, columns, ..] => (*rows, *columns),
        }
    }

    pub fn floats(&self) -> Result<&[f32], String> {
        match &self.data {
            Data::Floats(numbers) => Ok(numbers),
            _ => Err("expected float32".into()),
        }
    }

    pub fn doubles(&self) -> Result<&[f64], String> {
        match &self.data {
            Data::Doubles(numbers) => Ok(numbers),
            _ => Err("expected float64".into()),
        }
    }

    pub fn integers(&self) -> Result<&[i64], String> {
        match &self.data {
            Data::Integers(numbers) => Ok(numbers),
            _ => Err("expected int64".into()),
        }
    }

    pub fn texts(&self) -> Result<&[String], String> {
        match &self.data {
            Data::Texts(texts) => Ok(texts),
            _ => Err("expected string".into()),
        }
    }

    pub fn truths(&self) -> Result<&[bool], String> {
        match &self.data {
            Data::Truths(truths) => Ok(truths),
            _ => Err("expected bool".into()),
        }
    }

    /// The elements at `places`, as a tensor of `shape`.
    pub fn pick(&self, places: &[usize], shape: Vec<usize>) -> Result<Self, String> {
        fn of<T: Clone>(all: &[T], places: &[usize]) -> Option<Vec<T>> {
            places
                .iter()
                .map(|&place| all.get(place).cloned())
                .collect()
        }
        let data = match &self.data {
            Data::Floats(all) => of(all, places).map(Data::Floats),
            Data::Doubles(all) => of(all, places).map(Data::Doubles),
            Data::Integers(all) => of(all, places).map(Data::Integers),
            Data::Texts(all) => of(all, places).map(Data::Texts),
            Data::Truths(all) => of(all, places).map(Data::Truths),
        };
        let data = data.ok_or("an index lies outside")?;
        Ok(Self::new(shape, data))
    }

    /// This tensor with its single row or column repeated to `rows` and `columns`.
    pub fn spread(&self, rows: usize, columns: usize) -> Result<Self, String> {
        let (own_rows, own_columns) = self.dim();
        let fits = |own, wanted| own == wanted || own == 1;
        if !fits(own_rows, rows) || !fits(own_columns, columns) {
            return Err(format!(
                "{:?} does not spread to {rows} x {columns}",
                self.shape
            ));
        }
        let place = |row, column| {
            let row = if own_rows == 1 { 0 } else { row };
            row * own_columns + if own_columns == 1 { 0 } else { column }
        };
        let rows_of_places =
            (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let places: Vec<usize> = rows_of_places
            .map(|(row, column)| place(row, column))
            .collect();
        self.pick(&places, vec![rows, columns])
    }

    /// The constant that `proto` is.
    pub(crate) fn constant(proto: &TensorProto) -> Result<Self, String> {
        let shape: Result<Vec<usize>, _> = proto.dims.iter().map(|&n| usize::try_from(n)).collect();
        let shape = shape.map_err(|_| "a negative length")?;
        let bytes = proto.raw_data.as_deref().unwrap_or_default();
        let (count, data) = match proto.data_type {
            element::FLOAT => {
                let numbers = bytes.as_chunks().0.iter().map(|&it| f32::from_le_bytes(it));
                (bytes.len() / 4, Data::Floats(numbers.collect()))
            }
            element::DOUBLE => {
                let numbers = bytes.as_chunks().0.iter().map(|&it| f64::from_le_bytes(it));
                (bytes.len() / 8, Data::Doubles(numbers.collect()))
            }
            element::INT64 => {
                let numbers = bytes.as_chunks().0.iter().map(|&it| i64::from_le_bytes(it));
                (bytes.len() / 8, Data::Integers(numbers.collect()))
            }
            element::STRING => {
                let texts = proto.string_data.iter().cloned().map(String::from_utf8);
                let texts: Result<Vec<_>, _> = texts.collect();
                let texts = texts.map_err(|_| "a text is not UTF-8")?;
                (texts.len(), Data::Texts(texts))
            }
            other => return Err(format!("elements of type {other}")),
        };
        if shape
            .iter()
            .try_fold(1, |n: usize, &length| n.checked_mul(length))
            != Some(count)
        {
            return Err(format!("{count} elements for the shape {shape:?}"));
        }
        Ok(Self::new(shape, data))
    }
}
