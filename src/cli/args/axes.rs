//! Values of a setting that a sweep tries, as a flag has them.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::{Arg, Command};

use crate::settings::{Axis, Setting};

/// Parser of the values of a setting.
#[derive(Clone)]
pub(super) struct AxisParser(pub &'static Setting);

impl TypedValueParser for AxisParser {
    type Value = Axis;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Axis, clap::Error> {
        let setting = self.0;
        let parse = move |text: &str| Axis::parse(setting, text);
        parse.parse_ref(command, arg, value)
    }
}
