use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_only_on_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m");
    assert_eq!(write(&path, b"one", false).expect("written"), 3);
    for refused in [
        write(&path, b"two", false).map(drop),
        check_writable(&path, false),
    ] {
        assert!(matches!(refused, Err(Error::Exists(_))));
    }
    assert_eq!(fs::read(&path).expect("there"), b"one");
    check_writable(&path, true).expect("replaceable");
    write(&path, b"three", true).expect("written");
    assert_eq!(fs::read(&path).expect("there"), b"three");
    assert_eq!(names(folder.path()), ["m"], "nothing temporary is left");
}

#[test]
fn what_cannot_be_written_is_known_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let message = |path: &Path| match check_writable(path, true) {
        Err(Error::CannotWrite { cause, .. }) => cause.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(message(folder.path()), "it is a directory");
    let absent = folder.path().join("no/m");
    assert!(message(&absent).starts_with("no such directory"));
    let file = folder.path().join("f");
    fs::write(&file, "").expect("written");
    // The message depends on the system.
    assert!(check_writable(&file.join("m"), true).is_err());
}

#[cfg(unix)]
#[test]
fn permissions_are_the_usual_ones_or_those_of_the_old_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let (usual, path) = (folder.path().join("usual"), folder.path().join("m"));
    File::create(&usual).expect("created");
    write(&path, b"1", false).expect("written");
    assert_eq!(mode(&path), mode(&usual));
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("changed");
    write(&path, b"2", true).expect("written");
    assert_eq!(mode(&path), 0o640);
}

#[cfg(unix)]
#[test]
fn links_stay_and_lead_to_the_new_file() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("store")).expect("created");
    let (link, file) = (folder.path().join("m"), folder.path().join("store/m1"));
    symlink("store/m1", &link).expect("linked");
    write(&link, b"new", false).expect("written through a link to nothing");
    assert!(check_writable(&link, false).is_err());
    write(&link, b"newer", true).expect("written");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(fs::read(&file).expect("there"), b"newer");
    let circle = folder.path().join("circle");
    symlink("circle", &circle).expect("linked");
    assert!(check_writable(&circle, true).is_err());
}
