//! Memory that this process can still allocate, and checks before large allocations: a message is
//! better than the end of the process.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::lang::say;

/// Bytes left for everything that is not checked.
const HEADROOM: u64 = 32 << 20;
/// Bytes without which no run is started.
const RESERVE: u128 = 16 << 20;
/// Bytes without which not even a message is sure to be made.
const MINIMUM: usize = 2 << 20;
/// Threads of a run, and the address space that the C library reserves for each of them.
const THREADS: u64 = 6;
const BYTES_PER_THREAD: u64 = 64 << 20;
/// Bytes below which the memory left is not looked up before one allocation.
const SMALL: u64 = 64 << 20;
/// Bytes by which vectors grow, all together, before the memory left is looked up.
const STEP: u64 = 4 << 20;
/// Bytes from which on a vector is moved and not copied when it grows.
const MOVED: u64 = 32 << 20;
/// Bytes that are read at once, at least.
const PART: usize = 32 << 10;
/// Bytes by which vectors have grown since then.
static GROWN: AtomicU64 = AtomicU64::new(0);
/// Bytes of all [promises](Promise).
static PROMISED: AtomicU64 = AtomicU64::new(0);

/// Memory that a run may still take, as for saving, and that nothing else gets until the promise is dropped.
#[derive(Debug, Default)]
pub struct Promise(u64);

impl Promise {
    /// Promises this number of bytes in place of those before.
    pub fn set(&mut self, bytes: u128) {
        // So much that nothing else fits, and no sum overflows.
        let bytes = u64::try_from(bytes).map_or(1 << 56, |bytes| bytes.min(1 << 56));
        PROMISED.fetch_add(bytes, Ordering::Relaxed);
        PROMISED.fetch_sub(std::mem::replace(&mut self.0, bytes), Ordering::Relaxed);
    }

    /// Promises `bytes`, if they are free beside all other promises, or if it is unknown what is.
    pub fn of(bytes: u128) -> Option<Self> {
        // Promised first: two threads never get the same memory.
        let mut promise = Self::default();
        promise.set(bytes);
        let others = PROMISED.load(Ordering::Relaxed).saturating_sub(promise.0);
        let fits = free_beside(others).is_none_or(|free| bytes <= free.into());
        fits.then_some(promise)
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// Memory that grows as long as there is some left. A copy has none: what was granted is used once.
#[derive(Debug, Default)]
pub struct Growth(u128);

impl Growth {
    /// Returns how many bytes may be in use already.
    pub fn granted(&self) -> u128 {
        self.0
    }

    /// Returns whether `bytes` may be in use in all. The memory left is looked up now and then.
    pub fn reaches(&mut self, bytes: u128) -> bool {
        if bytes > self.0 {
            let reached = bytes.saturating_add(STEP.into());
            let more = reached - self.0;
            if available().is_none_or(|free| more <= free.into()) {
                self.0 = reached;
            }
        }
        bytes <= self.0
    }
}

impl Clone for Growth {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Returns how many bytes this process can still allocate without swapping beside what is promised: what the
/// system, the control groups and the limits of the process leave. `None` where none of them is known.
pub fn available() -> Option<u64> {
    free_beside(PROMISED.load(Ordering::Relaxed))
}

/// Returns how many bytes are left beside this number of bytes that are promised.
fn free_beside(promised: u64) -> Option<u64> {
    left().map(|bytes| bytes.saturating_sub(HEADROOM.saturating_add(promised)))
}

/// Returns how many bytes are left, those for everything that is not checked and what is promised included.
fn left() -> Option<u64> {
    let read = |path: &str| fs::read_to_string(path).ok();
    let left = [
        left_in_system(read),
        left_in_groups(read),
        left_in_limits(read),
    ];
    left.into_iter().flatten().min()
}

/// Checks that `needed` bytes can be allocated for `purpose`, a noun phrase. Passes where the memory
/// available is unknown.
///
/// # Errors
/// [`Error::Memory`].
pub fn check(purpose: &str, needed: u128) -> Result<()> {
    compare(purpose, needed, available())
}

/// Checks as [`check`], but passes for less than 4 MiB, for which there is room in what is kept free.
///
/// # Errors
/// [`Error::Memory`].
pub fn check_large(purpose: &str, needed: u128) -> Result<()> {
    if needed < u128::from(STEP) {
        return Ok(());
    }
    check(purpose, needed)
}

fn compare(purpose: &str, needed: u128, free: Option<u64>) -> Result<()> {
    match free {
        Some(free) if needed > u128::from(free) => Err(Error::Memory(say!(
            "memory-needed",
            "{purpose} takes {needed} of memory, and {free} are free beside what the program needs",
            purpose,
            needed = amount(needed),
            free = amount(free.into())
        ))),
        _ => Ok(()),
    }
}

/// Checks that a program that has just started can allocate `needed` bytes for `purpose`, a noun phrase, beside those
/// for all that is not checked on its own: a small allocation that fails ends the process.
///
/// # Errors
/// [`Error::Memory`].
pub fn check_first(purpose: &str, needed: u128) -> Result<()> {
    compare(purpose, needed.saturating_add(RESERVE), left())?;
    try_allocate(purpose, needed)
}

/// Checks that `needed` bytes, which may be promised, can be allocated for `purpose`, a noun phrase, by allocating
/// them: unlike [`check`], little memory is not refused because none is known to be free.
///
/// # Errors
/// [`Error::Memory`].
pub fn try_allocate(purpose: &str, needed: u128) -> Result<()> {
    if needed >= u128::from(SMALL) {
        let free = left().map(|bytes| bytes.saturating_sub(HEADROOM));
        compare(purpose, needed, free)?;
    }
    let bytes = usize::try_from(needed).unwrap_or(usize::MAX);
    let tried = Vec::<u8>::new().try_reserve_exact(bytes);
    tried.map_err(|_| {
        let needed = amount(needed);
        Error::Memory(say!(
            "memory-refused",
            "{purpose} takes {needed} of memory, which the system refuses",
            purpose,
            needed
        ))
    })
}

/// Returns whether [`MINIMUM`] bytes can be allocated.
pub fn has_minimum() -> bool {
    let mut room = Vec::<u8>::new();
    let is_there = room.try_reserve_exact(MINIMUM).is_ok();
    // An allocation that nothing uses may be left out.
    std::hint::black_box(&room);
    is_there
}

/// Checks that there is memory to start, as [`check_first`] does.
///
/// # Errors
/// [`Error::Memory`].
pub fn check_reserve() -> Result<()> {
    let purpose = say!("memory-start", "starting");
    // Each thread takes address space of its own, whenever it allocates first: none may be left for the others.
    if is_address_space_limited() {
        check(purpose, RESERVE)?;
    }
    check_first(purpose, 0)?;
    // Where it is not known how much is left.
    try_allocate(purpose, RESERVE)
}

/// Makes room for `additional` more items in `items`, which hold `content`, a noun phrase.
///
/// # Errors
/// [`Error::Memory`].
pub fn reserve<T>(items: &mut Vec<T>, additional: usize, content: &str) -> Result<()> {
    if try_reserve(items, additional) {
        return Ok(());
    }
    Err(gone(items, content))
}

/// Creates the error that there is no memory left for more than `items`, which hold `content`, a noun phrase.
pub fn gone<T>(items: &[T], content: &str) -> Error {
    Error::Memory(say!(
        "memory-gone",
        "there is no memory left for {content}: {used} are in use already",
        content,
        used = amount(size_of_val(items) as u128)
    ))
}

/// Makes room for `additional` more items in `items`. Returns false if there is no memory left for them.
pub fn try_reserve<T>(items: &mut Vec<T>, additional: usize) -> bool {
    if items.capacity() - items.len() >= additional {
        return true;
    }
    // Many small vectors fill the memory as well as a large one.
    let bytes = |growth: usize| (growth as u64).saturating_mul(size_of::<T>() as u64);
    let eighth = (items.len() / 8).max(additional);
    let growth = if bytes(items.len()) > STEP {
        // What large vectors have room for is not in use yet, and others would take it to be free.
        eighth
    } else {
        items.len().max(additional)
    };
    // Both copies are there while one is made of the other, unless the C library moves pages.
    let length = items.len();
    let taken = |growth: usize| {
        let copy = bytes(length + growth);
        if copy < MOVED { copy } else { bytes(growth) }
    };
    let before = GROWN.fetch_add(taken(growth), Ordering::Relaxed);
    let grown = before.saturating_add(taken(growth));
    let mut left = None;
    if grown >= STEP {
        left = available();
        GROWN.store(0, Ordering::Relaxed);
    }
    // As much again, as small vectors grow; where that is too much, an eighth.
    [growth, eighth].into_iter().any(|growth| {
        let is_there = left.is_none_or(|left| taken(growth) <= left);
        is_there && items.try_reserve_exact(growth).is_ok()
    })
}

/// Reads all bytes of `from`, as far as there is memory for them.
///
/// # Errors
/// Those of reading; [`io::ErrorKind::OutOfMemory`] where there is no memory left.
pub fn read_to_end(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if !try_reserve(&mut bytes, PART) {
            let content = say!("content-bytes", "the bytes of the file");
            let error = gone(&bytes, content).to_string();
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, error));
        }
        let room = bytes.capacity() - bytes.len();
        if from.by_ref().take(room as u64).read_to_end(&mut bytes)? < room {
            return Ok(bytes);
        }
    }
}

/// Formats a number of bytes with a binary unit, such as `2.3 GiB`.
pub fn amount(bytes: u128) -> String {
    let gibibytes = bytes as f64 / f64::from(1 << 30);
    if bytes < 1 << 20 {
        format!("{} KiB", bytes.div_ceil(1024))
    } else if gibibytes < 1.0 {
        format!("{:.1} MiB", gibibytes * 1024.0)
    } else {
        format!("{gibibytes:.1} GiB")
    }
}

/// Parses Linux's `/proc/meminfo`.
fn left_in_system(read: impl Fn(&str) -> Option<String>) -> Option<u64> {
    kibibytes(&read("/proc/meminfo")?, "MemAvailable:")
}

/// Parses a line such as `MemAvailable: 123 kB` in one of Linux's files. Returns bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Returns whether the address space of this process is limited, of which the C library reserves some for each thread.
pub fn is_address_space_limited() -> bool {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    soft_limit(&limits, "Max address space").is_some()
}

/// Parses a soft limit of Linux's `/proc/self/limits`; `None` if it is unlimited or not there.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Compares the soft limits of address space and data segment with what is in use, threads that are still
/// to be started included.
fn left_in_limits(read: impl Fn(&str) -> Option<String>) -> Option<u64> {
    let (limits, status) = (read("/proc/self/limits")?, read("/proc/self/status")?);
    let left = |limit: &str, used: &str| -> Option<u64> {
        let limit = soft_limit(&limits, limit)?;
        Some(limit.saturating_sub(kibibytes(&status, used)?))
    };
    let mut lines = status.lines();
    let threads = lines.find_map(|line| line.strip_prefix("Threads:"));
    let threads: u64 = threads
        .and_then(|count| count.trim().parse().ok())
        .unwrap_or(THREADS);
    let reserved = THREADS.saturating_sub(threads) * BYTES_PER_THREAD;
    let address_space = left("Max address space", "VmSize:");
    let address_space = address_space.map(|bytes| bytes.saturating_sub(reserved));
    let data = left("Max data size", "VmData:");
    address_space.into_iter().chain(data).min()
}

/// Files of a kind of control group: limit, usage, and in `memory.stat` cached files, which make room
/// when needed.
struct GroupFiles {
    root: &'static str,
    limit: &'static str,
    usage: &'static str,
    cache: &'static str,
}

const VERSION_1: GroupFiles = GroupFiles {
    root: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    cache: "total_inactive_file ",
};

const VERSION_2: GroupFiles = GroupFiles {
    root: "/sys/fs/cgroup",
    limit: "memory.max",
    usage: "memory.current",
    cache: "inactive_file ",
};

/// Returns the smallest rest of the control groups of this process, up to the root.
fn left_in_groups(read: impl Fn(&str) -> Option<String>) -> Option<u64> {
    let groups = read("/proc/self/cgroup")?;
    // `number:controllers:path`; version 2 has no controllers.
    let left = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let files = match controllers {
            "" => VERSION_2,
            _ if controllers.split(',').any(|name| name == "memory") => VERSION_1,
            _ => return None,
        };
        // In a container the path may be that outside; the root is there in any case.
        let folders = Path::new(path).ancestors();
        let left = folders.filter_map(|folder| {
            let folder = folder.to_str()?.trim_end_matches('/');
            let file = |name| read(&format!("{}{folder}/{name}", files.root));
            let number = |name| file(name)?.trim().parse::<u64>().ok();
            let (limit, usage) = (number(files.limit)?, number(files.usage)?);
            let stat = file("memory.stat").unwrap_or_default();
            let cache = stat.lines().find_map(|line| line.strip_prefix(files.cache));
            let cache = cache
                .and_then(|bytes| bytes.trim().parse().ok())
                .unwrap_or(0);
            Some(limit.saturating_sub(usage.saturating_sub(cache)))
        });
        left.min()
    });
    left.min()
}

#[cfg(test)]
mod tests;
