//! The screen's state: one model, one message type, data for effects. No terminal is needed to
//! drive it or to test it.

mod actions;
pub mod bindings;
pub mod command;
pub mod gradients;
pub mod history;
pub mod inspector;
mod loading;
pub mod menu;
pub mod model;
pub mod navigation;
mod network_cursor;
mod parameter_edit;
mod pictures;
pub mod prompt;
mod row_selection;
mod settings;
mod steps;
mod update;
pub mod what_if;
mod worker_events;

pub use inspector::Inspector;
pub use loading::{Loading, LoadingStage};
pub use model::{Confirm, Model, Notice, Overlay, Phase, Run};
pub use navigation::{Chart, Navigation, ScrollLimits, View};
pub use row_selection::{Selection, Which, around};
pub(crate) use update::App;
pub use update::{ClickTarget, Effect, Msg};
