//! The screen's state: one model, one message type, data for effects. No terminal is needed to
//! drive it or to test it.

mod actions;
pub mod bindings;
pub mod command;
mod edits;
pub mod gradients;
pub mod history;
pub mod inspector;
mod loading;
pub mod menu;
pub mod model;
mod news;
mod pictures;
pub mod prompt;
mod rows;
pub mod sliders;
mod steps;
mod topology;
mod update;
pub mod view;

pub use inspector::Inspector;
pub use loading::{Loading, LoadingStage};
pub use model::{Confirm, ExportOption, Model, Notice, Overlay, Phase, Run};
pub use pictures::PictureGrid;
pub use rows::{Selection, Which, around};
pub use update::{Effect, Msg, Spot};
pub use view::{Chart, Ends, Panel, Screen, View};
