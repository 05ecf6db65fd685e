//! The screen's state: one model, one message type, data for effects. No terminal is needed to
//! drive it or to test it.

mod actions;
pub mod bindings;
pub mod command;
mod edits;
pub mod gradients;
pub mod history;
pub mod inspector;
pub mod menu;
pub mod model;
pub mod prompt;
pub mod sliders;
mod steps;
mod update;
pub mod view;

pub use inspector::Inspector;
pub use model::{Confirm, ExportOption, Model, Notice, Overlay, Phase, Run};
pub use update::{Effect, Msg};
pub use view::{Chart, Panel, Screen, View};
