//! Facts about the format of the file.

use super::{Facts, briefly, listed};
use crate::TextEncoding;
use crate::summary::{Severity, Topic};
use util::lang::say;
use util::numbers::counted;
use util::text::brief;

impl Facts<'_> {
    pub(super) fn add_format(&mut self) {
        let report = self.report;
        if let Some(member) = &report.member {
            let statement = say!(
                "fact-member",
                "\"{member}\" of the archive read",
                member = brief(member)
            );
            self.note(Topic::Format, "member", statement, &[]);
        }
        match &report.conversion {
            Some(conversion) => self.add(Topic::Format, "format", conversion.name.as_str(), &[]),
            None => {
                let delimiter = say!(
                    "fact-delimiter",
                    "{delimiter}-separated",
                    delimiter = delimiter_title(&report.delimiter)
                );
                self.add(Topic::Format, "delimiter", delimiter, &["--delimiter"])
            }
        };
        self.add_left_out_lines();
        self.add_header();
        self.add_decimal_mark();
        self.add_characters();
    }

    fn add_header(&mut self) {
        let report = self.report;
        if report
            .conversion
            .as_ref()
            .is_some_and(|conversion| conversion.has_names)
        {
            return;
        }
        let (statement, set, unset) = match (report.header, report.numeric_header) {
            (true, false) => (
                say!("fact-header", "header row").to_owned(),
                "--header",
                "--no-header",
            ),
            (true, true) => (
                say!("fact-number-header", "header row of numbers").to_owned(),
                "--header",
                "--no-header",
            ),
            (false, false) => (
                say!("fact-no-header", "no header row").to_owned(),
                "--no-header",
                "--header",
            ),
            (false, true) => (
                say!(
                    "fact-no-number-header",
                    "no header row; the first row, of ascending numbers, is data"
                )
                .to_owned(),
                "--no-header",
                "--header",
            ),
        };
        let is_given = report.given.contains(&set);
        let option = if is_given { set } else { unset };
        let is_doubtful = !is_given && (!report.header || report.numeric_header);
        let fact = self.add(Topic::Format, "header", statement, &[option]);
        if is_doubtful {
            fact.severity = Severity::Note;
        }
    }

    fn add_decimal_mark(&mut self) {
        let report = self.report;
        let options = &["--decimal"];
        if let Some(guess) = &report.guessed_mark {
            self.note(Topic::Format, "decimal", guess.clone(), options);
        } else if report.decimal_comma {
            self.note(
                Topic::Format,
                "decimal",
                say!("fact-decimal-comma", "decimal comma").to_owned(),
                options,
            );
        } else {
            self.add(
                Topic::Format,
                "decimal",
                say!("fact-decimal-point", "decimal point").to_owned(),
                options,
            );
        }
        if !report.formatted.is_empty() {
            let statement = say!(
                "fact-formatted",
                "thousands separators, currencies and percent signs removed in {columns}",
                columns = listed(&briefly(&report.formatted))
            );
            let options = &["--decimal", "--categorical"];
            self.note(Topic::Format, "formatted", statement, options);
        }
        if !report.in_parentheses.is_empty() {
            let statement = say!(
                "fact-parentheses",
                "numbers in parentheses read as negative in {columns}",
                columns = listed(&briefly(&report.in_parentheses))
            );
            let options = &["--categorical", "--drop"];
            self.note(Topic::Format, "parentheses", statement, options);
        }
        if !report.cell_units.is_empty() {
            let columns = report.cell_units.iter();
            let columns = columns.map(|(name, unit)| format!("{} {unit}", brief(name)));
            let statement = say!(
                "fact-cell-units",
                "units behind numbers removed: {columns}",
                columns = listed(&columns.collect::<Vec<_>>())
            );
            self.note(Topic::Format, "cell-units", statement, &["--categorical"]);
        }
        for (name, units) in &report.mixed_units {
            let statement = say!(
                "fact-mixed-units",
                "{column} mixes numbers with {units}, read as if they were alike",
                column = brief(name),
                units
            );
            self.warn(Topic::Format, "mixed-units", statement, &["--categorical"]);
        }
        if !report.other_decimal_mark.is_empty() {
            let (mark, name) = if report.decimal_comma {
                (".", "point")
            } else {
                (",", "comma")
            };
            let columns = listed(&briefly(&report.other_decimal_mark));
            let statement = say!(
                "fact-other-decimal",
                "{columns} taken for text: numbers with \"{mark}\" need --decimal {name}",
                columns,
                mark,
                name
            );
            self.warn(Topic::Format, "other-decimal", statement, &[]);
        }
    }

    fn add_characters(&mut self) {
        let report = self.report;
        if report.conversion.is_some() {
            return;
        }
        let encoding = report.encoding.to_uppercase();
        let fact = self.add(Topic::Format, "encoding", encoding, &["--encoding"]);
        if report.encoding == TextEncoding::Windows1252.name() && !fact.given {
            fact.statement = say!(
                "fact-encoding",
                "{encoding}, since some bytes are not UTF-8",
                encoding = fact.statement
            );
            fact.severity = Severity::Note;
        }
        let comment = match report.comment {
            Some(sign) => say!("fact-comments", "comments start with {sign}", sign),
            None => say!("fact-no-comments", "no comments").to_owned(),
        };
        self.add(Topic::Format, "comment", comment, &["--comment"]);
        let quote = match report.quote {
            Some(quote) => say!("fact-quotes", "quotes {quote}", quote),
            None => say!("fact-no-quotes", "no quotes").to_owned(),
        };
        self.add(Topic::Format, "quote", quote, &["--quote"]);
        if report.skipped == 0 {
            self.add(
                Topic::Format,
                "skipped",
                say!("fact-none-skipped", "no lines skipped").to_owned(),
                &["--skip"],
            );
        }
    }

    /// Adds the lines of the file that are no rows of the table.
    fn add_left_out_lines(&mut self) {
        let report = self.report;
        if report.skipped > 0 {
            let statement = match report.skipped {
                1 => say!("fact-line-skipped", "first line skipped").to_owned(),
                lines => say!("fact-lines-skipped", "first {lines} lines skipped", lines),
            };
            self.note(Topic::Format, "skipped", statement, &["--skip"]);
        }
        let kinds = [
            (
                "units",
                say!("fact-units", "units or types").to_owned(),
                report.units,
            ),
            (
                "totals",
                say!("fact-totals", "totals").to_owned(),
                report.totals,
            ),
            (
                "blank",
                say!("fact-blank", "empty cells").to_owned(),
                report.blank,
            ),
        ];
        for (name, what, (rows, line)) in kinds {
            let statement = match rows {
                0 => continue,
                1 => say!(
                    "fact-row-of",
                    "row of {what} on line {line} excluded",
                    what,
                    line
                ),
                rows => say!(
                    "fact-rows-of",
                    "{rows} rows of {what} excluded, the first on line {line}",
                    rows,
                    what,
                    line
                ),
            };
            self.note(Topic::Format, name, statement, &[]);
        }
        if let Some((name, line)) = &report.doubtful_total {
            let statement = say!(
                "fact-doubtful-total",
                "\"{name}\" on line {line} may be a row of totals, which no row above adds up to",
                name = brief(name),
                line
            );
            self.warn(Topic::Format, "doubtful-total", statement, &[]);
        }
        if let (lines @ 1.., first) = report.footers {
            let lines = counted(lines as u64, "line");
            let statement = say!(
                "fact-footer",
                "{lines} of text below the table excluded, from line {first} on",
                lines,
                first
            );
            self.note(Topic::Format, "footer", statement, &[]);
        }
        match report.repeated_headers {
            (0, _) => {}
            (1, line) => {
                let statement = say!(
                    "fact-repeated-header",
                    "header repeated on line {line} excluded",
                    line
                );
                self.note(Topic::Format, "repeated-header", statement, &[]);
            }
            (rows, line) => {
                let statement = say!(
                    "fact-repeated-headers",
                    "{rows} repetitions of the header excluded, the first on line {line}",
                    rows,
                    line
                );
                self.note(Topic::Format, "repeated-header", statement, &[]);
            }
        }
    }
}

/// Name of a delimiter for readers.
fn delimiter_title(name: &str) -> String {
    match name {
        "comma" => say!("delimiter-comma", "comma").to_owned(),
        "semicolon" => say!("delimiter-semicolon", "semicolon").to_owned(),
        "tab" => say!("delimiter-tab", "tab").to_owned(),
        "bar" => say!("delimiter-bar", "bar").to_owned(),
        "blanks" => say!("delimiter-blanks", "blanks").to_owned(),
        other => other.to_owned(),
    }
}
