//! Start of a training: headless, on the screen, or one of the checks that need no more than the data.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::absolute;
use std::sync::Arc;

use super::config::Config;
use super::job::{FrontEnd, Job, headless_epochs};
use super::loading::LoadingNotice;
use super::{
    Work, checks, describe, distinct_files, headless, lesson, lesson_places, outputs, print_notice,
    resume, standard_output, trials,
};
use crate::data::{Dataset, Prepared, SplitFile, load_with};
use crate::error::{Error, Result};
use crate::model_file::{Access, NamedFiles, write, write_with};
use crate::record::LogOption;
use crate::settings::{TableShape, changes};
use crate::train::{FinalModel, Limits, Pace, Recipe, Session, Settings, training_script};
use crate::tui;
use crate::tui::app::{Loading, LoadingStage};
use crate::tui::options::ScreenOptions;
use crate::util::lang::say;
use crate::util::memory;
use crate::util::text::sanitise;

/// Loads the data, unless the screen shows that, and returns the training.
pub(super) fn train(job: Job) -> Result<Work> {
    let files = distinct_files::check(&job)?;
    let notice = outputs::check(&job)?;
    match job.front_end {
        FrontEnd::Description { json } => {
            print_notice(job.unread_input());
            describe::run(&job, &load(&job)?, json)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::Headless {
            json,
            mut limits,
            check_gradients,
        } => {
            print_notice(job.notice().or(notice));
            let (session, settings) = start(&job, files, load(&job)?)?;
            let is_validated = !session.data().validation.is_empty();
            let mut settings = settings;
            settings.final_model.refit = match &job.resume {
                Some(order) => order.refits(&session),
                None => job.refits(session.dataset(), limits, is_validated)?,
            };
            if settings.final_model.refit {
                let batch = session.engine().batch();
                let fits = session
                    .architecture()
                    .check_fits(batch, memory::available());
                // A second network nobody asked for is left out where there is no memory for it.
                settings.final_model.refit =
                    fits.map(|()| true).or_else(|error| match job.refit {
                        Some(true) => Err(error),
                        _ => Ok(false),
                    })?;
            }
            if job.choices.is_automatic {
                (limits.epochs).get_or_insert_with(|| headless_epochs(is_validated));
            }
            settings.limits = limits;
            Ok(Box::new(move || {
                let options = headless::Options {
                    export: job.export.as_ref(),
                    weights: job.weights,
                    refit: settings.final_model.refit,
                    importance: job.importance,
                    log: job.log.as_ref(),
                    json,
                    check_gradients,
                };
                headless::run(session, settings, options)
            }))
        }
        FrontEnd::Script { limits } => {
            print_notice(job.unread_input());
            let (session, _) = start(&job, files, load(&job)?)?;
            write_script(&job, &session, limits)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::RateFinder { json } => {
            print_notice(job.unread_input());
            checks::find_rate(&job, load(&job)?, json)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::Preflight { json } => {
            print_notice(job.unread_input());
            let code = checks::preflight(&job, load(&job)?, json)?;
            Ok(Box::new(move || Ok(code)))
        }
        FrontEnd::Trials {
            json,
            mut limits,
            count,
        } => {
            print_notice(job.unread_input());
            let dataset = load(&job)?;
            let is_validated = job.choices.validation > 0.0 || dataset.validation.is_some();
            // A network that is trained on the validation rows cannot be scored on them.
            let has_test_rows = dataset.test.is_some() || dataset.test_fraction > 0.0;
            let is_scored = count.folds.is_some() || has_test_rows || job.refit.is_some();
            let refit = is_scored && job.refits(&dataset, limits, is_validated)?;
            if job.choices.is_automatic {
                (limits.epochs).get_or_insert_with(|| headless_epochs(is_validated));
            }
            trials::run(&job, dataset, (limits, refit), count, json)?;
            Ok(Box::new(|| Ok(0)))
        }
        FrontEnd::Screen {
            pace,
            paused,
            limits,
            motion,
            history_memory,
            looks,
        } => {
            let config = Config::read()?;
            let pace = pace.or(config.pace);
            let mut loading = Loading::new(job.source.name(), job.files(), paused);
            loading.export = job.export.clone();
            loading.force = job.force;
            loading.weights = job.weights;
            loading.motion = motion;
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
                ..config.with(looks)
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
                    paused,
                    limits,
                    history_memory,
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
    }
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
            let (session, resumed) = resume::session(order, dataset, job.threads)?;
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
fn write_script(job: &Job, session: &Session, mut limits: Limits) -> Result<()> {
    let Some(path) = &job.export_training else {
        return Ok(());
    };
    let is_validated = !session.data().validation.is_empty();
    (limits.epochs).get_or_insert_with(|| headless_epochs(is_validated));
    let script = training_script(session, limits, job.weights)?;
    write(path, script.as_bytes(), job.force)?;
    let path = sanitise(&path.to_string_lossy());
    let text = say!(
        "script-written",
        "wrote {path}; run it with python3 {path}, or in several processes with torchrun --nproc-per-node 4 {path}",
        path
    );
    standard_output(writeln!(io::stdout(), "{text}"))
}

/// Writes the rows of each set to the file that `job` names, if it does.
///
/// # Errors
/// [`Error::Usage`] if a set is in another file; [`Error::CannotWrite`].
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

/// Loads the data, and reports progress if that takes a while.
pub(super) fn load(job: &Job) -> Result<Dataset> {
    let mut notice = LoadingNotice::new(job.source.to_string());
    let dataset = load_with(&job.source, &job.options, &mut |progress| {
        notice.show(progress);
        ControlFlow::Continue(())
    });
    notice.clear();
    dataset.map_err(|error| job.explain(error))
}
