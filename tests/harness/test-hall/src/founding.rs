//! Halls are founded once and copied: a test starts with a copy of a folder in which keys, database, catalogue and
//! calendar are there already.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use hall_domain::ground::clock::Clock;
use hall_domain::people::staff::{self, NewStaff};
use hall_domain::terminals::import;
use hall_rules::Role;
use kiosk_backend::app::App;
use kiosk_backend::config::Config;
use kiosk_wire::StaffId;
use outside::terminal::MONDAY;

/// What every hall of a test is called.
pub const HALL: &str = "宜春市政务服务大厅";
/// Everybody's.
pub const PASSWORD: &str = "三个窗口今天都开着";
/// The calendar that it begins with, of [`assets`].
pub const CALENDAR: &str = "calendar/2026.toml";
/// Each window with its department.
const WINDOWS: [(&str, &str); 4] =
    [("3号窗口", "culture"), ("5号窗口", "education"), ("7号窗口", "urban"), ("9号窗口", "police")];

/// Catalogue and calendar as they ship.
pub fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets")
}

/// Opens what lies in `folder`, or begins there, with more lines in its configuration.
pub(crate) fn open(folder: &Path, more: &str, clock: &Clock) -> App {
    let text = format!("data_dir = {:?}\nhall = \"{HALL}\"\n{more}", folder.join("data"));
    let config = Config::parse("backend.toml", &text).expect("a config");
    App::open(config, clock.clone()).expect("the hall opens")
}

/// Makes `folder` the copy of a hall that `furnish` furnished. `kind` is the name of what it does.
pub(crate) fn copy_of(kind: &str, folder: &Path, furnish: impl FnOnce(&App, &Path)) {
    let template = template(kind, furnish);
    copy(&template, folder).unwrap_or_else(|cause| panic!("{}: {cause}", template.display()));
}

/// A catalogue, a calendar and windows.
pub(crate) fn furnish(app: &App) {
    import::catalogue_folder(app, &assets().join("catalogue")).expect("a catalogue");
    import::calendar_file(app, &assets().join(CALENDAR)).expect("a calendar");
    for (window, department) in WINDOWS {
        staff::add_window(app, window, None, vec![department.into()]).expect("a window");
    }
}

/// Somebody new.
pub(crate) fn hire(app: &App, name: &str, window: &str, role: Role) -> StaffId {
    let (password, windows) = (PASSWORD.into(), vec![window.into()]);
    staff::add(app, NewStaff { name: name.into(), windows, role, password, card: None }).expect("somebody new")
}

/// The folder to copy, of the running program: whoever comes first founds it beside the program.
fn template(kind: &str, furnish: impl FnOnce(&App, &Path)) -> PathBuf {
    let program = std::env::current_exe().expect("a program");
    let all = program.with_extension("halls");
    let template = all.join(format!("{kind}-{:x}", state_of(&program)));
    if template.exists() {
        return template;
    }
    fs::create_dir_all(&all).expect("a folder for templates");
    let made = tempfile::tempdir_in(&all).expect("a folder");
    let app = open(made.path(), "", &Clock::standing_at(MONDAY));
    furnish(&app, made.path());
    // Its writer ends with the last handle, and with the last connection the log is in the database.
    drop(app);
    // Another test may have been quicker, with a hall as good.
    if fs::rename(made.path(), &template).is_ok() {
        // It is not there under its old name any more.
        let _ = made.keep();
    }
    template
}

/// Changes with whatever a template is made of: the program and what it reads.
fn state_of(program: &Path) -> u64 {
    let mut files = vec![program.to_owned()];
    let mut folders = vec![assets().join("catalogue"), assets().join("calendar")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).expect("the assets").flatten().map(|entry| entry.path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.iter().fold(0, |sum: u64, file| {
        let found = fs::metadata(file).expect("a file");
        let marks = [found.size(), found.mtime().unsigned_abs(), found.mtime_nsec().unsigned_abs(), found.ino()];
        // Added, for folders tell their files in any order.
        sum.wrapping_add(marks.iter().fold(7, |hash: u64, mark| (hash ^ mark).wrapping_mul(0x0100_0000_01b3)))
    })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &name)?;
        } else {
            fs::copy(entry.path(), name)?;
        }
    }
    Ok(())
}
