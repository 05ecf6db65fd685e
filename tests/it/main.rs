//! Tests of the library, through its public functions.

mod best;
mod cases;
mod changes;
mod charts;
mod commands;
mod confusion_navigation;
mod data_errors;
mod dates;
mod determinism;
mod exports;
mod file_formats;
mod golden;
mod gradients;
mod guesses;
mod inspection;
mod inspector;
mod inspector_panels;
mod loading;
mod model_file;
mod model_tensors;
mod module_layering;
mod panels;
mod path;
mod persistence;
mod readme;
mod refinements;
mod resume;
mod screens;
mod single_output;
#[path = "../support/mod.rs"]
mod support;
mod table_formats;
mod tables;
mod tour;
mod walk;
mod worker;
