//! Memory: data and networks that do not fit are refused with a message.

use std::io::{BufRead, Read, Write};

use portable_pty::CommandBuilder;

use super::terminal::Terminal;
use super::*;

/// Runs the program under `limit`, an option of `ulimit` with its value.
fn limited(limit: &str, line: &str, folder: &Path) -> Output {
    let script = format!("ulimit {limit}; exec \"$0\" {line}");
    shell(&script)
        .current_dir(folder)
        .env("RUST_BACKTRACE", "0")
        .finish()
}

/// Writes 2^20 images of 100 x 100 pixels, as a file with holes.
fn write_images(folder: &Path) {
    let numbers = |magic: [u8; 4], numbers: &[u32]| {
        let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
        magic.into_iter().chain(numbers).collect::<Vec<u8>>()
    };
    let count = 1 << 20;
    let images = folder.join("train-images-idx3-ubyte");
    fs::write(&images, numbers([0, 0, 8, 3], &[count, 100, 100])).expect("written");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&images)
        .expect("there");
    file.set_len(16 + u64::from(count) * 10_000)
        .expect("a file with holes");
    let mut labels = numbers([0, 0, 8, 1], &[count]);
    labels.extend((0..count).map(|label| (label % 10) as u8));
    fs::write(folder.join("train-labels-idx1-ubyte"), labels).expect("written");
}

#[test]
fn that_images_do_not_fit_into_is_told_before_reading_them() {
    let folder = tempfile::tempdir().expect("a folder");
    write_images(folder.path());
    let line = "train-images-idx3-ubyte --headless --json";
    let output = limited("-v 4194304", line, folder.path());
    let message = stderr(&output);
    assert_eq!(code(&output), 1, "{message}");
    assert!(
        message.contains("reading 1048576 images of 100 x 100 pixels takes 39.1 GiB of memory"),
        "{message}"
    );
    let failed = &events(&stdout(&output))[0];
    assert_eq!(failed["kind"], "memory");
}

/// Writes a table of 120 MB that takes 240 MB as numbers.
fn write_table(folder: &Path) {
    let row = format!("{}a\n{}b\n", "1,".repeat(500), "2,".repeat(500));
    let mut file = fs::File::create(folder.join("wide.csv")).expect("created");
    let rows = row.repeat(100);
    for _ in 0..600 {
        file.write_all(rows.as_bytes()).expect("written");
    }
}

#[test]
fn that_a_table_does_not_fit_into_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write_table(folder.path());
    let output = limited("-d 200000", "wide.csv --headless", folder.path());
    let message = stderr(&output);
    assert_eq!(code(&output), 1, "{message}");
    assert!(
        message.contains("there is no memory left for the rows of the table"),
        "{message}"
    );

    let script = "ulimit -d 200000; exec \"$0\" \"$1\"";
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_nn-tui")]);
    command.arg(folder.path().join("wide.csv"));
    let mut terminal = Terminal::start_command(command, &[]);
    assert_eq!(terminal.exit_code(), 1);
    terminal.assert_given_back();
    terminal.wait_until("the reason", |text| {
        text.replace('\n', "")
            .contains("no memory left for the rows of the table")
    });
}

#[test]
fn that_a_network_does_not_fit_into_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "digits --headless --hidden 20000,20000";
    let output = limited("-v 4194304", line, folder.path());
    let message = stderr(&output);
    assert_eq!(code(&output), 1, "{message}");
    assert!(
        message.contains("parameters; training them takes"),
        "{message}"
    );
    let line = "iris --json --hidden 100000000,100000000";
    let failed: Value = serde_json::from_str(&stdout(&run(line, &[]))).expect("JSON");
    assert_eq!(failed["kind"], "memory");
}

/// Around the size that still fits, a network is trained, saved while it is, and trained once more on all rows, or refused.
#[test]
fn that_a_network_just_fits_into_is_enough_for_all_that_follows() {
    let (mut saved, mut refused) = (0, 0);
    for neurons in (450..=850).step_by(50) {
        let folder = tempfile::tempdir().expect("a folder");
        let line = format!(
            "digits --headless -e 2 --refit --checkpoint c --checkpoint-every 1epochs --hidden {neurons},{neurons} -o m.npz"
        );
        let output = limited("-d 90000", &line, folder.path());
        match code(&output) {
            0 => saved += 1,
            1 => refused += 1,
            _ => panic!("{neurons}: {}", stderr(&output)),
        }
    }
    assert!(saved > 0 && refused > 0, "{saved} saved, {refused} refused");
}

/// Around the size that still fits, a network is trained and saved, or refused.
#[test]
fn that_a_network_just_fits_into_is_not_overrun() {
    let (mut saved, mut refused) = (0, 0);
    for neurons in (1000..=4000).step_by(500) {
        let folder = tempfile::tempdir().expect("a folder");
        let line = format!("digits --headless -e 0 --hidden {neurons},{neurons} -o m.json");
        let output = limited("-v 800000", &line, folder.path());
        match code(&output) {
            0 => saved += 1,
            1 => refused += 1,
            _ => panic!("{neurons}: {}", stderr(&output)),
        }
    }
    assert!(saved > 0 && refused > 0, "{saved} saved, {refused} refused");
}

/// Under any limit that the system can start a program with, the reason is told, or the program does its work.
#[test]
fn that_is_short_from_the_start_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut done, mut refused) = (0, 0);
    for kibibytes in (8_000..640_000).step_by(8_000) {
        let output = limited(
            &format!("-v {kibibytes}"),
            "digits --describe",
            folder.path(),
        );
        let message = stderr(&output);
        match output.status.code() {
            Some(0) => done += 1,
            Some(1) if message.contains("starting takes 16.0 MiB of memory") => refused += 1,
            // Before the program starts.
            _ if !message.starts_with("nn-tui: ") && !message.contains("allocation") => {}
            code => panic!("{kibibytes} KiB: {code:?}, {message}"),
        }
    }
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
}

/// Runs `line` under limits of the data segment from `from` to `to` KiB. Each run does its work, with this exit code, or
/// tells what memory is missing, and both happen.
fn assert_done_or_refused(
    line: &str,
    done: i32,
    limits: std::ops::RangeInclusive<u32>,
    folder: &Path,
) {
    let mut codes = Vec::new();
    for kibibytes in limits.step_by(16_000) {
        let output = limited(&format!("-d {kibibytes}"), line, folder);
        let (code, message) = (output.status.code(), stderr(&output));
        let is_told = ["of memory", "no memory left"].map(|told| message.contains(told));
        assert!(
            code == Some(done) || code == Some(1) && is_told.contains(&true),
            "{line}: {kibibytes} KiB: {code:?}, {message}"
        );
        codes.push(code);
    }
    assert!(
        codes.contains(&Some(1)) && codes.contains(&Some(done)),
        "{line}: {codes:?}"
    );
}

/// Around the size that still fits, a model is read and does its work, or is refused.
#[test]
fn that_a_model_just_fits_into_is_not_overrun() {
    let folder = tempfile::tempdir().expect("a folder");
    for format in ["json", "safetensors", "npz"] {
        let line = format!("digits --headless -e 0 --hidden 1000,1000 -o m.{format}");
        assert_eq!(code(&limited("-d unlimited", &line, folder.path())), 0);
        for (line, done) in [
            (format!("predict m.{format} digits"), 0),
            (format!("eval m.{format} digits"), 0),
            (format!("m.{format}"), 2),
        ] {
            assert_done_or_refused(&line, done, 12_000..=120_000, folder.path());
        }
    }
    let line = "digits --from m.npz --headless -e 0";
    assert_done_or_refused(line, 0, 60_000..=240_000, folder.path());
}

/// Replaces most numbers of an `.npz` by zeros, and compresses it.
fn shrink(model: &Path) {
    let bytes = fs::read(model).expect("a model");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut shrunk = zip::ZipWriter::new(fs::File::create(model).expect("created"));
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("a member");
        let name = member.name().expect("a name").into_owned();
        let mut array = Vec::new();
        member.read_to_end(&mut array).expect("unpacked");
        if name.ends_with("weight.npy") {
            for numbers in array[128..].chunks_mut(256) {
                let rest = numbers.len().min(4);
                numbers[rest..].fill(0);
            }
        }
        let options = zip::write::SimpleFileOptions::default();
        shrunk.start_file(name, options).expect("written");
        shrunk.write_all(&array).expect("written");
    }
    shrunk.finish().expect("written");
}

/// A model whose file is much smaller than what it holds is read, or refused where that does not fit.
#[test]
fn that_a_small_file_of_a_large_model_just_fits_into_is_not_overrun() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "digits --headless -e 0 --hidden 2500,2500 -o m.npz";
    assert_eq!(code(&limited("-d unlimited", line, folder.path())), 0);
    shrink(&folder.path().join("m.npz"));
    for (line, done) in [("m.npz", 2), ("predict m.npz digits", 0)] {
        assert_done_or_refused(line, done, 20_000..=260_000, folder.path());
    }
}

/// A second network that nobody asked for is left out with a word.
#[test]
fn that_a_second_network_does_not_fit_into_is_told() {
    let script = "ulimit -d 124000; exec \"$0\" digits --headless --hidden 700,700 -o m.npz";
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = shell(script)
        .current_dir(folder.path())
        .spawn()
        .expect("starts");
    let told = std::io::BufReader::new(child.stderr.take().expect("piped"));
    let first = told.lines().next().expect("a line").expect("UTF-8");
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert!(
        first.contains("no second network is trained on all rows"),
        "{first}"
    );
}

/// Around the size that still fits, a run is resumed and saved, or refused.
#[test]
fn that_a_checkpoint_just_fits_into_is_not_overrun() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "digits --headless -e 0 --hidden 1000,1000 -o m.npz --checkpoint c";
    assert_eq!(code(&limited("-d unlimited", line, folder.path())), 0);
    let line = "--resume c -e 0 --force --headless";
    assert_done_or_refused(line, 0, 12_000..=240_000, folder.path());
}

/// Around the size that still fits, a run on a table of many rows and few columns is trained and saved, or refused.
#[test]
fn that_many_rows_just_fit_into_is_not_overrun() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = (0..800_000_u32).map(|row| format!("{},{},{}\n", row % 97, row % 89, row % 3));
    let table = "x,y,kind\n".to_owned() + &rows.collect::<String>();
    fs::write(folder.path().join("rows.csv"), table).expect("written");
    let line = "rows.csv --headless -e 1 --batch 20000 --hidden 4 --force -o m.npz";
    for more in ["--no-refit", "--refit"] {
        let line = format!("{line} {more}");
        assert_done_or_refused(&line, 0, 60_000..=180_000, folder.path());
    }
    let line = "eval m.npz rows.csv";
    assert_done_or_refused(line, 0, 14_000..=110_000, folder.path());
}

/// A command that takes more networks than there is memory for is refused on the screen, and the run is saved at its end.
#[test]
fn that_copies_of_a_network_do_not_fit_into_is_told() {
    for command in [":preflight", ":race hidden 100 600 1200", ":find lr"] {
        let script = "ulimit -d 124000; exec \"$0\" \"$@\"";
        let mut command_line = CommandBuilder::new("sh");
        command_line.args(["-c", script, env!("CARGO_BIN_EXE_nn-tui")]);
        command_line.args(["digits", "--paused", "--hidden", "700,700"]);
        command_line.args(["--export", "m.npz", "--no-recovery"]);
        let mut terminal = Terminal::start_command(command_line, &[]);
        terminal.wait_until("the screen", |text| text.contains("paused"));
        terminal.press(command);
        terminal.press("\r");
        terminal.wait_until("the reason", |text| text.contains("of memory"));
        terminal.press("\x03");
        assert_eq!(terminal.exit_code(), 130, "{command}");
        terminal.assert_given_back();
        assert!(terminal.folder.path().join("m.npz").is_file(), "{command}");
    }
}
