//! Command-line program of a generated C file.

use std::fmt::{Error, Write};

use super::parts::{IS_MISSING, MAIN, NUMBER, PUT, READ_NUMBERS, SHOW_CLASS};
use super::{literals, write_missing};
use crate::data::{Delimiter, Quote, Task};
use crate::model_file::TrainedModel;
use crate::model_file::formats::source_code::Signature;

/// Writes the command-line program.
pub(super) fn write_main(
    code: &mut String,
    model: &TrainedModel,
    signature: &Signature,
) -> Result<(), Error> {
    code.push_str("\n#ifndef MODEL_NO_MAIN\n");
    if signature.texts.is_empty() {
        code.push_str(IS_MISSING);
    }
    let format = &model.preprocessing.cell_format;
    let quote = match format.quote {
        None => b'"',
        Some(Quote::Byte(byte)) => byte,
        Some(Quote::Never) => 0,
    };
    let mark = if format.decimal_comma == Some(true) {
        ','
    } else {
        '.'
    };
    writeln!(code, "\n#define DECIMAL_MARK '{mark}'")?;
    let delimiter = match format.delimiter {
        Some(Delimiter::Byte(byte)) => byte,
        None | Some(Delimiter::Blanks) => b',',
    };
    writeln!(code, "#define DELIMITER {delimiter} /* its code */")?;
    writeln!(code, "#define QUOTE {quote} /* its code; 0 is none */")?;
    let (classes, outputs) = (model.task.classes(), model.architecture.outputs());
    let output = model.architecture.output();
    let name = if output.sums_to_one() || outputs == 1 {
        "p"
    } else {
        "output"
    };
    // A single output is the probability of the second class.
    let own = &classes[classes.len().saturating_sub(outputs)..];
    let heads = own.iter().map(|class| format!("{name}({class})"));
    let heads: Vec<String> = [format!("predicted {}", model.target)]
        .into_iter()
        .chain(heads)
        .collect();
    writeln!(code, "\nstatic const char *const HEADS[] = {{{}}};", literals(&heads))?;
    let main = if signature.numbers.is_empty() {
        MAIN.replace("@NUMBERS@", "")
    } else {
        write_missing(code, "MISSING_NUMBERS", &model.preprocessing.missing.in_numbers())?;
        code.push_str(NUMBER);
        MAIN.replace("@NUMBERS@", READ_NUMBERS)
    };
    code.push_str(PUT);
    match &model.task {
        Task::Classification { .. } => code.push_str(SHOW_CLASS),
        Task::Regression(scale) => {
            // f32 tells the targets apart where they have no offset.
            let format = if scale.offset == 0.0 { "%.9g" } else { "%.17g" };
            writeln!(
                code,
                "
static void show(const double *numbers, const char *const *texts)
{{
    double value = model_predict(numbers, texts);
    putchar(',');
    if (!isnan(value))
        printf(\"{format}\", value);
}}"
            )?;
        }
    }
    code.push_str(&main);
    Ok(())
}
