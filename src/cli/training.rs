//! Start of a training: headless, on the screen, or one of the checks that need no more than the data.

use std::ops::ControlFlow;
use std::path::absolute;
use std::sync::Arc;

use super::config::Config;
use super::job::{FrontEnd, Job, ScreenRun};
use super::loading::LoadingNotice;
use super::{
    Work, checks, describe, distinct_files, headless, lesson, lesson_places, outputs, print,
    print_notice, resume, trials,
};
use crate::data::{Dataset, Prepared, Split, SplitFile, load_with};
use crate::error::{Error, Result, shown_source};
use crate::model_file::{Access, NamedFiles, write, write_with};
use crate::record::LogOption;
use crate::settings::{TableShape, changes};
use crate::train::{FinalModel, Pace, Recipe, Session, Settings, training_script};
use crate::tui;
use crate::tui::app::{Loading, LoadingStage};
use crate::tui::options::ScreenOptions;
use crate::util::lang::say;
use crate::util::memory;
use crate::util::text::sanitise;

/// Bytes per row to write a list of rows: its text, and its place in the order of the table.
const BYTES_PER_LISTED_ROW: u128 = 80;

/// Loads the data, unless the screen shows that, and returns the training.
pub(super) fn train(job: Job) -> Result<Work> {
    let files = distinct_files::check(&job)?;
    let notice = outputs::check(&job)?;
    let code = match job.front_end {
        FrontEnd::Screen(run) => return on_screen(job, run, files, notice),
        FrontEnd::Headless { check_gradients } => return headless(job, files, check_gradients),
        FrontEnd::Description => {
            describe::run(&job, &load_alone(&job)?)?;
            0
        }
        FrontEnd::Script => {
            let (session, _) = start(&job, files, load_alone(&job)?)?;
            write_script(&job, &session)?;
            0
        }
        FrontEnd::RateFinder => {
            checks::find_rate(&job, load_alone(&job)?)?;
            0
        }
        FrontEnd::Preflight => checks::preflight(&job, load_alone(&job)?)?,
        FrontEnd::Trials(count) => {
            trials::run(&job, load_alone(&job)?, count)?;
            0
        }
    };
    Ok(Box::new(move || Ok(code)))
}

fn headless(job: Job, files: NamedFiles, check_gradients: bool) -> Result<Work> {
    print_notice(job.notice());
    let (session, mut settings) = start(&job, files, load(&job)?)?;
    let is_validated = !session.data().validation.is_empty();
    settings.limits = job.limits_for(is_validated);
    let refit = match &job.resume {
        Some(order) => order.refits(&session),
        None => job.refits(session.dataset(), is_validated)?,
    };
    let batch = session.engine().batch();
    let check_fits = || {
        (session.architecture()).check_fits(batch, memory::available())?;
        Split::check_fits(session.dataset())
    };
    settings.final_model.refit = match (refit, job.refit) {
        (true, Some(true)) => check_fits().map(|()| true)?,
        // A second network nobody asked for is left out where there is no memory for it.
        (true, _) => check_fits().inspect_err(tell_of_no_refit).is_ok(),
        (false, _) => false,
    };
    Ok(Box::new(move || {
        headless::run(session, settings, &job, check_gradients)
    }))
}

fn tell_of_no_refit(error: &Error) {
    print_notice(Some(say!(
        "refit-memory",
        "no second network is trained on all rows at the end, as there is no memory for it: {error}",
        error
    )));
}

fn on_screen(job: Job, run: ScreenRun, files: NamedFiles, notice: Option<String>) -> Result<Work> {
    let config = Config::read()?;
    let pace = run.pace.or(config.pace);
    let mut loading = Loading::new(job.source.name(), job.files(), run.paused);
    loading.export = job.export.clone();
    loading.force = job.force;
    loading.weights = job.weights;
    loading.motion = run.motion;
    loading.lesson.clone_from(&job.lesson);
    let lesson = job.lesson.as_ref();
    loading.offered_step = lesson.and_then(|lesson| lesson_places::of(&lesson.name));
    loading.first_step = job.lesson_step;
    let lesson_options = job.lesson_options.clone();
    loading.check_lesson = lesson::check;
    loading.command.clone_from(&job.command);
    let checkpoint = job.checkpoint.as_ref();
    loading.checkpoint = checkpoint.map(|option| option.path.clone());
    loading.notice = job.notice().or(notice);
    let options = ScreenOptions {
        cast: job.cast.clone(),
        ..config.with(run.looks)
    };
    loading.keys = options.keys.clone();
    let log = job.log.clone();
    let load = move |watch: &mut dyn FnMut(LoadingStage) -> ControlFlow<()>| {
        let mut report = |progress| watch(LoadingStage::Reading(progress));
        let dataset = load_with(&job.source, &job.options, &mut report);
        let dataset = dataset.map_err(|error| job.explain(error))?;
        if watch(LoadingStage::Preparing).is_break() {
            return Err(Error::Cancelled);
        }
        let (session, settings) =
            start(&job, files, dataset).map_err(|error| job.explain(error))?;
        let rows = session.data().training.rows();
        let pace = pace.unwrap_or_else(|| Pace::auto(session.architecture(), rows));
        let settings = Settings {
            pace,
            paused: run.paused,
            limits: job.limits,
            history_memory: run.history_memory,
            ..settings
        };
        Ok((session, settings))
    };
    Ok(Box::new(move || {
        let exit = tui::run(loading, Box::new(load), log, options)?;
        if let Some((lesson, step)) = &exit.place {
            lesson_places::keep(lesson, *step);
        }
        match exit.lesson {
            Some((name, None)) => lesson::go_on_with(&[], &name, &[]),
            Some((name, Some(step))) => {
                let step = ["--step".into(), step.to_string()];
                lesson::go_on_with(&step, &name, &lesson_options)
            }
            None => Ok(exit.code),
        }
    }))
}

/// Creates or restores the session that trains on `dataset`, with settings that say how it is saved.
pub(super) fn start(job: &Job, files: NamedFiles, dataset: Dataset) -> Result<(Session, Settings)> {
    let export = job.export.as_ref();
    let path = export.map(|export| absolute(&export.path).unwrap_or_else(|_| export.path.clone()));
    let is_forced = export.is_some_and(|export| export.replace);
    let settings = Settings {
        final_model: FinalModel::new(path, job.weights, is_forced),
        checkpoint: job.checkpoint.clone(),
        recovery: job.recovery.clone(),
        files,
        distributions: (job.log.as_ref()).is_some_and(LogOption::wants_distributions),
        ..Settings::default()
    };
    let (session, resumed) = match &job.resume {
        None => {
            let recipe = recipe(job, dataset)?;
            (recipe.session(recipe.split()?)?, None)
        }
        Some(order) => {
            let (session, resumed) = resume::session(job, order, dataset)?;
            (session, Some(Box::new(resumed)))
        }
    };
    if let (Some(option), true) = (job.needs_validation, session.data().validation.is_empty()) {
        return Err(Error::Usage(say!(
            "option-needs-validation",
            "{option} goes by the loss on validation rows, and there are none: --val says which they are",
            option
        )));
    }
    save_split(job, session.dataset(), session.data())?;
    let table = TableShape::of(session.dataset());
    let (plan, limits) = (session.plan(), job.choices.limits);
    let settings = Settings {
        due_changes: changes(&job.changes, plan, limits, table).map_err(Error::Usage)?,
        resumed,
        ..settings
    };
    Ok((session, settings))
}

/// Writes the training of `session` as a script to the file that `job` names, and prints how to run it.
fn write_script(job: &Job, session: &Session) -> Result<()> {
    let Some(path) = &job.export_training else {
        return Ok(());
    };
    let limits = job.limits_for(!session.data().validation.is_empty());
    let script = training_script(session, limits, job.weights)?;
    write(path, script.as_bytes(), job.force)?;
    let path = sanitise(&path.to_string_lossy());
    let text = say!(
        "script-written",
        "wrote {path}; run it with python3 {path}, or in several processes with torchrun --nproc-per-node 4 {path}",
        path
    );
    print(text + "\n")
}

/// Writes the rows of each set to the file that `job` names, if it does.
///
/// # Errors
/// [`Error::Usage`] if a set is in another file; [`Error::Memory`]; [`Error::CannotWrite`].
pub(super) fn save_split(job: &Job, dataset: &Dataset, prepared: &Prepared) -> Result<()> {
    let Some(path) = &job.save_split else {
        return Ok(());
    };
    if dataset.validation.is_some() || dataset.test.is_some() {
        return Err(Error::Usage(
            say!("save-split-one-table", "--save-split lists the rows of one table, and validation or test rows are in another file")
                .into(),
        ));
    }
    let purpose = say!("purpose-split-file", "the list of the rows of each set");
    memory::check_large(purpose, BYTES_PER_LISTED_ROW * dataset.rows() as u128)?;
    let text = SplitFile::text(prepared, &dataset.report);
    write_with(path, job.force, Access::Usual, |out| {
        out.write_all(text.as_bytes())
    })?;
    Ok(())
}

/// Gathers what a training on `dataset` starts from, and checks that there is memory for its network.
pub(super) fn recipe(job: &Job, dataset: impl Into<Arc<Dataset>>) -> Result<Recipe> {
    let dataset = dataset.into();
    let plan = job.plan_for(&dataset)?;
    // Constant columns are dropped later, so the network may become smaller than this.
    let (inputs, outputs) = dataset.max_neurons();
    let architecture = plan.architecture(inputs, outputs)?;
    architecture.check_fits(plan.batch.get().min(dataset.rows()), memory::available())?;
    Ok(Recipe {
        dataset,
        plan,
        initial_values: job.initial_values.clone(),
        start: job.start.clone(),
        resources: job.threads.into(),
    })
}

/// Loads the data of a job without a session that could report it, after a warning of data that nobody reads.
pub(super) fn load_alone(job: &Job) -> Result<Dataset> {
    print_notice(job.unread_input());
    load(job)
}

/// Loads the data, and reports progress if that takes a while.
pub(super) fn load(job: &Job) -> Result<Dataset> {
    let mut notice = LoadingNotice::new(shown_source(&job.source.to_string()));
    let dataset = load_with(&job.source, &job.options, &mut |progress| {
        notice.show(progress);
        ControlFlow::Continue(())
    });
    notice.clear();
    dataset.map_err(|error| job.explain(error))
}
