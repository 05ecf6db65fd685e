//! Optimizers in files: the name and the constants.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Optimizer;

/// `{"name": "momentum", "momentum": 0.9}`.
impl Serialize for Optimizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.spec().constants.len()))?;
        map.serialize_entry("name", self.name())?;
        for (name, value) in self.constants() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Optimizer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Members {
            name: String,
            #[serde(flatten)]
            constants: BTreeMap<String, f64>,
        }
        let Members { name, constants } = Members::deserialize(deserializer)?;
        let mut optimizer = Self::named(&name).ok_or_else(|| {
            D::Error::custom(format!(
                "unknown optimizer \"{name}\"; it is one of {}",
                Self::names().join(", ")
            ))
        })?;
        if let Some(missing) = optimizer
            .spec()
            .constants
            .iter()
            .find(|constant| !constants.contains_key(constant.name))
        {
            return Err(D::Error::custom(format!("{name} without {}", missing.name)));
        }
        for (constant, value) in constants {
            optimizer = optimizer.with(&constant, value).map_err(D::Error::custom)?;
        }
        Ok(optimizer)
    }
}
