//! Chinese messages of `assets/lang/zh.ftl` (Project Fluent), by their ids.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::{LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use super::Lang;

/// Source of the Chinese messages.
const SOURCE: &str = include_str!("../../../assets/lang/zh.ftl");

static CHINESE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    // A message that cannot be parsed stays English; a test keeps every message.
    let source = match FluentResource::try_new(SOURCE.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    // The locale chooses plurals and formats of numbers; texts get their numbers written.
    let mut bundle = FluentBundle::new_concurrent(Vec::new());
    // Marks that isolate directions are for languages written from the right; terminals draw them.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(source);
    bundle
});

/// Formats the message `id` with `arguments`, names and values; `None` if the language is English or there is no such
/// message.
pub fn message(id: &str, arguments: &[(&'static str, &dyn Display)]) -> Option<String> {
    if super::current() == Lang::En {
        return None;
    }
    let pattern = CHINESE.get_message(id)?.value()?;
    let mut values = FluentArgs::with_capacity(arguments.len());
    for (name, value) in arguments {
        values.set(*name, value.to_string());
    }
    let text = CHINESE.format_pattern(pattern, Some(&values), &mut Vec::new());
    Some(text.into_owned())
}

/// Returns the message `id` without arguments, or `english`. `chinese` keeps the message, because a frame draws many.
pub fn fixed(id: &str, english: &'static str, chinese: &OnceLock<&'static str>) -> &'static str {
    if super::current() == Lang::En {
        return english;
    }
    chinese.get_or_init(|| message(id, &[]).map_or(english, |text| &*text.leak()))
}

/// Returns the message `id` without arguments, or `english`.
pub fn translated(id: &str, english: &'static str) -> Cow<'static, str> {
    message(id, &[]).map_or(Cow::Borrowed(english), Cow::Owned)
}

/// Id of a text of a table that has no name: the table's `prefix`, and the first six words of its `english`.
pub fn id_of(prefix: &str, english: &str) -> String {
    let words = english.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).take(6);
    let id = words.fold(prefix.to_owned(), |id, word| id + "-" + word);
    id.to_lowercase()
}

/// Returns the ids of all messages and the names of their placeholders, in the order of the file, to hold them against
/// the English texts.
///
/// # Errors
/// Parts of the file that are no message.
pub fn messages() -> Result<Vec<(String, Vec<String>)>, String> {
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

    let source =
        FluentResource::try_new(SOURCE.to_owned()).map_err(|(_, errors)| format!("{errors:?}"))?;
    let mut all = Vec::new();
    for entry in source.entries() {
        let Entry::Message(message) = entry else {
            continue;
        };
        let elements = message.value.iter().flat_map(|value| &value.elements);
        let names = elements.filter_map(|element| match element {
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => Some(id.name.to_owned()),
            _ => None,
        });
        all.push((message.id.name.to_owned(), names.collect()));
    }
    Ok(all)
}
