//! What the program logs within a test: errors and panics are kept, so that a hall that is dropped can be asked.

use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

struct Line {
    thread: ThreadId,
    text: String,
}

#[derive(Default)]
struct Log {
    lines: Vec<Line>,
    /// Threads that run tests: what fails there is that test's.
    tests: Vec<ThreadId>,
}

static LOG: LazyLock<Mutex<Log>> = LazyLock::new(|| {
    // A program that logs elsewhere, as the figures do, keeps its own.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Errors));
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        keep(format!("{} panicked: {panic}", thread::current().name().unwrap_or("a thread")));
        before(panic);
    }));
    Mutex::default()
});

fn with<T>(act: impl FnOnce(&mut Log) -> T) -> T {
    act(&mut LOG.lock().unwrap_or_else(PoisonError::into_inner))
}

fn keep(text: String) {
    with(|log| log.lines.push(Line { thread: thread::current().id(), text }));
}

/// Where the log of the test on this thread begins.
pub(crate) fn begin() -> usize {
    with(|log| {
        log.tests.push(thread::current().id());
        log.lines.len()
    })
}

/// What was kept since, other tests' threads left out.
pub(crate) fn since(begin: usize) -> Vec<String> {
    let here = thread::current().id();
    with(|log| {
        let ours = |line: &&Line| line.thread == here || !log.tests.contains(&line.thread);
        log.lines.iter().skip(begin).filter(ours).map(|line| line.text.clone()).collect()
    })
}

struct Errors;

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut said = Said(String::new());
            event.record(&mut said);
            keep(said.0);
        }
    }
}

struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
