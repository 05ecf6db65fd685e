//! The runs beside the main one: their workers.

use super::{App, Program, event_sink};
use crate::error::Result;
use crate::record::{End, LogOption, Recorders, directory_of};
use crate::settings::{Choices, differing};
use crate::train::{Command, Event, Lane, Pacing, Plan, Worker};
use crate::tui::app::{MAIN_LANE, Msg};
use crate::tui::events::spawn;

/// Workers of the lanes.
#[derive(Default)]
pub(super) struct LaneWorkers {
    /// Numbers of the lanes with their workers.
    workers: Vec<(u64, Worker)>,
    /// Logs of the lanes, if the main run is logged to a directory.
    logs: Vec<(u64, Recorders)>,
    pacing: Option<Pacing>,
}

impl LaneWorkers {
    pub fn send(&self, id: u64, command: Command) {
        if let Some((_, worker)) = self.workers.iter().find(|(other, _)| *other == id) {
            worker.send(command);
        }
    }

    pub fn set_lockstep(&self, is_on: bool) {
        if let Some(pacing) = &self.pacing {
            pacing.set_lockstep(is_on);
        }
    }

    /// Ends all lanes and their logs. Their last steps are not waited for.
    pub fn end(&mut self) {
        for (_, log) in self.logs.drain(..) {
            // A failure to write was reported when it came.
            let _ = log.finish(End::Quit);
        }
        let workers = std::mem::take(&mut self.workers);
        for (_, worker) in &workers {
            worker.send(Command::Stop);
        }
        if !workers.is_empty() {
            // If no thread can be started, the workers are dropped here, and waited for.
            let _ = spawn("lanes", move || drop(workers));
        }
    }
}

impl Program {
    pub(super) fn start_lanes(&mut self, pacing: Pacing, lanes: Vec<(u64, Lane)>) -> Result<()> {
        self.lanes.pacing = Some(pacing);
        for (id, lane) in lanes {
            let sink = event_sink(self.sender.clone(), id);
            let logged = self.open_lane_log(id, lane.session.plan());
            let worker = match Worker::spawn(lane.session, lane.settings, sink) {
                Ok(worker) => worker,
                Err(error) => {
                    // The main run goes on.
                    let refused = Event::Refused(error.to_string());
                    return self.update(Msg::Worker(MAIN_LANE, Box::new(refused)));
                }
            };
            // An empty mailbox asks for the first snapshot.
            worker.mailbox().take();
            if let Err(failure) = logged {
                self.update(Msg::LogFailed(failure.to_string()))?;
            }
            self.lanes.workers.push((id, worker));
        }
        Ok(())
    }

    /// Opens the log of a lane with this plan, in a directory of its own below that of the main run, if that has one.
    fn open_lane_log(&mut self, id: u64, plan: &Plan) -> Result<()> {
        let (Some(directory), App::Running(model)) =
            (self.log.as_ref().and_then(LogOption::directory), &self.app)
        else {
            return Ok(());
        };
        let Some(main) = model.lane(0) else {
            return Ok(());
        };
        let (own, others) = (Choices::of_plan(plan), Choices::of_plan(&main.plan));
        let values = differing(&[&own, &others])
            .into_iter()
            .map(|setting| (setting.name, (setting.value)(&own)));
        let name = directory_of(values.chain([("lane", id.to_string())]));
        let mut log = Recorders::new();
        log.add_log(&LogOption::new(&directory.join(name), true)?)?;
        self.lanes.logs.push((id, log));
        Ok(())
    }

    /// Records an event of a lane, if that has a log. One that fails ends.
    pub(super) fn record_lane(&mut self, id: u64, event: &Event) -> Result<()> {
        let log = self.lanes.logs.iter_mut().find(|(other, _)| *other == id);
        let failures = log.map_or(Vec::new(), |(_, log)| log.record(event));
        for failure in failures {
            self.update(Msg::LogFailed(failure.to_string()))?;
        }
        Ok(())
    }

    /// Passes on the snapshots of the lanes.
    pub(super) fn look_at_lanes(&mut self) -> Result<()> {
        let workers = self.lanes.workers.iter();
        let snapshots: Vec<_> = workers
            .filter_map(|(id, worker)| Some((*id, worker.mailbox().take()?)))
            .collect();
        for (id, snapshot) in snapshots {
            self.update(Msg::Snapshot(id, Box::new(snapshot)))?;
        }
        Ok(())
    }
}
