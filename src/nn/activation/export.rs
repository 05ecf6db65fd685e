//! Functions of one number as exported models contain them.

/// An expression of `z` in operators of ONNX.
pub enum Onnx {
    /// The input.
    Z,
    /// A constant.
    Number(f32),
    /// An operator with its attributes that are numbers, and its inputs.
    Node(
        &'static str,
        &'static [(&'static str, f32)],
        &'static [Onnx],
    ),
}

/// A function of `z: f32` as Rust code that needs nothing but `core`.
#[derive(Clone, Copy)]
pub struct RustCode {
    /// An expression of `z`. It may call `exp` and what `helpers` define.
    pub expression: &'static str,
    /// Definitions of further functions, as text.
    pub helpers: fn() -> String,
}

impl RustCode {
    /// Code that calls no function but `exp`.
    pub const fn expression(expression: &'static str) -> Self {
        Self {
            expression,
            helpers: String::new,
        }
    }
}
