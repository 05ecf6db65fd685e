//! Memory available to a network.

use std::fs;

/// Bytes assumed where the system does not report them.
const ASSUMED: u64 = 4 << 30;

/// Returns how many bytes can be allocated without swapping.
pub fn available() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    available_in(&info).unwrap_or(ASSUMED)
}

/// Parses the line `MemAvailable: 123 kB` of Linux's memory statistics.
fn available_in(info: &str) -> Option<u64> {
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_parsed() {
        let info = "MemTotal:       24582 kB\nMemAvailable:     12 kB\nBuffers: 1 kB\n";
        assert_eq!(available_in(info), Some(12 * 1024));
        for other in [
            "",
            "MemAvailable: lots",
            "MemAvailable: 99999999999999999999 kB",
        ] {
            assert_eq!(available_in(other), None);
        }
        assert!(available() > 0);
    }
}
