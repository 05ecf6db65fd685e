//! Event files of every writer: torch, tensorboardX, TensorFlow 2, Keras and nn-tui.

use std::collections::HashMap;

use prost::Message;

use super::LogReader;
use crate::record::event_file::messages::{
    Event, HParamKind, HParamsPluginData, HistogramProto, TensorProto, Value, element, plugin,
    session,
};
use crate::record::event_file::{FrameReader, MAX_RECORD, is_header};
use crate::util::lang::say;
use crate::watch::run::Run;
use crate::watch::series::{HistogramPoint, Point};

/// Maximum number of tags whose plugin is remembered.
const TAGS: usize = 10_000;
/// Maximum number of numbers of a tensor that is read.
const NUMBERS: usize = 1 << 16;

/// Reader of an event file.
#[derive(Default)]
pub(super) struct EventFile {
    frames: FrameReader,
    /// Plugins by tag: writers may name it with the first value only.
    plugins: HashMap<String, String>,
}

/// Returns whether a file with these first bytes is an event file.
pub(super) fn begins(bytes: &[u8]) -> bool {
    is_header(bytes)
}

impl LogReader for EventFile {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        self.frames.push(bytes);
        loop {
            let record = self.frames.next().map_err(|bad| match bad.length {
                None => say!(
                    "watch-checksum",
                    "bad checksum at byte {offset}: the rest cannot be read",
                    offset = bad.offset
                ),
                Some(length) => say!(
                    "watch-length",
                    "no record has {length} bytes, as that at byte {offset} claims: the rest cannot be read",
                    length,
                    offset = bad.offset
                ),
            })?;
            let Some(record) = record else {
                if self.frames.skipped() > 0 {
                    run.note(|| {
                        say!(
                            "watch-long-record",
                            "records of more than {size} MiB were left out",
                            size = MAX_RECORD >> 20
                        )
                    });
                }
                return Ok(());
            };
            // A record of another kind than those known here has nothing to show.
            if let Ok(event) = Event::decode(record) {
                add(&mut self.plugins, event, run);
            }
        }
    }
}

fn add(plugins: &mut HashMap<String, String>, event: Event, run: &mut Run) {
    let (step, wall) = (event.step as f64, event.wall_time);
    if event
        .session_log
        .is_some_and(|log| log.status == session::START)
    {
        run.purge(step);
    }
    for value in event.summary.unwrap_or_default().value {
        add_value(plugins, &value, (step, wall), run);
    }
}

fn add_value(
    plugins: &mut HashMap<String, String>,
    value: &Value,
    (step, wall): (f64, f64),
    run: &mut Run,
) {
    let tag = &*value.tag;
    let data = value.metadata.as_ref();
    let data = data.and_then(|metadata| metadata.plugin_data.as_ref());
    if let Some(data) = data {
        if data.plugin_name == plugin::HPARAMS {
            return add_hparams(&data.content, run);
        }
        if plugins.len() < TAGS && !plugins.contains_key(tag) {
            plugins.insert(tag.to_owned(), data.plugin_name.clone());
        }
    }
    if let Some(number) = value.simple_value {
        return run.add_scalar(tag, Point::new(step, wall, number.into()));
    }
    if let Some(histogram) = &value.histo {
        return run.add_histogram(tag, HistogramPoint::new(step, &buckets(histogram)));
    }
    let Some(tensor) = &value.tensor else {
        return;
    };
    match plugins.get(tag).map(String::as_str) {
        Some(plugin::SCALARS) => {
            if let Some(&number) = numbers(tensor).first() {
                run.add_scalar(tag, Point::new(step, wall, number));
            }
        }
        Some(plugin::HISTOGRAMS) => {
            let numbers = numbers(tensor);
            let (rows, _) = numbers.as_chunks::<3>();
            run.add_histogram(tag, HistogramPoint::new(step, rows));
        }
        Some(plugin::TEXT) => {
            let texts = tensor.string_val.iter();
            let texts: Vec<_> = texts.map(|text| String::from_utf8_lossy(text)).collect();
            let tag = tag.strip_suffix("/text_summary").unwrap_or(tag);
            run.set_text(tag, &texts.join("\n"));
        }
        _ => {}
    }
}

/// Lower end, upper end and count of each bucket. The outermost ends are those of the numbers.
fn buckets(histogram: &HistogramProto) -> Vec<[f64; 3]> {
    let within = |end: f64| end.clamp(histogram.min, histogram.max.max(histogram.min));
    let has_ends = histogram.min.is_finite() && histogram.max.is_finite();
    let end = |end: f64| if has_ends { within(end) } else { end };
    let mut from = f64::MIN;
    let pairs = histogram.bucket_limit.iter().zip(&histogram.bucket);
    let rows = pairs.map(|(&to, &count)| {
        let row = [end(from), end(to), count];
        from = to;
        row
    });
    rows.collect()
}

/// Numbers of a tensor; none of another kind.
fn numbers(tensor: &TensorProto) -> Vec<f64> {
    let bytes = &tensor.tensor_content;
    fn of<const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f64) -> Vec<f64> {
        let (chunks, _) = bytes.as_chunks::<N>();
        chunks
            .iter()
            .take(NUMBERS)
            .map(|bytes| number(*bytes))
            .collect()
    }
    match tensor.dtype {
        element::FLOAT if bytes.is_empty() => tensor
            .float_val
            .iter()
            .map(|&x| x.into())
            .take(NUMBERS)
            .collect(),
        element::FLOAT => of(bytes, |bytes| f32::from_le_bytes(bytes).into()),
        element::DOUBLE if bytes.is_empty() => {
            tensor.double_val.iter().copied().take(NUMBERS).collect()
        }
        element::DOUBLE => of(bytes, f64::from_le_bytes),
        element::INT32 if bytes.is_empty() => tensor
            .int_val
            .iter()
            .map(|&x| x.into())
            .take(NUMBERS)
            .collect(),
        element::INT32 => of(bytes, |bytes| i32::from_le_bytes(bytes).into()),
        element::INT64 if bytes.is_empty() => tensor
            .int64_val
            .iter()
            .map(|&x| x as f64)
            .take(NUMBERS)
            .collect(),
        element::INT64 => of(bytes, |bytes| i64::from_le_bytes(bytes) as f64),
        element::BFLOAT16 if bytes.is_empty() => {
            let halves = tensor.half_val.iter().take(NUMBERS);
            halves.map(|&bits| bfloat16(bits as u16)).collect()
        }
        element::BFLOAT16 => of(bytes, |bytes| bfloat16(u16::from_le_bytes(bytes))),
        element::HALF if bytes.is_empty() => {
            let halves = tensor.half_val.iter().take(NUMBERS);
            halves.map(|&bits| half(bits as u16)).collect()
        }
        element::HALF => of(bytes, |bytes| half(u16::from_le_bytes(bytes))),
        _ => Vec::new(),
    }
}

fn bfloat16(bits: u16) -> f64 {
    f32::from_bits(u32::from(bits) << 16).into()
}

/// Number of 16 bits by IEEE 754.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

fn add_hparams(content: &[u8], run: &mut Run) {
    let Ok(data) = HParamsPluginData::decode(content) else {
        return;
    };
    for (name, value) in data.session_start_info.unwrap_or_default().hparams {
        let value = match value.kind {
            Some(HParamKind::Number(number)) => number.to_string(),
            Some(HParamKind::Text(text)) => text,
            Some(HParamKind::Bool(value)) => value.to_string(),
            None => continue,
        };
        run.set_hparam(&name, &value);
    }
}
