//! `nn-tui lesson`: the list of lessons, and the training of one.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use clap::FromArgMatches;

use super::args::{self, Args, GlobalArgs};
use super::job::{FrontEnd, Job};
use super::parse_error::problem;
use super::{Work, given_options, load, print, start, train};
use crate::data::Source;
use crate::error::{Error, Result};
use crate::lesson::{Lesson, names};
use crate::model_file::NamedFiles;
use crate::train::{Session, Settings};
use crate::tui;
use crate::tui::app::lesson::check_acts;
use crate::util::lang::say;
use crate::util::lang::{self, Lang};
use crate::util::platform::replace_process;
use crate::util::signals::end_of_runs;
use crate::util::text::{escape_lines, sanitise};

/// Options of every lesson: it begins when the reader is ready, and the last weights are those that are shown.
const OPTIONS: [&str; 6] = [
    "--paused",
    "--no-recovery",
    "--weights",
    "last",
    "--patience",
    "none",
];

/// Options of trainings without a screen, by the names of their fields.
const SCREENLESS: [&str; 5] = [
    "headless",
    "describe",
    "find_lr",
    "preflight",
    "check_gradients",
];

/// Writes the names and titles of the lessons, in teaching order.
///
/// # Errors
/// [`Error::CannotWrite`].
pub(super) fn list() -> Result<()> {
    let mut text = String::new();
    for name in names() {
        let title = Lesson::open(name)?.title.plain(lang::current());
        text.push_str(&format!("{name:<18} {title}\n"));
    }
    print(text)
}

/// Checks the lesson called `name`, trained with `options` in place of its own, up to the start of its training.
///
/// # Errors
/// [`Error::Usage`] if there is no such lesson, or no terminal to show it; [`Error::Lesson`] if it is not valid.
pub(super) fn prepare(
    name: &str,
    step: Option<usize>,
    options: &[OsString],
    global: &GlobalArgs,
) -> Result<Work> {
    let job = Job {
        lesson_step: step,
        ..job(Lesson::open(name)?, options, Some(global))?
    };
    let unusable = tui::unusable();
    if !io::stdout().is_terminal() || unusable.is_some() {
        let reason = unusable.unwrap_or(say!(
            "lesson-no-terminal",
            "standard output is not a terminal"
        ));
        return Err(Error::Usage(say!(
            "lesson-screen-because",
            "a lesson needs the screen: {reason}",
            reason
        )));
    }
    train(job)
}

/// Checks that [`go_on_with`] can start the lesson called `name`, as far as that is known before its table is read.
///
/// # Errors
/// Those of [`prepare`].
pub(super) fn check(name: &str) -> Result<()> {
    job(Lesson::open(name)?, &[], None).map(|_| ())
}

/// Checks that the table of `lesson` is built in or a file.
fn check_table(lesson: &Lesson) -> Result<(), String> {
    match Source::parse(lesson.source()) {
        Source::File(path) if !path.exists() => {
            let folder = Path::new(&lesson.name).parent();
            let folder = folder.filter(|folder| *folder != Path::new(""));
            let folder = folder.unwrap_or(Path::new("."));
            Err(say!(
                "lesson-no-table",
                "there is no table \"{table}\": it is neither built in nor a file in {folder}, the folder of the lesson",
                table = sanitise(&lesson.table),
                folder = sanitise(&folder.to_string_lossy())
            ))
        }
        _ => Ok(()),
    }
}

/// Runs the lesson called `name`, with options `before` its name and others after it, in place of this process, whose keyboard nobody else reads then. Returns its exit code
/// where the system cannot replace a process, or that of a signal that came while the run before it ended.
///
/// # Errors
/// [`Error::Worker`] if the program cannot be started.
pub(super) fn go_on_with(before: &[String], name: &str, options: &[OsString]) -> Result<u8> {
    if let Some(signal) = end_of_runs() {
        return Ok(128 + signal as u8);
    }
    let started = std::env::current_exe().and_then(|program| {
        let mut command = Command::new(program);
        command.args(["lesson", "--lang", lang::current().name()]);
        command.args(before).arg(name).args(options);
        replace_process(command)
    });
    started.map_err(|cause| {
        Error::Worker(say!(
            "lesson-not-started",
            "the lesson {name} cannot be started: {cause}",
            name,
            cause
        ))
    })
}

/// Loads the table of `lesson` and starts its training, with `options` in place of its own, as the screen does.
///
/// # Errors
/// Those of [`prepare`] and of loading.
pub fn session(lesson: Lesson, options: &[OsString]) -> Result<(Session, Settings)> {
    let job = job(lesson, options, None)?;
    let (session, settings) = start(&job, NamedFiles::default(), load(&job)?)?;
    let settings = Settings {
        paused: true,
        limits: job.limits,
        ..settings
    };
    Ok((session, settings))
}

/// Checks `lesson` and its options, with `options` in place of its own, and the `global` ones if they were given before.
fn job(lesson: Lesson, options: &[OsString], global: Option<&GlobalArgs>) -> Result<Job> {
    let wrong = |problem: String| Error::Lesson(format!("{}: {problem}", sanitise(&lesson.name)));
    check_acts(&lesson).map_err(wrong)?;
    check_table(&lesson).map_err(wrong)?;
    let args = arguments(&lesson, options)?;
    let mut job = Job::check(&args.training, global.unwrap_or(&args.global), true)?;
    if !matches!(job.front_end, FrontEnd::Screen(_)) {
        return Err(Error::Usage(
            say!("lesson-screen", "a lesson needs the screen").into(),
        ));
    }
    if let Some(hidden) = &job.choices.hidden {
        lesson.check_layers(hidden).map_err(wrong)?;
    }
    job.lesson = Some(Arc::new(lesson));
    job.lesson_options = options.to_vec();
    // Its options are not those of a training.
    job.command = None;
    Ok(job)
}

/// Parses the options of `lesson`, with `options` in place of its own.
///
/// # Errors
/// [`Error::Usage`] with the message of the parser.
fn arguments(lesson: &Lesson, options: &[OsString]) -> Result<Args> {
    let usage = |error: clap::Error| {
        // The message begins as that of any wrong argument does.
        let error = match lang::current() {
            Lang::En => error.to_string(),
            Lang::Zh => problem(&error),
        };
        let problem = escape_lines(error.trim_start_matches("error: "));
        Error::Usage(format!("{}: {problem}", sanitise(&lesson.name)))
    };
    // Of an option that is given twice the last one counts.
    let mut command = args::command().args_override_self(true);
    // Options without a screen conflict with those that every lesson has, which nobody typed.
    let begin = ["nn-tui", lesson.source()].map(OsString::from);
    let alone = begin.iter().chain(options).cloned();
    if let Ok(matches) = command.try_get_matches_from_mut(alone)
        && SCREENLESS.iter().any(|option| matches.get_flag(option))
    {
        return Err(Error::Usage(
            say!("lesson-screen", "a lesson needs the screen").into(),
        ));
    }
    let own = lesson.options.split_whitespace();
    let fixed = OPTIONS.into_iter().chain(own).map(OsString::from);
    let all = begin
        .iter()
        .cloned()
        .chain(fixed)
        .chain(options.iter().cloned());
    let matches = command.try_get_matches_from_mut(all).map_err(usage)?;
    let mut args = Args::from_arg_matches(&matches).map_err(usage)?;
    args.training.saving.given = given_options(&command, &matches);
    Ok(args)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_lesson_can_start_with_another_seed() {
        for language in Lang::ALL {
            lang::set_current(language);
            for name in names() {
                let lesson = Lesson::open(name).expect(name);
                let options: [OsString; 2] = ["--seed".into(), "3".into()];
                let job = job(lesson, &options, None).expect(name);
                assert_eq!(job.choices.seed, 3, "{name}");
                assert!(
                    matches!(job.front_end, FrontEnd::Screen(run) if run.paused),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn options_without_a_screen_are_refused_as_such() {
        for option in SCREENLESS {
            let option = &*format!("--{}", option.replace('_', "-"));
            let lesson = Lesson::open("xor").expect("built in");
            let error = job(lesson, &[option.into()], None).expect_err(option);
            assert_eq!(error.to_string(), "a lesson needs the screen", "{option}");
        }
        let command = args::command();
        let parsed = command.try_get_matches_from(["nn-tui", "lesson", "--step", "3"]);
        assert!(parsed.is_err(), "a step of no lesson");
    }

    #[test]
    fn a_kept_number_may_end_in_a_digit_and_a_layer_must_exist() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine.toml");
        let problem = |shown: &str| {
            let text = format!(
                "table = \"iris\"\noptions = \"--hidden 4\"\ntitle = {{ en = \"T\", zh = \"题\" }}\n\
                 formula = {{ en = \"f\", zh = \"f\" }}\n[[steps]]\nen = \"a\"\nzh = \"甲\"\nuntil = \"epoch > 1\"\n\
                 keep = {{ run_9 = \"val_loss\", a7 = \"epoch\" }}\n[[steps]]\nen = \"{shown}\"\nzh = \"{shown}\"\n"
            );
            fs::write(&path, text).expect("written");
            let checked = check(path.to_str().expect("UTF-8"));
            checked.err().map(|error| error.to_string())
        };
        for shown in ["{run_9} {a7}", "{a2[3]} {dead[2]} {x[4]}", "{w2[9,4]}"] {
            assert_eq!(problem(shown), None, "{shown}");
        }
        for shown in ["{a3[1]}", "{dead[3]}", "{w99999999999999999999[1,1]}"] {
            let problem = problem(shown).expect(shown);
            assert!(problem.contains("the network has 2 layers"), "{problem}");
        }
        for shown in ["{a1[99]}", "{b1[5]}", "{w1[5,1]}", "{w2[1,5]}"] {
            let problem = problem(shown).expect(shown);
            assert!(problem.contains("the layer has fewer neurons"), "{problem}");
        }
    }
}
