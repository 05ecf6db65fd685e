use std::sync::{Arc, Mutex};

use super::*;
use crate::train::{Position, State};

/// A format as small as they get: the steps at which something happened, and the end.
struct Steps(Arc<Mutex<Vec<String>>>);

impl Recorder for Steps {
    fn record(&mut self, _: &Event, moment: EventTime) -> io::Result<()> {
        self.0
            .lock()
            .unwrap()
            .push(moment.position.step.to_string());
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.0.lock().unwrap().push(summary.end.reason().into());
        Ok(())
    }
}

/// Fails at the second event.
struct Failing(u32);

impl Recorder for Failing {
    fn record(&mut self, _: &Event, _: EventTime) -> io::Result<()> {
        self.0 += 1;
        match self.0 {
            2 => Err(io::ErrorKind::StorageFull.into()),
            3.. => panic!("it has failed before"),
            _ => Ok(()),
        }
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        panic!("it has failed before")
    }
}

fn paused_at(step: u64) -> Event {
    Event::State {
        state: State::Paused,
        position: Position {
            step,
            ..Position::default()
        },
    }
}

#[test]
fn a_failing_recorder_is_reported_once_and_the_others_go_on() {
    let steps = Arc::default();
    let mut recorders = Recorders::new();
    recorders.add("full.log", Box::new(Failing(0)), None);
    recorders.add("steps", Box::new(Steps(Arc::clone(&steps))), None);
    let mut failures = Vec::new();
    for step in [1, 2, 5] {
        failures.extend(recorders.record(&paused_at(step)));
    }
    assert!(recorders.finish(End::Quit).is_empty());
    assert_eq!(*steps.lock().unwrap(), ["1", "2", "5", "quit"]);
    let paths: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(paths.len(), 1);
    assert!(paths[0].starts_with("full.log: "), "{paths:?}");
}
