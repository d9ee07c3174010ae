//! A hall in a folder of its own: opened, stopped, started again, looked at from beside the program.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axum::Router;
use hall_domain::figures::verify;
use hall_domain::ground::clock::Clock;
use hall_domain::ground::moment::Moment;
use kiosk_backend::app::App;
use outside::Left;
use outside::ending::{Ending, OPEN_JOBS};
use outside::terminal::MONDAY;

use crate::{founding, log};

/// A hall that is open.
pub struct Hall {
    // Looked at before the program and the folder are gone.
    watch: Watch,
    pub app: App,
    pub clock: Clock,
    pub(crate) api: Router,
    dir: tempfile::TempDir,
    more: String,
}

/// What is kept of a hall while no program runs.
pub struct Closed {
    clock: Clock,
    dir: tempfile::TempDir,
    more: String,
    left: Vec<Left>,
    log: usize,
}

impl Hall {
    /// A hall with catalogue, calendar and windows, and more lines in its configuration.
    pub fn found(more: &str) -> Self {
        Self::found_since(log::begin(), more)
    }

    /// The same for a test that runs on another thread, on which its log began.
    pub(crate) fn found_since(log: usize, more: &str) -> Self {
        Self::copy_of("hall", log, more, |app, _| founding::furnish(app))
    }

    pub(crate) fn copy_of(kind: &str, log: usize, more: &str, furnish: impl FnOnce(&App, &Path)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        founding::copy_of(kind, dir.path(), furnish);
        let clock = Clock::standing_at(MONDAY);
        Closed { clock, dir, more: more.into(), left: Vec::new(), log }.open()
    }

    /// Says what this test leaves behind. It must.
    pub fn leaves(&self, left: Left) {
        self.watch.left.lock().unwrap_or_else(PoisonError::into_inner).push(left);
    }

    /// Stops the program.
    pub fn close(self) -> Closed {
        let Self { mut watch, clock, dir, more, app, api } = self;
        watch.app = None;
        let left = std::mem::take(&mut *watch.left.lock().unwrap_or_else(PoisonError::into_inner));
        drop((app, api));
        Closed { clock, dir, more, left, log: watch.log }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// Where its database and keys are.
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// The database from beside the program.
    pub fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data().join(hall_store::DATABASE)).expect("the database opens")
    }

    /// Changes it from beside the program; false when the database refuses.
    pub fn rewrite(&self, sql: &str) -> bool {
        self.sqlite().execute(sql, []).is_ok()
    }

    /// One value of it, as it is on disk.
    pub fn value<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.sqlite().query_row(sql, [], |row| row.get(0)).unwrap_or_else(|cause| panic!("{sql}: {cause}"))
    }

    /// How many rows a condition has.
    pub fn count(&self, from: &str) -> i64 {
        self.value(&format!("SELECT COUNT(*) FROM {from}"))
    }

    /// What was done, oldest first.
    pub fn audit(&self) -> Vec<String> {
        let actions: String = self.value("SELECT group_concat(action, ' ' ORDER BY seq) FROM audit");
        actions.split(' ').map(str::to_owned).collect()
    }
}

impl Closed {
    /// Where its database and keys lie.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The same hall under another clock.
    pub fn under(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same hall with other lines in its configuration.
    pub fn with(self, more: &str) -> Self {
        Self { more: more.into(), ..self }
    }

    /// Starts the program on what lies there.
    pub fn open(self) -> Hall {
        let Self { clock, dir, more, left, log } = self;
        let app = founding::open(dir.path(), &more, &clock);
        let watch = Watch { app: Some(app.clone()), left: Mutex::new(left), log };
        Hall { watch, api: kiosk_backend::api::router(app.clone()), app, clock, dir, more }
    }
}

/// Looks at a hall that is dropped by a test that went well.
struct Watch {
    app: Option<App>,
    left: Mutex<Vec<Left>>,
    /// Where its log begins.
    log: usize,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(app) = self.app.take().filter(|_| !std::thread::panicking()) else { return };
        let left = std::mem::take(self.left.get_mut().unwrap_or_else(PoisonError::into_inner));
        if left.contains(&Left::Whatever) {
            return;
        }
        let ending = Ending { jobs: jobs(&app), flaws: flaws(&app), lines: log::since(self.log) };
        if let Some(fault) = ending.fault(&left) {
            panic!("{fault}");
        }
    }
}

fn flaws(app: &App) -> Vec<String> {
    let moment = Moment::of(app);
    app.store().read_blocking(|connection| verify::all(connection, &moment)).expect("the database is read").flaws
}

fn jobs(app: &App) -> Vec<String> {
    let file = app.config().data_dir.join(hall_store::DATABASE);
    let sqlite = rusqlite::Connection::open(file).expect("the database opens");
    let mut statement = sqlite.prepare(OPEN_JOBS).expect("the jobs");
    let rows = statement.query_map([], |row| row.get(0)).expect("the jobs");
    rows.collect::<Result<_, _>>().expect("the jobs")
}
