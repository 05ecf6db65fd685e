//! Enums whose values have names.

use crate::lang::{listed, say};

/// Shows the values of types by their method `name`, padded as text is.
#[macro_export]
macro_rules! shown_by_name {
    ($($type:ty),+) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    )+};
}
pub use crate::shown_by_name;

/// Reads values of a type with `ALL` and `name` by their names; `$kind` names the type in the message.
#[macro_export]
macro_rules! read_by_name {
    ($type:ty, $kind:literal) => {
        impl std::str::FromStr for $type {
            type Err = $crate::error::Error;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                $crate::named::by_name(
                    $crate::lang::say!(concat!("kind-", $kind), $kind),
                    name,
                    &Self::ALL,
                    Self::name,
                )
                .map_err($crate::error::Error::Usage)
            }
        }
    };
}
pub use crate::read_by_name;

/// Finds the one of `all` that is called `name`.
///
/// # Errors
/// A message that lists the names, if there is none of this `kind`.
pub fn by_name<T: Copy>(
    kind: &str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, String> {
    let found = all.iter().find(|&&value| name_of(value) == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|&value| name_of(value)).collect();
        let names = listed(&names);
        say!(
            "no-such-name",
            "there is no {kind} \"{name}\"; it is one of {names}",
            kind,
            name,
            names
        )
    })
}
