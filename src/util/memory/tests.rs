use super::*;

/// Reads from a list of files.
fn files<'f>(files: &'f [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'f {
    |path| {
        let file = files.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| (*text).to_owned())
    }
}

#[test]
fn the_rest_of_the_system_is_parsed() {
    let info = "MemTotal:       24582 kB\nMemAvailable:     12 kB\nBuffers: 1 kB\n";
    assert_eq!(
        left_in_system(files(&[("/proc/meminfo", info)])),
        Some(12 * 1024)
    );
    for other in [
        "",
        "MemAvailable: lots",
        "MemAvailable: 99999999999999999999 kB",
    ] {
        assert_eq!(left_in_system(files(&[("/proc/meminfo", other)])), None);
    }
}

#[test]
fn nothing_is_invented() {
    assert_eq!(left_in_system(files(&[])), None);
    assert_eq!(left_in_limits(files(&[])), None);
    assert_eq!(left_in_groups(files(&[])), None);
}

#[test]
fn limits_of_the_process_count() {
    let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                  Max data size             unlimited            unlimited            bytes     \n\
                  Max address space         4096000              unlimited            bytes     \n";
    let status = "VmSize:\t    1000 kB\nVmData:\t  500 kB\n";
    let both = [("/proc/self/limits", limits), ("/proc/self/status", status)];
    assert_eq!(left_in_limits(files(&both)), Some(4_096_000 - 1_024_000));
    let large = limits.replace("4096000", "4096000000");
    let started = format!("{status}Threads:\t4\n");
    let both = [
        ("/proc/self/limits", &*large),
        ("/proc/self/status", &started),
    ];
    let expected = 4_096_000_000 - 1_024_000 - 2 * BYTES_PER_THREAD;
    assert_eq!(left_in_limits(files(&both)), Some(expected));
    let unlimited = limits.replace("4096000", "unlimited");
    let both = [
        ("/proc/self/limits", &*unlimited),
        ("/proc/self/status", status),
    ];
    assert_eq!(left_in_limits(files(&both)), None);
}

#[test]
fn the_tightest_control_group_counts() {
    let tree = [
        ("/proc/self/cgroup", "0::/user/run\n"),
        ("/sys/fs/cgroup/user/run/memory.max", "max\n"),
        ("/sys/fs/cgroup/user/run/memory.current", "100\n"),
        ("/sys/fs/cgroup/user/memory.max", "1000\n"),
        ("/sys/fs/cgroup/user/memory.current", "700\n"),
        (
            "/sys/fs/cgroup/user/memory.stat",
            "anon 5\ninactive_file 200\n",
        ),
        ("/sys/fs/cgroup/memory.max", "5000\n"),
        ("/sys/fs/cgroup/memory.current", "1000\n"),
    ];
    assert_eq!(left_in_groups(files(&tree)), Some(500));
    let container = [
        ("/proc/self/cgroup", "3:cpu:/x\n2:memory:/docker/abc\n"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n"),
        ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "900\n"),
    ];
    assert_eq!(left_in_groups(files(&container)), Some(100));
}

#[test]
fn what_is_promised_is_not_available() {
    let mut promise = Promise::default();
    promise.set(u128::MAX);
    if available().is_some() {
        assert_eq!(available(), Some(0));
        assert!(!Growth::default().reaches(1));
        let error = read_to_end(io::repeat(7)).expect_err("it is all promised");
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
        assert!(Promise::of(1).is_none());
    }
    try_allocate("saving the model", 7000).expect("it is for the promised");
    promise.set(7);
    drop(promise);
    assert!(left().is_none() || Promise::of(u128::MAX).is_none());
    assert!(
        Promise::of(1).is_some(),
        "what was refused is promised to nobody"
    );
    let mut growth = Growth::default();
    assert!(growth.reaches(1) && growth.clone().0 == 0);
    assert_eq!(growth.0, 1 + u128::from(STEP));
}

#[test]
fn small_amounts_are_tried_and_never_told_as_zero() {
    try_allocate("saving the model", 7000).expect("there is room");
    let error = try_allocate("saving the model", u128::MAX).expect_err("too much");
    assert!(error.to_string().starts_with("saving the model takes "));
    assert_eq!(
        [1, 7000, 1 << 20].map(amount),
        ["1 KiB", "7 KiB", "1.0 MiB"]
    );
}

#[test]
fn all_bytes_are_read_while_there_is_room() {
    for length in [0, 1, PART, PART + 1, 5 * PART] {
        let bytes: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
        assert_eq!(read_to_end(&*bytes).expect("there is room"), bytes);
    }
}

#[test]
fn vectors_grow_while_there_is_room() {
    let mut items: Vec<u64> = Vec::new();
    reserve(&mut items, 10, "numbers").expect("there is room");
    assert!(items.capacity() >= 10);
    items.extend(0..10);
    reserve(&mut items, 1, "numbers").expect("there is room");
    assert!(items.capacity() >= 20);
    let error = reserve(&mut items, usize::MAX / 16, "numbers").expect_err("too many");
    let message = error.to_string();
    assert!(
        message.starts_with("there is no memory left for numbers:"),
        "{message}"
    );
}
