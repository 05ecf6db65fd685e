//! `--resume`: from a checkpoint and the options beside it to a job.

use std::fmt;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{GlobalArgs, TrainingArgs};
use super::job::{FrontEnd, Job};
use super::load_options::load_options;
use super::{print, print_message};
use crate::data::{Dataset, Source, TargetEncoding, ValidationRows};
use crate::error::{Error, Result};
use crate::model_file::{ExportOption, is_same_file};
use crate::nn::Change;
use crate::settings::{Choices, Edit, Setting, TableShape};
use crate::train::checkpoint::Checkpoint;
use crate::train::recovery::{self, RecoveryFile};
use crate::train::{CheckpointOption, Command, Limits, Pace, Resumed, Session};
use crate::util::lang::say;
use crate::util::numbers::{ago, file_size};
use crate::util::text::sanitise;

/// Options that a resumed run takes from its checkpoint, and that may be repeated but not changed.
const FIXED: [&str; 22] = [
    "--delimiter",
    "--decimal",
    "--header",
    "--no-header",
    "--encoding",
    "--comment",
    "--target",
    "--task",
    "--drop",
    "--keep",
    "--categorical",
    "--dates",
    "--lags",
    "--missing",
    "--missing-values",
    "--max-rows",
    "--val",
    "--test",
    "--split",
    "--class-weights",
    "--outputs",
    "--set",
];

/// Order to continue a run.
pub struct ResumeOrder {
    /// Path of the checkpoint.
    path: PathBuf,
    /// The checkpoint, until the session is made of it.
    checkpoint: Mutex<Option<Checkpoint>>,
    /// Settings given along with it.
    settings: Vec<(&'static Setting, Edit)>,
    is_recovery_file: bool,
    /// Whether the run trained a second network at its end.
    refit: bool,
    /// Whether the model is saved where the checkpoint says.
    pub(super) keeps_export: bool,
}

impl ResumeOrder {
    /// Returns whether the file at `path` is a checkpoint of the run.
    pub(super) fn owns(&self, path: &Path) -> bool {
        self.is_of_checkpoint(|checkpoint| checkpoint.is_in(path))
    }

    /// Returns whether the file at `path` is the model that the run has written.
    pub(super) fn owns_model(&self, path: &Path) -> bool {
        self.is_of_checkpoint(|checkpoint| checkpoint.progress.final_model.may_replace(path))
    }

    fn is_of_checkpoint(&self, is_own: impl FnOnce(&Checkpoint) -> bool) -> bool {
        let held = self.checkpoint.lock();
        held.is_ok_and(|held| held.as_ref().is_some_and(is_own))
    }

    /// Returns whether the run trains a second network at its end, as its checkpoint says. Live changes cannot be
    /// repeated by that one.
    pub(super) fn refits(&self, session: &Session) -> bool {
        self.refit && session.log().is_empty()
    }

    /// Path of the checkpoint.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for ResumeOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResumeOrder({})", self.path.display())
    }
}

/// Reads the checkpoint in `path`, by default the newest recovery file, and checks the options
/// beside it.
///
/// # Errors
/// Those of [`Checkpoint::read`]; [`Error::Usage`] for an option that contradicts the checkpoint.
pub(super) fn job(
    path: Option<&Path>,
    args: &TrainingArgs,
    global: &GlobalArgs,
    is_terminal: bool,
) -> Result<Job> {
    let folder = recovery::folder(|name| std::env::var_os(name));
    let path = match path {
        Some(path) => path.to_owned(),
        None => newest(folder.as_deref())?,
    };
    let mut job = Job::check(args, global, is_terminal)?;
    let checkpoint = Checkpoint::read(&path, job.threads)?;
    // The run goes on, and so does its log.
    if let Some(log) = &mut job.log {
        log.continue_existing(checkpoint.about.epoch, checkpoint.about.step);
    }
    check(args, global, &path, &checkpoint)?;
    job.source = match &args.saving.moved_data {
        Some(data) => Source::parse(data),
        None => checkpoint.origin.source.clone(),
    };
    if job.source == Source::Stdin && io::stdin().is_terminal() {
        let shown = shown(&path);
        return Err(Error::Usage(say!(
            "resume-stdin",
            "the run in {shown} read its data from standard input: supply them again, as in \
             nn-tui --resume {shown} < table.csv, or by --data FILE",
            shown
        )));
    }
    job.options = checkpoint.origin.options.clone();
    let is_given = |name: &str| args.saving.given.iter().any(|given| given == name);
    let before = checkpoint.progress.limits;
    match &mut job.front_end {
        FrontEnd::Screen(run) => {
            if !is_given("--pace") {
                run.pace = Some(checkpoint.progress.pace);
            }
            run.paused |= checkpoint.progress.is_paused;
            keep_limits(&mut job.limits, before, is_given);
        }
        // A run on the screen may have had no limits.
        _ if before != Limits::default() => keep_limits(&mut job.limits, before, is_given),
        _ => {}
    }
    let kept = &checkpoint.progress.final_model;
    if !is_given("--weights") {
        job.weights = kept.weights;
    }
    let keeps_export = job.export.is_none() && kept.path.is_some();
    if let (true, Some(path)) = (keeps_export, &kept.path) {
        job.export = Some(ExportOption {
            path: path.clone(),
            replace: global.force,
        });
    }
    // One that a person names as the checkpoint stays when the run is saved as a model too.
    let is_named = |option: &CheckpointOption| is_same_file(&option.path, &path);
    let is_recovery_file = folder.is_some()
        && path.parent() == folder.as_deref()
        && !job.checkpoint.as_ref().is_some_and(is_named);
    if job.checkpoint.is_none() {
        // Every end of the run saves it again.
        job.checkpoint = Some(CheckpointOption {
            path: path.clone(),
            every: args.saving.checkpoint_every,
            replace: global.force,
        });
    }
    job.resume = Some(ResumeOrder {
        is_recovery_file,
        refit: checkpoint.progress.final_model.refit,
        keeps_export,
        path,
        checkpoint: Mutex::new(Some(checkpoint)),
        settings: args.settings.edits.clone(),
    });
    Ok(job)
}

/// Replaces those of the `limits` that are not given along with `--resume` by those `before`.
fn keep_limits(limits: &mut Limits, before: Limits, is_given: impl Fn(&str) -> bool) {
    if !is_given("--epochs") {
        limits.epochs = before.epochs;
    }
    if !is_given("--patience") {
        limits.patience = before.patience;
    }
    if !is_given("--time-limit") {
        limits.time = before.time;
    }
}

fn newest(folder: Option<&Path>) -> Result<PathBuf> {
    let newest = folder.and_then(|folder| recovery::list(folder).into_iter().next());
    newest
        .map(|file| file.path)
        .ok_or_else(|| Error::NoSuchInput {
            path: folder.map_or(
                say!("recovery-files", "recovery files").into(),
                Path::to_owned,
            ),
            hint: say!(
                "no-run-to-resume",
                ": there is no interrupted run to resume"
            )
            .into(),
        })
}

/// Refuses data, and options that differ from those of the run.
fn check(
    args: &TrainingArgs,
    global: &GlobalArgs,
    path: &Path,
    checkpoint: &Checkpoint,
) -> Result<()> {
    let given = &args.saving.given;
    if given.iter().any(|given| given == "data") {
        return Err(Error::Usage(say!(
            "resume-data",
            "--resume continues on the data of the run, {source}; --data FILE says where they are now",
            source = checkpoint.origin.source
        )));
    }
    let (options, validation) = load_options(args, &global.reading, 0)?;
    let plan = checkpoint.plan();
    let mut different = options.absolute().differences(&checkpoint.origin.options);
    let is_split = matches!(checkpoint.origin.options.validation, ValidationRows::Split);
    if is_split && validation != plan.validation {
        different.push("--val");
    }
    if args.table.class_weights != plan.class_weights {
        different.push("--class-weights");
    }
    if (args.outputs == "1") != (plan.targets == TargetEncoding::Fraction) {
        different.push("--outputs");
    }
    if args.set != checkpoint.initial_values() {
        different.push("--set");
    }
    let is_contradiction =
        |name: &&&str| given.iter().any(|given| given == **name) && different.contains(*name);
    match FIXED.iter().find(is_contradiction) {
        None => Ok(()),
        Some(option) => Err(contradiction(option, path)),
    }
}

fn contradiction(option: &str, path: &Path) -> Error {
    Error::Usage(say!(
        "resume-contradicts",
        "{option} contradicts the run in {path}: a resumed run keeps its data, seed and initial weights",
        option,
        path = shown(path)
    ))
}

fn shown(path: &Path) -> String {
    sanitise(&path.to_string_lossy())
}

/// Restores the session of `order` on `dataset`, and makes live changes of the settings given along with
/// it.
///
/// # Errors
/// Those of [`Checkpoint::resume`]; [`Error::Usage`] for a setting that cannot be changed.
pub(super) fn session(
    job: &Job,
    order: &ResumeOrder,
    dataset: Dataset,
) -> Result<(Session, Resumed)> {
    let threads = job.threads;
    let taken = order
        .checkpoint
        .lock()
        .ok()
        .and_then(|mut held| held.take());
    let checkpoint = match taken {
        Some(checkpoint) => checkpoint,
        None => Checkpoint::read(&order.path, threads)?,
    };
    checkpoint.check_fits(dataset.rows())?;
    let (mut session, mut resumed) = checkpoint.resume(&order.path, dataset, threads)?;
    resumed.recovery_file = order.is_recovery_file.then(|| order.path.clone());
    let changes = changes(&session, order, job.limits)?;
    if !changes.is_empty() {
        resumed.leave_mini_batch();
    }
    for (option, change) in changes {
        let refused = |problem| Error::Usage(format!("{option}: {problem}"));
        session.apply(change).map_err(refused)?;
    }
    Ok((session, resumed))
}

/// Returns the live changes that the settings beside the checkpoint ask for, each with its option.
fn changes(
    session: &Session,
    order: &ResumeOrder,
    limits: Limits,
) -> Result<Vec<(String, Change)>> {
    let before = Choices::of(session.plan_in_force(), limits, Pace::Full);
    let mut after = before.clone();
    for (_, edit) in &order.settings {
        edit.apply(&mut after);
    }
    let is_given = |name| {
        order
            .settings
            .iter()
            .any(|(setting, _)| setting.name == name)
    };
    if !(is_given("output") && is_given("loss")) {
        after.follow(&before);
    }
    // Limits of a run are no part of its session.
    (after.limits, after.pace) = (before.limits, before.pace);
    after.motion = before.motion;
    let inputs = session.architecture().inputs();
    let is_number = session.data().task.scale().is_some();
    let plan = after.plan(TableShape {
        inputs,
        rows: session.dataset().rows(),
        is_number,
    });
    let plan = plan.map_err(Error::Usage)?;
    let mut changes: Vec<(String, Change)> = Vec::new();
    for (setting, _) in &order.settings {
        if (setting.value)(&before) == (setting.value)(&after) {
            continue;
        }
        let option = format!("--{}", setting.name);
        match (setting.command)(&after, &plan) {
            // Several settings may be changed at once.
            Some(Command::Apply(change)) if changes.iter().any(|(_, other)| *other == change) => {}
            Some(Command::Apply(change)) => changes.push((option, change)),
            _ => return Err(contradiction(&option, &order.path)),
        }
    }
    let schedule = plan.schedule;
    let is_new = |(_, change): &(String, Change)| matches!(change, Change::Schedule { .. });
    if schedule != before.schedule && !changes.iter().any(is_new) {
        // It ends with the epochs.
        changes.push(("--epochs".into(), Change::Schedule { schedule }));
    }
    Ok(changes)
}

/// Writes the list of recovery files to standard output.
///
/// # Errors
/// [`Error::CannotWrite`].
pub(super) fn list() -> Result<()> {
    let folder = recovery::folder(|name| std::env::var_os(name));
    let files = folder.as_deref().map(recovery::list).unwrap_or_default();
    if files.is_empty() {
        print_message(say!("resume-none", "there is no interrupted run to resume"));
    }
    let mut text = String::new();
    for RecoveryFile { path, about, bytes } in files {
        text.push_str(&say!(
            "resume-line",
            "{path}  {data}  {network}  epoch {epoch}  {age}  {size}",
            path = shown(&path),
            data = sanitise(&about.data),
            network = sanitise(&about.network),
            epoch = about.epoch,
            age = age(about.saved),
            size = file_size(bytes),
        ));
        text.push('\n');
    }
    print(text)
}

/// Describes how long ago a time in milliseconds since 1970 is.
fn age(time: u64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    ago((now.as_millis() as u64).saturating_sub(time) as f64 / 1000.0)
}
