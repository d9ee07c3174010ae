//! Telling the backend, and hearing from it: one thread of its own.
//!
//! What it guarantees: every entry is delivered at least once, in order, as the same bytes for ever. What it does not
//! do: decide anything. All it learns goes to the runner as [`News`]; what it is to send it is told through [`Courier`].
//!
//! | task | when | on failure |
//! |---|---|---|
//! | push | as soon as there are entries that the backend lacks | again after a back-off, see [`backoff`] |
//! | listen | always: directives by long poll; roster, settings and catalogue when their ETag changed | the same |
//! | person | when a card was read | never: the visit goes on without the answer |
//! | progress | when somebody asks by a receipt's number | told at once: there is nothing else to show |
//! | beat | every 15 s, and soon after something changed | the next beat comes anyway |

pub mod backoff;
pub mod beat;
#[expect(clippy::disallowed_types, reason = "the only HTTP of the terminal")]
pub mod http;
mod listen;
mod person;
mod progress;
mod push;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a backend of its own, and a deadline for its news")]
mod tests;
mod tls;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use hall_rules::Catalogue;
use kiosk_wire::kiosk_api::{Heartbeat, PersonAnswer, PersonQuery, ProgressAnswer, ProgressQuery};
use kiosk_wire::{Code, JournalId, Signed, SubmissionId};
use tokio::sync::{Notify, mpsc, watch};

use crate::cache::Tagged;
use crate::clock::Clock;
use crate::config::Backend;
use crate::flaw::Flaw;
use crate::identity::Identity;
use crate::journal::Unsent;
use http::{CallError, Client};

/// Something learnt.
#[derive(Debug)]
pub enum News {
    /// The backend lacks `next` and what follows.
    Acknowledged {
        journal: JournalId,
        /// Position.
        next: u64,
        /// Backend time, milliseconds since the epoch.
        server_ms: i64,
    },
    /// What waits to be sent.
    Unsent(Unsent),
    /// The backend knows more of this journal than we do.
    RolledBack {
        /// The backend's next position.
        next: u64,
    },
    /// The backend has other entries at our positions.
    Forked {
        /// In its words.
        detail: String,
    },
    /// Whether this terminal is revoked.
    Revoked(bool),
    /// Generation of the backend's data.
    Generation(u64),
    /// All open directives, as signed.
    Directives(Vec<Signed>),
    /// A roster came in; it is to be verified and kept.
    Roster(Tagged),
    /// Settings of the hall came in; they are to be verified and kept.
    Settings(Tagged),
    /// A catalogue came in; it is kept already.
    Catalogue(Arc<Catalogue>),
    /// Where the cases of a person stand.
    Person {
        /// Which visit asked.
        visit: SubmissionId,
        answer: PersonAnswer,
    },
    /// How the case of a receipt stands.
    Progress {
        /// Which question.
        ask: u64,
        /// The answer, or what the backend says in place of one; `None`: it said nothing.
        answer: Result<Box<ProgressAnswer>, Option<Code>>,
    },
    /// A heartbeat that calls staff arrived.
    CallHeard {
        /// Since when the call stands, as the heartbeat said.
        since_ms: i64,
    },
    /// The way to the backend.
    Backend {
        /// Whether it can be reached.
        reachable: bool,
        /// Why not.
        flaw: Flaw,
    },
}

/// Where the journal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub journal: JournalId,
    /// Its last entry.
    pub head: u64,
    /// What the backend is known to have.
    pub acknowledged: u64,
}

/// What the thread is started with.
#[derive(Debug)]
pub struct Setup {
    pub backend: Backend,
    /// Who we are.
    pub identity: Identity,
    pub clock: Arc<Clock>,
    /// The data folder.
    pub folder: PathBuf,
    /// Where the journal stands.
    pub position: Position,
    /// The first heartbeat.
    pub heartbeat: Heartbeat,
    /// ETag of the roster at hand.
    pub roster_etag: String,
    /// ETag of the catalogue at hand.
    pub catalogue_etag: String,
    /// ETag of the hall's settings at hand.
    pub settings_etag: String,
}

/// The thread. Dropping it ends it.
#[derive(Debug)]
pub struct Courier {
    position: watch::Sender<Position>,
    heartbeat: watch::Sender<Heartbeat>,
    questions: mpsc::UnboundedSender<person::Question>,
    receipts: mpsc::UnboundedSender<progress::Question>,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Courier {
    /// Starts the thread. `sink` takes the news; it must not wait.
    ///
    /// # Errors
    /// When `ca_file` cannot be read, or the system gives no thread.
    pub fn spawn(setup: Setup, sink: impl Fn(News) + Send + Sync + 'static) -> Result<Self, http::SetupError> {
        let (position, positions) = watch::channel(setup.position);
        let (heartbeat, heartbeats) = watch::channel(setup.heartbeat);
        let (questions, asked) = mpsc::unbounded_channel();
        let (receipts, receipts_asked) = mpsc::unbounded_channel();
        let client = Client::new(&setup.backend, setup.identity, Arc::clone(&setup.clock))?;
        let context = Arc::new(Context {
            client,
            folder: setup.folder,
            sink: Box::new(sink),
            positions: positions.clone(),
            lacking: watch::Sender::new(None),
            back: Notify::new(),
            unsent: Mutex::default(),
            way: Mutex::new(Reach::default()),
        });
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(http::SetupError::Thread)?;
        let work = move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = push::run(&context, positions.clone()) => {}
                    () = push::count(&context, positions) => {}
                    () = listen::run(&context, listen::Held { roster: setup.roster_etag, catalogue: setup.catalogue_etag, settings: setup.settings_etag }) => {}
                    () = beat::run(&context, heartbeats) => {}
                    () = person::run(&context, asked) => {}
                    () = progress::run(&context, receipts_asked) => {}
                    () = stopped.notified() => {}
                }
            });
        };
        let thread = std::thread::Builder::new().name("sync".into()).spawn(work).map_err(http::SetupError::Thread)?;
        Ok(Self { position, heartbeat, questions, receipts, stop, thread: Some(thread) })
    }

    /// Tells where the journal stands now.
    pub fn journal_is_at(&self, position: Position) {
        self.position.send_replace(position);
    }

    /// Asks where the cases of the person at the screen stand; answered by [`News::Person`], or not at all.
    pub fn ask_person(&self, visit: SubmissionId, query: PersonQuery) {
        // Without its thread there is no answer either.
        drop(self.questions.send((visit, query)));
    }

    /// Asks how the case of a receipt stands; answered by [`News::Progress`].
    pub fn ask_progress(&self, ask: u64, query: ProgressQuery) {
        // Without its thread there is no answer, and the journey does not wait for ever.
        drop(self.receipts.send((ask, query)));
    }

    /// Tells how the terminal is; sent soon, and again every 15 seconds.
    pub fn report(&self, heartbeat: Heartbeat) {
        self.heartbeat.send_if_modified(|held| {
            let changed = *held != heartbeat;
            *held = heartbeat;
            changed
        });
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sync thread ended by a panic");
        }
    }
}

/// What the tasks share.
struct Context {
    client: Client,
    folder: PathBuf,
    sink: Box<dyn Fn(News) + Send + Sync>,
    positions: watch::Receiver<Position>,
    /// What the last heartbeat said the backend lacks.
    lacking: watch::Sender<Option<(JournalId, u64)>>,
    /// Told when the backend was reached again: those who wait for their back-off try at once.
    back: Notify,
    /// What waits to be sent, for the heartbeat.
    unsent: Mutex<Unsent>,
    way: Mutex<Reach>,
}

#[derive(Default)]
struct Reach {
    reachable: Option<bool>,
    revoked: bool,
}

impl Context {
    fn tell(&self, news: News) {
        (self.sink)(news);
    }

    /// Notes how a call went: transitions only are told.
    fn note<T>(&self, called: &Result<T, CallError>) {
        let mut way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        let (reachable, revoked, flaw) = match called {
            Ok(_) => (true, false, Flaw::default()),
            Err(error @ CallError::Refused(problem)) if problem.code == Code::KioskRevoked => {
                (true, true, Flaw { error: problem.title.clone(), advice: String::new(), ..Flaw::from(error) })
            }
            Err(CallError::Refused(problem)) if problem.status < 500 && problem.status != 401 => {
                (true, way.revoked, Flaw::default())
            }
            Err(error) => (false, way.revoked, Flaw::from(error)),
        };
        if way.reachable != Some(reachable) {
            way.reachable = Some(reachable);
            self.tell(News::Backend { reachable, flaw });
            if reachable {
                self.back.notify_waiters();
            }
        }
        if way.revoked != revoked {
            way.revoked = revoked;
            self.tell(News::Revoked(revoked));
        }
    }

    /// Waits for a back-off, or until another task reached the backend.
    async fn pause(&self, wait: std::time::Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.back.notified() => {}
        }
    }
}
