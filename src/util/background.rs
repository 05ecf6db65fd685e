//! Writing in a thread of its own, so that a slow disk, a full pipe or a terminal that takes no output
//! blocks nobody else.

mod last_words;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::lang::say;
use crate::sync::lock;
pub use last_words::{print_error, set_last_words};

/// Time after which a destination that would block is tried again, which doubles each time up to a maximum.
const MIN_WAIT: Duration = Duration::from_millis(1);
const MAX_WAIT: Duration = Duration::from_millis(32);

/// A destination of bytes, written to by the thread.
pub trait Destination: Write + Send {
    /// Completes the destination after the last byte.
    ///
    /// # Errors
    /// Those of writing.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Destination for io::Stdout {}
impl Destination for io::Stderr {}

/// Syncs the file to disk at the end.
impl Destination for File {
    fn finish(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Returns the `opened` terminal of `stream`, to which writing never waits, or else `stream`.
pub fn terminal_or(
    opened: io::Result<File>,
    stream: impl Destination + 'static,
) -> Box<dyn Destination> {
    match opened {
        Ok(terminal) => Box::new(terminal),
        Err(_) => Box::new(stream),
    }
}

/// A thread that writes to one or more destinations, in the order in which bytes were handed over.
/// Clones share the thread. A destination that fails receives nothing more; one that would block is tried again.
#[derive(Clone)]
pub struct BackgroundWriter(Arc<Shared>);

/// One destination of a [`BackgroundWriter`].
///
/// Writing appends to a buffer and never waits. Bytes are on their way after the next flush. An error
/// is returned by the next write, and [`io::ErrorKind::BrokenPipe`] by all later ones.
#[derive(Clone)]
pub struct Stream {
    shared: Arc<Shared>,
    destination: usize,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    /// Bytes to write, each run of them with the index of its destination.
    pending: VecDeque<(usize, Vec<u8>)>,
    /// Number of pending bytes, those that are being written included.
    bytes: usize,
    /// Values to drop once those bytes are written.
    tokens: Vec<Box<dyn Send>>,
    is_flushed: bool,
    /// Whether the bytes that are being written are dropped.
    is_discarded: bool,
    is_closing: bool,
    is_done: bool,
    /// Destinations that have failed, with errors that are not returned yet.
    failures: Vec<(usize, Option<io::Error>)>,
}

impl State {
    /// Returns the failure of a destination.
    fn failure(&mut self, destination: usize) -> Option<&mut Option<io::Error>> {
        let mut failures = self.failures.iter_mut();
        let failure = failures.find(|(failed, _)| *failed == destination);
        failure.map(|(_, error)| error)
    }
}

impl BackgroundWriter {
    /// Starts a thread that writes to `destinations`. Writing fails while more than `capacity` bytes
    /// wait. `progress` is called after bytes were written, and after an error.
    ///
    /// # Errors
    /// Those of starting a thread.
    pub fn spawn(
        name: &str,
        destinations: Vec<Box<dyn Destination>>,
        capacity: usize,
        progress: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let writer = Self(Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            capacity,
        }));
        let shared = Arc::clone(&writer.0);
        let thread = thread::Builder::new().name(name.into());
        thread.spawn(move || shared.write_until_closed(destinations, progress))?;
        Ok(writer)
    }

    /// Returns the destination of this index.
    pub fn stream(&self, destination: usize) -> Stream {
        Stream {
            shared: Arc::clone(&self.0),
            destination,
        }
    }

    /// Lets the thread write what was handed over and not flushed, as after a failure between the two.
    pub fn flush(&self) {
        self.0.flush();
    }

    /// Drops `token` as soon as the bytes so far are written, or cannot be.
    pub fn keep_until_written(&self, token: impl Send + 'static) {
        let mut state = self.0.lock();
        if !state.is_done {
            state.tokens.push(Box::new(token));
            state.is_flushed = true;
            self.0.changed.notify_all();
        }
    }

    /// Returns how many bytes are not written yet.
    pub fn pending(&self) -> usize {
        self.0.lock().bytes
    }

    /// Drops the bytes that are not written yet.
    pub fn discard(&self) {
        let mut state = self.0.lock();
        let dropped: usize = state.pending.drain(..).map(|(_, bytes)| bytes.len()).sum();
        state.bytes -= dropped;
        state.is_discarded = true;
        self.0.changed.notify_all();
    }

    /// Waits until all bytes are written, at most for `patience`. Returns whether they are.
    pub fn wait(&self, patience: Duration) -> bool {
        let state = self.0.lock();
        let is_busy = |state: &mut State| state.bytes > 0;
        let wait = self.0.changed.wait_timeout_while(state, patience, is_busy);
        let (_state, timeout) = wait.unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    /// Ends the thread once everything is written, and waits for that, at most for `patience`.
    ///
    /// # Errors
    /// The first error that no write has returned, or [`io::ErrorKind::TimedOut`].
    pub fn close(&self, patience: Duration) -> io::Result<()> {
        let mut state = self.0.lock();
        state.is_closing = true;
        self.0.changed.notify_all();
        let is_busy = |state: &mut State| !state.is_done;
        let wait = self.0.changed.wait_timeout_while(state, patience, is_busy);
        let (mut state, timeout) = wait.unwrap_or_else(PoisonError::into_inner);
        let mut errors = state.failures.iter_mut();
        match errors.find_map(|(_, error)| error.take()) {
            Some(error) => Err(error),
            None if timeout.timed_out() => Err(io::ErrorKind::TimedOut.into()),
            None => Ok(()),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.shared.lock();
        let later = || io::ErrorKind::BrokenPipe.into();
        if let Some(error) = state.failure(self.destination) {
            return Err(error.take().unwrap_or_else(later));
        }
        if state.is_done {
            return Err(later());
        }
        if state.bytes + bytes.len() > self.shared.capacity {
            return Err(io::Error::other(say!(
                "no-more-bytes",
                "it takes no more bytes"
            )));
        }
        state.bytes += bytes.len();
        match state.pending.back_mut() {
            Some((last, run)) if *last == self.destination => run.extend_from_slice(bytes),
            _ => (state.pending).push_back((self.destination, bytes.to_vec())),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.shared.flush();
        Ok(())
    }
}

impl Shared {
    fn flush(&self) {
        self.lock().is_flushed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements.
        lock(&self.state)
    }

    fn write_until_closed(&self, mut destinations: Vec<Box<dyn Destination>>, progress: impl Fn()) {
        let mut is_closing = false;
        while !is_closing {
            let idle = |state: &mut State| !state.is_flushed && !state.is_closing;
            let wait = self.changed.wait_while(self.lock(), idle);
            let mut state = wait.unwrap_or_else(PoisonError::into_inner);
            let pending = std::mem::take(&mut state.pending);
            let tokens = std::mem::take(&mut state.tokens);
            state.is_flushed = false;
            state.is_discarded = false;
            is_closing = state.is_closing;
            drop(state);
            for (destination, bytes) in pending {
                let out = &mut destinations[destination];
                self.attempt(destination, || self.write(&mut **out, &bytes));
                self.lock().bytes -= bytes.len();
            }
            drop(tokens);
            self.changed.notify_all();
            progress();
        }
        for (destination, out) in destinations.iter_mut().enumerate() {
            self.attempt(destination, || out.finish());
        }
        self.lock().is_done = true;
        self.changed.notify_all();
        progress();
    }

    /// Writes `bytes` and flushes, unless they are discarded meanwhile.
    fn write(&self, out: &mut dyn Destination, bytes: &[u8]) -> io::Result<()> {
        let (mut written, mut wait) = (0, MIN_WAIT);
        loop {
            let result = match &bytes[written..] {
                [] => out.flush().map(|()| 0),
                rest => out.write(rest),
            };
            match result {
                Ok(0) if written < bytes.len() => return Err(io::ErrorKind::WriteZero.into()),
                Ok(0) => return Ok(()),
                Ok(count) => (written, wait) = (written + count, MIN_WAIT),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let is_wanted = |state: &mut State| !state.is_discarded;
                    let waited = (self.changed).wait_timeout_while(self.lock(), wait, is_wanted);
                    if waited.is_ok_and(|(state, _)| state.is_discarded) {
                        return Ok(());
                    }
                    wait = (wait * 2).min(MAX_WAIT);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes to a destination that has not failed before.
    fn attempt(&self, destination: usize, write: impl FnOnce() -> io::Result<()>) {
        // Not locked while writing.
        let has_failed = self.lock().failure(destination).is_some();
        if !has_failed && let Err(error) = write() {
            self.lock().failures.push((destination, Some(error)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// Appends the name of a destination and what it receives to a common list.
    struct Recorded(&'static str, List);

    type List = Arc<Mutex<Vec<(&'static str, Vec<u8>)>>>;

    impl Write for Recorded {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.lock().unwrap().push((self.0, bytes.to_vec()));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn bytes_of_all_streams_keep_their_order() {
        let list = List::default();
        let destinations: Vec<Box<dyn Destination>> = vec![
            Box::new(Recorded("out", Arc::clone(&list))),
            Box::new(Recorded("err", Arc::clone(&list))),
        ];
        let writer = BackgroundWriter::spawn("test", destinations, 100, || {}).expect("a thread");
        let (mut out, mut err) = (writer.stream(0), writer.stream(1));
        out.write_all(b"a").expect("there is room");
        err.write_all(b"b").expect("there is room");
        err.write_all(b"c").expect("there is room");
        out.write_all(b"d").expect("there is room");
        writer.close(Duration::from_secs(20)).expect("written");
        let expected: [(&str, Vec<u8>); 3] = [
            ("out", b"a".into()),
            ("err", b"bc".into()),
            ("out", b"d".into()),
        ];
        assert_eq!(*list.lock().unwrap(), expected);
        assert!(out.write_all(b"e").is_err(), "it is closed");
    }

    impl Destination for Recorded {}

    /// Blocks until a message comes, then fails.
    struct Stalled(Receiver<()>);

    impl Write for Stalled {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Destination for Stalled {}

    #[test]
    fn bytes_without_a_flush_are_written_on_request() {
        let list = List::default();
        let destination = Box::new(Recorded("out", Arc::clone(&list)));
        let writer = BackgroundWriter::spawn("test", vec![destination], 100, || {});
        let writer = writer.expect("a thread");
        writer.stream(0).write_all(b"a").expect("there is room");
        assert_eq!(writer.pending(), 1);
        writer.flush();
        assert!(writer.wait(Duration::from_secs(20)));
        assert_eq!(*list.lock().unwrap(), [("out", b"a".to_vec())]);
    }

    #[test]
    fn a_destination_that_blocks_blocks_nobody_else() {
        let (sender, receiver) = channel();
        let (progress, reported) = channel();
        let report = move || progress.send(()).expect("it is listened to");
        let stalled: Vec<Box<dyn Destination>> = vec![Box::new(Stalled(receiver))];
        let writer = BackgroundWriter::spawn("test", stalled, 10, report).expect("a thread");
        let mut stream = writer.stream(0);
        stream.write_all(b"12345678").expect("there is room");
        stream.flush().expect("it only asks");
        assert!(stream.write_all(b"901").is_err(), "there is no room");
        assert_eq!(writer.pending(), 8);
        assert!(!writer.wait(Duration::from_millis(1)));
        sender.send(()).expect("it waits");
        while writer.pending() > 0 {
            reported.recv().expect("a report");
        }
        assert!(writer.wait(Duration::from_secs(20)));
        let error = stream.write_all(b"1").expect_err("it has failed");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    /// Takes bytes one by one while there is room for them, as a terminal that never waits.
    struct NonBlocking(Recorded, Receiver<()>);

    impl Write for NonBlocking {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = self.1.try_recv();
            room.map_err(|_| io::ErrorKind::WouldBlock)?;
            self.0.write(&bytes[..1])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Destination for NonBlocking {}

    #[test]
    fn a_destination_that_would_block_is_tried_again_until_its_bytes_are_discarded() {
        let (list, (room, places)) = (List::default(), channel());
        let destination = NonBlocking(Recorded("out", Arc::clone(&list)), places);
        let writer = BackgroundWriter::spawn("test", vec![Box::new(destination)], 100, || {});
        let writer = writer.expect("a thread");
        let write = |bytes| {
            writer.stream(0).write_all(bytes).expect("there is room");
            writer.flush();
        };
        write(b"abc");
        (0..2).for_each(|_| room.send(()).expect("it is tried"));
        while writer.pending() > 0 && list.lock().unwrap().len() < 2 {
            thread::yield_now();
        }
        assert!(!writer.wait(Duration::from_millis(40)), "there is no room");
        writer.discard();
        assert!(writer.wait(Duration::from_secs(20)), "nothing is left");
        (0..2).for_each(|_| room.send(()).expect("it is tried"));
        write(b"de");
        assert!(writer.wait(Duration::from_secs(20)));
        let written = list.lock().unwrap();
        let bytes: Vec<u8> = written.iter().flat_map(|(_, byte)| byte.clone()).collect();
        assert_eq!(bytes, b"abde");
    }
}
