//! Numbers in JSON that may be infinite or NaN, which JSON has no numbers for: those become texts. For
//! serde's `with`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number as JSON holds it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Other(String),
}

/// Writes `number` so that it is read back bit for bit, apart from the payload of NaN.
///
/// # Errors
/// Those of `serializer`.
pub fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        serializer.serialize_f64(*number)
    } else {
        serializer.serialize_str(&number.to_string())
    }
}

/// Reads a number, or a text such as `NaN` or `inf`.
///
/// # Errors
/// An error for other texts.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match Number::deserialize(deserializer)? {
        Number::Finite(number) => Ok(number),
        Number::Other(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// A number that is kept bit for bit.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Exact(#[serde(with = "self")] f64);

impl From<f64> for Exact {
    fn from(number: f64) -> Self {
        Self(number)
    }
}

impl From<Exact> for f64 {
    fn from(number: Exact) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] f64);

    #[test]
    fn every_number_survives() {
        for number in [0.1, -0.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY] {
            for number in [number, -number] {
                let json = serde_json::to_string(&Holder(number)).expect("JSON");
                let read: Holder = serde_json::from_str(&json).expect("a number");
                assert_eq!(read.0.to_bits(), number.to_bits(), "{json}");
            }
        }
        let json = serde_json::to_string(&Holder(f64::NAN)).expect("JSON");
        let read: Holder = serde_json::from_str(&json).expect("a number");
        assert!(read.0.is_nan());
        assert!(serde_json::from_str::<Holder>("\"much\"").is_err());
    }
}
