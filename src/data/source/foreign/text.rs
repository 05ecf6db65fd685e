//! Formats that only a whole header or several lines tell.

use util::error::DataProblem;
use util::lang::say;

/// Length in bytes of the header of a file in a tar archive.
const TAR_HEADER: usize = 512;

/// Position of the checksum in such a header: octal digits.
const TAR_CHECKSUM: std::ops::Range<usize> = 148..156;

/// Returns the problem of a table that begins with `first` if it is a tar archive, compressed or not. Its first bytes are
/// the name of a file, so that only the checksum of its header tells.
pub(crate) fn tar_problem(first: &[u8]) -> Option<DataProblem> {
    let header = first.get(..TAR_HEADER)?;
    let digits = std::str::from_utf8(&header[TAR_CHECKSUM]).ok()?;
    let digits = digits.trim_matches(['\0', ' ']);
    let expected = u64::from_str_radix(digits, 8).ok()?;
    let blanks = TAR_CHECKSUM.len() as u64 * u64::from(b' ');
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    let found = sum(header) - sum(&header[TAR_CHECKSUM]) + blanks;
    let about = say!(
        "format-tar",
        "it is a tar archive; extract its table first: tar -xf FILE"
    );
    (found == expected).then_some(DataProblem::ForeignFormat(about))
}

/// Returns the problem of a table that begins with `first` if it is text of a format that only its lines tell.
pub(crate) fn text_problem(first: &[u8]) -> Option<DataProblem> {
    /// Number of bytes, lines and rows that are looked at.
    const BYTES: usize = 1 << 16;
    const LIBSVM_ROWS: usize = 20;
    let text = String::from_utf8_lossy(&first[..first.len().min(BYTES)]);
    let is_blank = |line: &&str| !line.trim().is_empty();
    let lines = || text.lines().filter(is_blank);
    let starts = |line: &str, words: &[&str]| {
        let upper: String = line.trim_start().chars().take(40).collect();
        let upper = upper.to_uppercase();
        words.iter().any(|word| upper.starts_with(word))
    };
    const STATEMENTS: [&str; 3] = ["INSERT INTO ", "CREATE TABLE ", "DROP TABLE "];
    const OTHERS: [&str; 8] = [
        "--", "/*", "SET ", "BEGIN", "START ", "PRAGMA ", "USE ", "CREATE ",
    ];
    let is_statement = |line: &str| {
        let is_copy = starts(line, &["COPY "]) && line.to_uppercase().contains(" FROM STDIN");
        starts(line, &STATEMENTS) || is_copy
    };
    let starts_values = |line: &str| line.trim_end().to_uppercase().ends_with(" VALUES");
    let first_line = lines().next()?;
    let is_sql = (starts(first_line, &OTHERS) || is_statement(first_line))
        && lines().any(|line| {
            let ends = line.contains(['(', ';', '`']) || starts_values(line);
            is_statement(line) && ends
        });
    if is_sql {
        return Some(DataProblem::ForeignFormat(say!(
            "format-sql",
            "it is an SQL dump; load it into a database and export the table as CSV, for example: \
             sqlite3 -header -csv DATABASE 'select * from NAME' | nn-tui -"
        )));
    }
    if first_line.trim() == "BEGIN:VCALENDAR" {
        return Some(DataProblem::ForeignFormat(say!(
            "format-calendar",
            "it is a calendar (iCalendar); export its events as CSV"
        )));
    }
    let few: Vec<&str> = lines().take(LIBSVM_ROWS).collect();
    if are_named_values(&few) {
        return Some(DataProblem::ForeignFormat(say!(
            "format-named-values",
            "it has the names of the columns beside the values (YAML, sqlite3 -line, key=value); convert it to CSV or JSON \
             lines, with a row on each line"
        )));
    }
    let is_pair = |pair: &str| {
        let numbers = pair.split_once(':');
        numbers.is_some_and(|(index, value)| {
            index.parse::<u32>().is_ok() && value.parse::<f64>().is_ok()
        })
    };
    let is_libsvm = |line: &str| {
        let row = line.split('#').next().unwrap_or_default();
        let mut cells = row.split_ascii_whitespace();
        cells
            .next()
            .is_some_and(|label| label.parse::<f64>().is_ok())
            && cells.next().is_some_and(is_pair)
            && cells.all(is_pair)
    };
    let rows = lines().take(LIBSVM_ROWS);
    // The last of them may be cut.
    let rows: Vec<&str> = rows.take(lines().count().saturating_sub(1)).collect();
    (rows.len() > 1 && rows.into_iter().all(is_libsvm)).then(|| {
        DataProblem::ForeignFormat(say!(
            "format-libsvm",
            "it is in the format of LIBSVM; convert it to CSV, for example with \
             sklearn.datasets.load_svmlight_file"
        ))
    })
}

/// Returns whether `lines` are values, each behind its name: one on a line, as in YAML and what `sqlite3 -line` prints, or
/// all of a row on a line, as in `a=1;b=2`. The names of the first row come again.
fn are_named_values(lines: &[&str]) -> bool {
    let name_of = |value: &str, sign: char| {
        let (name, _) = value.split_once(sign)?;
        let name = name.trim().trim_start_matches("- ").to_owned();
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ' ');
        let starts_well = name.starts_with(|letter: char| letter.is_alphabetic());
        (starts_well && name.chars().all(is_name)).then_some(name)
    };
    let names = |separator: Option<char>, sign: char| -> Option<Vec<Vec<String>>> {
        let of_line = |line: &&str| match separator {
            None => Some(vec![name_of(line, sign)?]),
            Some(separator) => line
                .split(separator)
                .map(|value| name_of(value, sign))
                .collect(),
        };
        lines.iter().map(of_line).collect()
    };
    let come_again = |sign: &str| {
        let has_sign = lines.len() > 3 && lines.iter().all(|line| line.contains(sign));
        let sign = sign.trim().chars().next().unwrap_or('=');
        has_sign
            && names(None, sign).is_some_and(|all| all[1] != all[0] && all[2..].contains(&all[0]))
    };
    let is_list = lines.first().is_some_and(|line| line.starts_with("- "));
    let are_rows = |separator| {
        let all = names(Some(separator), '=');
        all.is_some_and(|all| {
            all.len() > 2 && all[0].len() > 1 && all.iter().all(|row| *row == all[0])
        })
    };
    come_again(" = ") || is_list && come_again(": ") || [';', ',', '\t'].into_iter().any(are_rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tar_archive_has_the_checksum_of_its_header() {
        let mut header = [0_u8; TAR_HEADER];
        header[..5].copy_from_slice(b"t.csv");
        header[TAR_CHECKSUM].fill(b' ');
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[TAR_CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let problem = tar_problem(&header).expect("an archive").to_string();
        assert!(problem.contains("tar -xf FILE"), "{problem}");
        header[0] = b'u';
        assert_eq!(tar_problem(&header), None);
        assert_eq!(tar_problem(&b"a,b\n1,2\n".repeat(99)), None);
        assert_eq!(tar_problem(b"a,b\n"), None);
    }

    #[test]
    fn text_of_other_formats_is_recognised_by_its_lines() {
        let libsvm = "1 1:0.5 3:2\n-1 2:1e-3\n+1 1:1 2:3 # comment\n0 7:1\n";
        for (text, format) in [
            (
                "-- dump\n\nCREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n",
                "SQL",
            ),
            (
                "insert into t values (1, 2);\ninsert into t values (1, 2);\n",
                "SQL",
            ),
            ("COPY public.t (x, z) FROM stdin;\n1.5\t0\n", "SQL"),
            (
                "/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `t`;\n",
                "SQL",
            ),
            (libsvm, "LIBSVM"),
            ("INSERT INTO t VALUES\n(0,'x'),\n(1,'y');\n", "SQL"),
            ("BEGIN:VCALENDAR\nVERSION:2.0\n", "iCalendar"),
            (
                "  id = 1\nkind = x\n\n  id = 2\nkind = y\n",
                "sqlite3 -line",
            ),
            ("- a: 0\n  kind: x\n- a: 1\n  kind: y\n", "YAML"),
            ("a=0;kind=x\na=1;kind=y\na=2;kind=x\n", "key=value"),
            ("a=0, kind=x\na=1, kind=y\na=2, kind=x\n", "key=value"),
        ] {
            let problem = text_problem(text.as_bytes()).expect(format).to_string();
            assert!(problem.contains(format), "{problem}");
        }
        for text in [
            "",
            "set,kind\n1,a\n",
            "--,b\n1,2\n",
            "copy ,b (c)\n1,2\n",
            "-- comment\na,b\ninsert into x,2\n",
            "time value\n1:5 2:5\n3:5 4:5\n",
            "1 2:x\n1 2:y\n",
            "a=1,b=2\n3,4\n5,6\n",
            "x = 1\nx = 2\nx = 3\nx = 4\n",
            "a: b,c\n1: 2,x\n3: 4,y\n5: 6,x\n",
            "0 12\n1 13\n0 14\n",
        ] {
            assert_eq!(text_problem(text.as_bytes()), None, "{text}");
        }
    }
}
