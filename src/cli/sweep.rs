//! `nn-tui sweep`: trainings with every combination of settings.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{self, IsTerminal};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flate2::Crc;

use super::args::{GlobalArgs, SweepArgs, TrainingArgs};
use super::config::Config;
use super::job::{FrontEnd, Job};
use super::trials::{TrialCount, trials};
use super::{load_alone, print_notice, standard_output};
use crate::data::{Dataset, Fingerprint, Target};
use crate::error::shown_source;
use crate::error::{Error, Result};
use crate::record::{Logged, STANDARD_OUTPUT, SweepFile, SweepLog, SweepReport, SweepTable};
use crate::settings::{Axis, quoted};
use crate::train::{Standing, Sweep, SweepObserver, Swept, TrainingResult};
use crate::tui;
use crate::tui::sweep::Board;
use crate::tui::{SweepEnd, SweepLink};
use crate::util::lang::say;
use crate::util::random::{RngStream, below, generator};
use crate::util::text::sanitise;

/// Maximum number of trainings on the screen.
const MAX_SHOWN: usize = 20_000;
/// Maximum number of combinations.
const MAX_COMBINATIONS: usize = 100_000;

/// Trains with the combinations of `args` and writes their scores, as text or as JSON lines; on a terminal that can show
/// it, with a screen. Returns the exit code.
///
/// # Errors
/// Those of loading, of [`Sweep::run`] and of [`SweepFile::open`]; [`Error::Usage`];
/// [`Error::CannotWrite`]; [`Error::Terminal`].
pub(super) fn run(args: &SweepArgs, global: &GlobalArgs) -> Result<u8> {
    let axes = &args.training.settings.axes;
    let combinations = combinations(args)?;
    let jobs = combinations.iter().map(|indices| {
        let problem = |error| match error {
            Error::Usage(problem) => {
                Error::Usage(format!("{}: {problem}", options(axes, indices).join(" ")))
            }
            other => other,
        };
        job(&args.training, global, indices).map_err(problem)
    });
    let jobs: Vec<Job> = jobs.collect::<Result<_>>()?;
    let first = &jobs[0];
    let dataset = Arc::new(load_alone(first)?);
    count_of(first)?;
    let rounds = match (args.halving, first.limits.epochs) {
        (true, Some(epochs)) => Sweep::halving(epochs),
        (true, None) => return Err(needs_one_number()),
        (false, _) => vec![None],
    };
    let is_varied = axes
        .iter()
        .any(|axis| axis.setting.name == "epochs" && axis.values.len() > 1);
    if args.halving && is_varied {
        return Err(needs_one_number());
    }
    let trials = jobs
        .iter()
        .map(|job| trials(job, Arc::clone(&dataset), count_of(job)?, true));
    let sweep = Sweep {
        combinations: trials.collect::<Result<_>>()?,
        rounds,
    };
    let shown = |axis: &&Axis| axis.setting.name != "seed";
    let values_of = |indices: &Vec<usize>| {
        let values = axes.iter().zip(indices).filter(|(axis, _)| shown(axis));
        values
            .map(|(axis, &index)| axis.values[index].0.clone())
            .collect()
    };
    let table = Arc::new(SweepTable {
        settings: axes
            .iter()
            .filter(shown)
            .map(|axis| axis.setting.name)
            .collect(),
        values: combinations.iter().map(values_of).collect(),
        has_folds: args.training.folds.is_some(),
        has_rounds: sweep.rounds.len() > 1,
        is_number: matches!(dataset.target, Target::Numbers(_)),
        identity: identity(&dataset, args),
    });
    let file = args.training.export.as_ref();
    let file = file.map(|path| SweepFile::open(path, &table, global.force));
    let file = file.transpose()?;
    // A sweep that goes on adds to its logs.
    let may_add = global.force || file.as_ref().is_some_and(SweepFile::has_known);
    let log = args.training.log.as_ref();
    let log = log
        .map(|path| SweepLog::open(path, &table, may_add))
        .transpose()?;
    let json = global.json;
    let report = SweepReport {
        table: &table,
        json,
        trainings: sweep.trainings(),
    };
    let available = thread::available_parallelism().map_or(1, NonZero::get);
    let mut carrier = Carrier {
        sweep: &sweep,
        table: &table,
        args,
        combinations: &combinations,
        report: &report,
        jobs: args.jobs.map_or(available, NonZero::get),
        known: HashMap::new(),
        file,
        log: log.as_ref(),
    };
    carrier.take_known();
    let has_screen = io::stdout().is_terminal() && !json && !args.training.headless;
    if has_screen && tui::unusable().is_none() && report.trainings <= MAX_SHOWN {
        carrier.run_on_screen()
    } else {
        carrier.run_as_text()
    }
}

/// Returns a checksum of what makes the results of two sweeps with the same settings differ.
fn identity(dataset: &Dataset, args: &SweepArgs) -> String {
    let folds = args.training.folds;
    let all = format!("{:?} {folds:?} {:?}", Fingerprint::of(dataset), args.rest);
    let mut checksum = Crc::new();
    checksum.update(all.as_bytes());
    format!("{:08x}", checksum.sum())
}

/// A sweep that is carried out.
struct Carrier<'s> {
    sweep: &'s Sweep,
    table: &'s Arc<SweepTable>,
    args: &'s SweepArgs,
    combinations: &'s [Vec<usize>],
    report: &'s SweepReport<'s>,
    /// Number of trainings at the same time.
    jobs: usize,
    /// Results that the file has from an earlier sweep.
    known: HashMap<Vec<String>, TrainingResult>,
    file: Option<SweepFile>,
    log: Option<&'s SweepLog<'s>>,
}

impl Carrier<'_> {
    fn take_known(&mut self) {
        let known = self.file.as_mut().map(SweepFile::take_known);
        self.known = known.unwrap_or_default();
        let values = self.table.values.iter();
        let settings: HashSet<&[String]> = values.map(Vec::as_slice).collect();
        let count = self.table.settings.len();
        // Other values of the same settings, of an earlier sweep, stay in the file.
        self.known.retain(|key, _| settings.contains(&key[..count]));
    }

    fn source(&self) -> String {
        shown_source(&self.sweep.combinations[0].recipe.dataset.source)
    }

    /// Carries out the trainings, and calls `done` after each.
    fn run(
        &mut self,
        observer: &impl SweepObserver,
        mut done: impl FnMut(&Swept) -> Result<()>,
    ) -> Result<Vec<Standing>> {
        let (table, log, known) = (self.table, self.log, &self.known);
        let (file, path) = (&mut self.file, self.args.training.export.as_ref());
        self.sweep.run(
            self.jobs,
            &Logged { log, observer },
            |planned| known.get(&table.key(planned)).copied(),
            |swept| {
                log.map_or(Ok(()), |log| log.finish(swept))?;
                if let (true, Some(file), Some(path)) = (swept.is_new, &mut *file, path) {
                    let path = path.clone();
                    let failed = |cause| Error::CannotWrite { path, cause };
                    file.add(table, swept).map_err(failed)?;
                }
                done(swept)
            },
        )
    }

    /// Carries out the sweep and writes its report. Returns the exit code.
    fn run_as_text(mut self) -> Result<u8> {
        let report = self.report;
        let (mut stdout, mut stderr) = (io::stdout().lock(), io::stderr());
        // Standard error may be closed.
        let _ = report.start(&self.source(), self.jobs, self.known.len(), &mut stderr);
        let mut trained = 0;
        let done = self.run(&(), |swept| {
            trained += 1;
            // Without a reader the other trainings are for nobody, unless a file has them.
            let written = report.trained(swept, trained, &mut stdout, &mut stderr);
            written.map_err(|cause| Error::CannotWrite {
                path: STANDARD_OUTPUT.into(),
                cause,
            })
        });
        match done {
            Ok(standings) => self.finish(&standings)?,
            Err(Error::CannotWrite { path, cause }) if path.as_os_str() == STANDARD_OUTPUT => {
                standard_output(Err(cause))?;
            }
            Err(error) => return Err(error),
        }
        Ok(0)
    }

    /// Carries out the sweep on the screen, then writes its report. Returns the exit code.
    fn run_on_screen(mut self) -> Result<u8> {
        let total = self.report.trainings;
        let has_file = self.file.is_some();
        let options = Config::read()?.with(self.args.training.screen);
        let commands = self.combinations.iter();
        let commands = commands.map(|indices| command(self.args, indices).join(" "));
        let board = Board::new(
            (Arc::clone(self.table), commands.collect()),
            sanitise(&self.source()),
            (total, self.jobs),
            options.keys.clone(),
        );
        let done = AtomicUsize::new(0);
        let train = |link: &SweepLink<'_>| {
            self.run(link, |swept| {
                done.fetch_add(1, Ordering::Relaxed);
                link.trained(swept);
                Ok(())
            })
        };
        let SweepEnd { standings, code } = tui::run_sweep(board, options, train)?;
        if let Some(standings) = standings {
            self.finish(&standings)?;
            return Ok(code);
        }
        let hint = if has_file {
            say!("sweep-continues", "the same command goes on from there")
        } else {
            say!("sweep-lost", "-o FILE would keep them, and let it go on")
        };
        let done = done.into_inner();
        print_notice(Some(say!(
            "sweep-stopped",
            "stopped: {done} of {total} trainings are done; {hint}",
            done,
            total,
            hint
        )));
        Ok(code)
    }

    /// Writes the results to standard output.
    fn finish(&self, standings: &[Standing]) -> Result<()> {
        let best = standings.first();
        let best = best.map(|standing| &self.combinations[standing.combination]);
        let command = best.map(|indices| command(self.args, indices));
        let command = command.unwrap_or_default();
        standard_output((self.report).finish(standings, &command, &mut io::stdout().lock()))
    }
}

fn needs_one_number() -> Error {
    Error::Usage(
        say!(
            "halving-epochs",
            "--halving takes one number of --epochs, such as --epochs 200"
        )
        .into(),
    )
}

/// Lists the combinations: for each, the index of the value of each setting. The last setting changes first.
fn combinations(args: &SweepArgs) -> Result<Vec<Vec<usize>>> {
    let axes = &args.training.settings.axes;
    let sizes: Vec<usize> = axes.iter().map(|axis| axis.values.len()).collect();
    let all = sizes
        .iter()
        .try_fold(1_usize, |all, &size| all.checked_mul(size));
    let wanted = args.random.map(|wanted| wanted as usize);
    let too_many = || {
        Error::Usage(say!(
            "sweep-too-many",
            "there are more than {max} combinations; --random N trains with N of them",
            max = MAX_COMBINATIONS
        ))
    };
    let all = all.ok_or_else(too_many)?;
    let chosen: BTreeSet<usize> = match wanted.filter(|&wanted| wanted < all) {
        Some(wanted) if wanted <= MAX_COMBINATIONS => draw(wanted, all),
        None if all <= MAX_COMBINATIONS => (0..all).collect(),
        _ => return Err(too_many()),
    };
    let indices = |mut number: usize| {
        let mut indices = vec![0; sizes.len()];
        for (index, &size) in indices.iter_mut().zip(&sizes).rev() {
            *index = number % size;
            number /= size;
        }
        indices
    };
    Ok(chosen.into_iter().map(indices).collect())
}

/// Draws this number of different indices below `all`, the same for the same numbers.
fn draw(wanted: usize, all: usize) -> BTreeSet<usize> {
    let mut generator = generator(0, RngStream::Combinations);
    let mut drawn = BTreeSet::new();
    while drawn.len() < wanted {
        drawn.insert(below(all, &mut generator));
    }
    drawn
}

/// Checks the training of a combination.
fn job(args: &TrainingArgs, global: &GlobalArgs, indices: &[usize]) -> Result<Job> {
    let mut args = args.clone();
    // The file is that of the sweep.
    args.export = None;
    args.log = None;
    let axes = std::mem::take(&mut args.settings.axes);
    let edits = axes.iter().zip(indices);
    args.settings.edits = edits
        .map(|(axis, &index)| (axis.setting, axis.values[index].1.clone()))
        .collect();
    Job::check(&args, global, false)
}

/// Returns how many trainings of a combination there are.
fn count_of(job: &Job) -> Result<TrialCount> {
    match job.front_end {
        FrontEnd::Headless { .. } => Ok(TrialCount::ONE),
        FrontEnd::Trials(count) => Ok(count),
        _ => Err(Error::Usage(
            say!("sweep-trains", "a sweep trains, and does nothing else").into(),
        )),
    }
}

/// Options of a combination: `--lr 0.1`, `--hidden 16`.
fn options(axes: &[Axis], indices: &[usize]) -> Vec<String> {
    let options = axes.iter().zip(indices);
    options
        .flat_map(|(axis, &index)| {
            [
                format!("--{}", axis.setting.name),
                axis.values[index].0.clone(),
            ]
        })
        .collect()
}

/// Words of the command that trains with a combination, quoted for a shell.
fn command(args: &SweepArgs, indices: &[usize]) -> Vec<String> {
    let data = args.training.data.to_string_lossy();
    let words = ["nn-tui".to_owned(), data.into_owned(), "--headless".into()];
    let words = words.into_iter().chain(args.rest.iter().cloned());
    let options = options(&args.training.settings.axes, indices);
    words.chain(options).map(|word| quoted(&word)).collect()
}
