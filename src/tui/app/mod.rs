//! The screen's state: one model, one message type, data for effects. No terminal is needed to
//! drive it or to test it.

mod actions;
pub mod bindings;
pub mod command;
mod ghosts;
pub mod gradients;
pub mod history;
pub mod inspector;
mod loading;
pub mod menu;
pub mod model;
mod motion;
pub mod navigation;
pub(crate) mod network_cursor;
mod parameter_edit;
mod pictures;
pub mod plane;
pub mod plot;
pub mod prompt;
mod row_selection;
mod settings;
pub mod timeline;
mod training;
mod update;
pub mod what_if;
mod worker_events;

pub use ghosts::Ghost;
pub(crate) use history::Finding;
pub use inspector::{Inspector, InspectorState};
pub use loading::{Loading, LoadingStage};
pub use model::{Confirm, Model, Notice, Overlay};
pub(crate) use motion::Pulse;
pub use navigation::{Chart, EdgeValue, Navigation, ScrollLimits, View};
pub use plot::{LossScale, PlotGesture, PlotView};
pub use row_selection::{Cell, Selection, Which, around};
pub use timeline::{TimeUnit, Timeline};
pub use training::{Phase, Run};
pub(crate) use update::App;
pub use update::{ClickTarget, Effect, Msg};
