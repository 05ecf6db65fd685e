//! Parsing of the arguments of typed commands. Errors state what was expected.

use std::path::PathBuf;
use std::str::FromStr;

use crate::model_file::formats;
use crate::nn::{NeuronId, ParameterId};
use crate::settings::parameter_value;
use crate::train::StepSize;
use crate::tui::app::actions::MAX_STEPS;
use crate::tui::app::views::View;
use crate::tui::text;
use crate::util::lang::{listed, say};
use crate::util::text::sanitise;

/// Message that `name` takes `what`, but got `found`.
pub(in crate::tui::app) fn expected(name: &str, what: &str, found: &str) -> String {
    match found {
        "" => text::takes(name, what),
        found => text::takes_not(name, what, sanitise(found)),
    }
}

pub(super) fn export(rest: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(rest);
    match formats::for_path(&path) {
        Ok(_) => Ok(path),
        Err(_) => {
            let what = text::expected_path(formats::extensions());
            Err(expected("export", &what, rest))
        }
    }
}

/// Parses the path of a script.
pub(super) fn export_training(rest: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(rest);
    let is_script = path.extension().is_some_and(|it| it == "py");
    is_script
        .then_some(path)
        .ok_or_else(|| expected("export-training", &text::expected_path(".py"), rest))
}

/// Parses the path of a screenshot.
pub(super) fn screenshot(rest: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(rest);
    let is_known = path
        .extension()
        .is_some_and(|it| it == "svg" || it == "txt");
    is_known.then_some(path).ok_or_else(|| {
        expected(
            "screenshot",
            &text::expected_path(format!(".svg{}.txt", say!("or", " or "))),
            rest,
        )
    })
}

/// Parses `w2[1,3] 0.5`, `w2[1,3]=0.5`, or a value alone.
pub(super) fn set(rest: &str) -> Result<(Option<ParameterId>, f32), String> {
    if let Some((id, value)) = parameter_value(rest) {
        return Ok((Some(id), value));
    }
    let value = rest.parse().ok().filter(|value: &f32| value.is_finite());
    let what = text::expected_setting();
    Ok((None, value.ok_or_else(|| expected("set", what, rest))?))
}

pub(super) fn parameter(name: &str, rest: &str) -> Result<Option<ParameterId>, String> {
    or_cursor(name, text::expected_parameter(), rest)
}

pub(super) fn neuron(name: &str, rest: &str) -> Result<Option<NeuronId>, String> {
    or_cursor(name, text::expected_neuron(), rest)
}

/// Parses the name of something; `None` is what is under the cursor.
fn or_cursor<T: FromStr>(name: &str, what: &str, rest: &str) -> Result<Option<T>, String> {
    if rest.is_empty() {
        return Ok(None);
    }
    let named = rest.parse().map_err(|_| expected(name, what, rest))?;
    Ok(Some(named))
}

pub(super) fn step(rest: &str) -> Result<(StepSize, u32), String> {
    let what = text::expected_steps();
    let wrong = || expected("step", what, rest);
    let (mut size, mut count) = (None, None);
    for word in rest.split_whitespace() {
        let found = match word.trim_end_matches('s') {
            "phase" => Some(StepSize::Phase),
            "row" | "sample" => Some(StepSize::Sample),
            "batch" | "batche" => Some(StepSize::Batch),
            "epoch" => Some(StepSize::Epoch),
            _ => None,
        };
        match (found, word.parse::<u32>()) {
            (Some(found), _) if size.is_none() => size = Some(found),
            (None, Ok(n @ 1..=MAX_STEPS)) if count.is_none() => count = Some(n),
            _ => return Err(wrong()),
        }
    }
    Ok((size.unwrap_or(StepSize::Batch), count.unwrap_or(1)))
}

pub(super) fn row(rest: &str) -> Result<usize, String> {
    match rest.parse() {
        Ok(row @ 1..) => Ok(row),
        _ => Err(expected("row", text::expected_row(), rest)),
    }
}

/// Argument of `:view` for the panel of the loss landscape alone.
const LANDSCAPE: &str = "landscape";

/// The view of that name; `None` for the landscape.
pub(super) fn view(rest: &str) -> Result<Option<View>, String> {
    if rest == LANDSCAPE {
        return Ok(None);
    }
    let found = View::ALL.into_iter().find(|view| view.name() == rest);
    let names = listed(&view_names());
    let wrong = || expected("view", &text::expected_word(names), rest);
    found.map(Some).ok_or_else(wrong)
}

/// Arguments of `:view`: all views, and the landscape.
pub(super) fn view_names() -> Vec<&'static str> {
    let views = View::ALL.iter().map(|view| view.name());
    views.chain([LANDSCAPE]).collect()
}

#[cfg(test)]
mod tests;
