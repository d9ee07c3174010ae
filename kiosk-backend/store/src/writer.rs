//! The one writer: a thread that takes whatever is waiting, runs it in one transaction with a savepoint each, commits
//! once, and answers only then (group commit). One piece of work that fails undoes itself alone.
//!
//! A piece that nothing else waits with, or that asks for it, has the transaction to itself and needs no savepoint. What
//! SQLite keeps to undo a savepoint grows with the rows written under it, and each statement with a trigger walks it from
//! its start (`memjrnlTruncate` in memjournal.c): under one savepoint, many rows cost the square of their number.
//!
//! What nobody waits for is patient: it is done when nothing else is waiting, by itself.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use tokio::sync::{broadcast, oneshot, watch};

use crate::event::Event;
use crate::failpoint::Failpoint;
use crate::{Connection, StoreError, StoreResult, meta};

/// The most pieces of work in one transaction: bounds how long the first one waits for the last.
const GROUP: usize = 64;
/// How many events a slow listener may fall behind before it is told to look at everything again.
const EVENTS_KEPT: usize = 1024;

/// A piece of work's view of the transaction: a connection, and what to announce after the commit.
pub struct Tx<'c> {
    connection: &'c Connection,
    events: RefCell<Vec<Event>>,
    revised: bool,
    jobs: Cell<bool>,
    intake: bool,
}

impl Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Tx<'_> {
    /// Announces `event` once this is on disk, and only once; not at all if it fails.
    pub fn announce(&self, event: Event) {
        let mut events = self.events.borrow_mut();
        if !events.contains(&event) {
            events.push(event);
        }
    }

    /// Does `work` so that what it wrote and announced is undone alone where it fails; the rest of the transaction stays.
    pub fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> StoreResult<T>) -> StoreResult<T> {
        self.connection.execute_batch("SAVEPOINT attempt")?;
        let announced = self.events.borrow().len();
        let done = work(self);
        if done.is_err() {
            self.events.borrow_mut().truncate(announced);
            self.connection.execute_batch("ROLLBACK TO attempt")?;
        }
        self.connection.execute_batch("RELEASE attempt")?;
        done
    }

    /// Says that terminals have something new to fetch, and counts the revision up.
    pub fn revise(&mut self) -> StoreResult<()> {
        meta::bump(self.connection, meta::REVISION)?;
        self.revised = true;
        Ok(())
    }

    /// Says that this is a terminal's journal: fail points count these.
    pub fn mark_intake(&mut self) {
        self.intake = true;
    }

    /// Says that a job was written.
    pub fn wake_jobs(&self) {
        self.jobs.set(true);
    }
}

/// What is told after commits.
pub struct Announcements {
    /// Events for open pages.
    pub events: broadcast::Sender<Event>,
    /// Changes whenever terminals have something new to fetch.
    pub revised: watch::Sender<u64>,
    /// Changes whenever jobs were written.
    pub jobs: watch::Sender<u64>,
}

/// With what a piece of work shares its transaction, and when its turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// With whatever waits.
    Shared,
    /// With nothing: it writes very many rows.
    Alone,
    /// With nothing, and when nothing else waits.
    Patient,
}

trait Work: Send {
    fn turn(&self) -> Turn;
    /// Runs it inside a savepoint; says whether to keep what it did.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Piece<T, E, F> {
    turn: Turn,
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Piece<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn turn(&self) -> Turn {
        self.turn
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|_| Err(StoreError::Sql("the work panicked; see the log".into()).into()));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (committed, self.result) {
            (Err(cause), _) => Err(cause.into()),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Unavailable("the work was never run".into()).into()),
        };
        // The asker may have gone away; what was done stays done.
        let _ = self.reply.send(result);
    }
}

/// A promise of the writer's answer.
pub struct WriteAnswer<T, E>(oneshot::Receiver<Result<T, E>>);

impl<T, E: From<StoreError>> WriteAnswer<T, E> {
    /// Waits for the commit.
    pub async fn wait(self) -> Result<T, E> {
        self.0.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Waits for the commit on a thread that may block.
    pub fn wait_blocking(self) -> Result<T, E> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped().into()))
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".into())
}

/// Handle of the writer thread. Dropping it lets the thread finish what is waiting, then joins it.
pub struct Writer {
    queue: Option<mpsc::SyncSender<Box<dyn Work>>>,
    thread: Option<thread::JoinHandle<()>>,
    announcements: std::sync::Arc<Announcements>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, data_dir: &Path) -> StoreResult<Self> {
        let (queue, waiting) = mpsc::sync_channel(4096);
        let announcements = std::sync::Arc::new(Announcements {
            events: broadcast::Sender::new(EVENTS_KEPT),
            revised: watch::Sender::new(0),
            jobs: watch::Sender::new(0),
        });
        let mut state = Loop {
            connection,
            announcements: announcements.clone(),
            marker: meta::Marker::beside(data_dir),
            failpoint: Failpoint::from_env(),
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || state.run(&waiting))
            .map_err(|cause| StoreError::Unavailable(format!("the writer thread did not start: {cause}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), announcements })
    }

    /// Queues `work`.
    pub(crate) fn submit<T, E, F>(&self, turn: Turn, work: F) -> WriteAnswer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let piece: Box<dyn Work> = Box::new(Piece { turn, work: Some(work), result: None, reply });
        if let Some(queue) = &self.queue
            && let Err(mpsc::TrySendError::Full(piece) | mpsc::TrySendError::Disconnected(piece)) =
                queue.try_send(piece)
        {
            piece.answer(Err(StoreError::Unavailable("too much is waiting to be written".into())));
        }
        WriteAnswer(answer)
    }

    pub(crate) fn announcements(&self) -> &Announcements {
        &self.announcements
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic there was answered and logged already.
            let _ = thread.join();
        }
    }
}

struct Loop {
    connection: Connection,
    announcements: std::sync::Arc<Announcements>,
    marker: meta::Marker,
    failpoint: Failpoint,
}

/// Whose turn it is.
struct Turns<'w> {
    waiting: &'w mpsc::Receiver<Box<dyn Work>>,
    /// What came after the last group and could not share with it.
    left: Option<Box<dyn Work>>,
    patient: VecDeque<Box<dyn Work>>,
}

impl Turns<'_> {
    /// What is not patient and waits.
    fn hurried(&mut self) -> Option<Box<dyn Work>> {
        if self.left.is_some() {
            return self.left.take();
        }
        while let Ok(next) = self.waiting.try_recv() {
            if next.turn() != Turn::Patient {
                return Some(next);
            }
            self.patient.push_back(next);
        }
        None
    }

    /// The next, when there is one.
    fn next(&mut self) -> Option<Box<dyn Work>> {
        self.hurried().or_else(|| self.patient.pop_front()).or_else(|| self.waiting.recv().ok())
    }
}

impl Loop {
    fn run(&mut self, waiting: &mpsc::Receiver<Box<dyn Work>>) {
        let mut turns = Turns { waiting, left: None, patient: VecDeque::new() };
        while let Some(first) = turns.next() {
            let mut group = vec![first];
            while group[0].turn() == Turn::Shared
                && group.len() < GROUP
                && let Some(next) = turns.hurried()
            {
                if next.turn() == Turn::Alone {
                    turns.left = Some(next);
                    break;
                }
                group.push(next);
            }
            self.commit(group);
        }
    }

    fn commit(&mut self, mut group: Vec<Box<dyn Work>>) {
        let outcome = self.transaction(&mut group);
        if let Err(cause) = &outcome {
            tracing::error!(cause = %cause, "a group of writes was not committed");
            if !self.connection.is_autocommit() {
                let _ = self.connection.execute_batch("ROLLBACK");
            }
        }
        let committed = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
        if let Ok(news) = outcome {
            self.announce(news);
        }
        for piece in group {
            piece.answer(committed.clone());
        }
    }

    fn transaction(&mut self, group: &mut [Box<dyn Work>]) -> StoreResult<News> {
        self.run_sql("BEGIN IMMEDIATE")?;
        let mut news = News::default();
        let alone = group.len() == 1;
        for piece in group {
            if !alone {
                self.run_sql("SAVEPOINT piece")?;
            }
            let mut tx = Tx {
                connection: &self.connection,
                events: RefCell::default(),
                revised: false,
                jobs: Cell::new(false),
                intake: false,
            };
            if piece.run(&mut tx) {
                news.events.append(tx.events.get_mut());
                news.revised |= tx.revised;
                news.jobs |= tx.jobs.get();
                news.intake |= tx.intake;
            } else if self.connection.is_autocommit() {
                // SQLite ends the whole transaction when the disk is full or failing; nothing of the group is kept.
                return Err(StoreError::Unavailable(
                    "the transaction was rolled back: the disk is full or failing".into(),
                ));
            } else if alone {
                self.run_sql("ROLLBACK")?;
                return Ok(news);
            } else {
                self.run_sql("ROLLBACK TO piece")?;
            }
            if !alone {
                self.run_sql("RELEASE piece")?;
            }
        }
        let epoch = meta::bump(&self.connection, meta::EPOCH)?;
        self.failpoint.before_commit(news.intake);
        self.run_sql("COMMIT")?;
        self.failpoint.after_commit(news.intake);
        self.marker.write(epoch);
        Ok(news)
    }

    fn run_sql(&self, sql: &str) -> StoreResult<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn announce(&self, news: News) {
        for event in news.events {
            // Nobody listening is no error.
            let _ = self.announcements.events.send(event);
        }
        if news.revised {
            self.announcements.revised.send_modify(|n| *n = n.wrapping_add(1));
        }
        if news.jobs {
            self.announcements.jobs.send_modify(|n| *n = n.wrapping_add(1));
        }
    }
}

#[derive(Default)]
struct News {
    events: Vec<Event>,
    revised: bool,
    jobs: bool,
    intake: bool,
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::Store;

    #[test]
    fn what_is_patient_is_done_when_nothing_else_waits() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::found(dir.path()).expect("a database");
        let done = Arc::new(Mutex::new(Vec::new()));
        let (go, wait) = mpsc::channel::<()>();
        let piece = |turn: Turn, n: u32| {
            let done = done.clone();
            store.submit(turn, move |_| {
                done.lock().expect("nobody panicked").push(n);
                Ok::<_, StoreError>(())
            })
        };
        let held = store.submit(Turn::Shared, move |_| wait.recv().map_err(|_| StoreError::Sql("nobody".into())));
        let answers = [
            (Turn::Patient, 5),
            (Turn::Shared, 1),
            (Turn::Alone, 2),
            (Turn::Patient, 6),
            (Turn::Shared, 3),
            (Turn::Alone, 4),
        ]
        .map(|(turn, n)| piece(turn, n));
        go.send(()).expect("goes on");
        held.wait_blocking().expect("is done");
        answers.into_iter().for_each(|answer| answer.wait_blocking().expect("is done"));
        assert_eq!(*done.lock().expect("nobody panicked"), [1, 2, 3, 4, 5, 6]);
        // What is patient and was left when the store is closed is done all the same.
        let (go, wait) = mpsc::channel::<()>();
        let held = store.submit(Turn::Shared, move |_| wait.recv().map_err(|_| StoreError::Sql("nobody".into())));
        let patient = piece(Turn::Patient, 7);
        go.send(()).expect("goes on");
        drop(store);
        held.wait_blocking().expect("is done");
        patient.wait_blocking().expect("is done");
    }
}
