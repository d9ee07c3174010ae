//! `GET /events`: tells an open page that something changed. It carries ids and a count, never personal data; the page
//! fetches what it shows, and that is checked and audited as ever.
//!
//! | event | when | data |
//! |---|---|---|
//! | `refresh` | at the start, and when too much was missed | – |
//! | `inbox` | a case of my windows came or changed | – |
//! | `unread` | with `refresh` and `inbox` | how many cases I have not opened |
//! | `deposit` | a deposit arrived for my windows | – |
//! | `case-ID` | that case changed | – |
//! | `kiosks` | a terminal or its boxes changed | – |

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Sse, KeepAlive};
use futures_util::stream::{self, Stream, StreamExt as _};
use hall_domain::Refusal;
use hall_domain::case::inbox;
use hall_domain::ground::actor::Actor;
use hall_domain::ground::origin::Origin;
use hall_store::event::{Event, EventKind};
use hall_store::sessions::Digest;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::Console;
use super::session::{SignedIn, holder};

pub(super) const PATH: &str = "/events";

/// The first of several events is told at once; those that follow it closely are told together after this pause. News
/// of cases does not wait because terminals were just told of: those are told of all the time.
const PAUSE: Duration = Duration::from_millis(150);
/// A stream ends after this long and the page asks again, so that nobody listens much longer than their session lasts.
const LONGEST: Duration = Duration::from_secs(600);
/// More changed cases than this in one go are told as `refresh`.
const MOST_CASES: usize = 32;
/// Comments that keep the line open through proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A new day is told when it has surely begun.
const AFTER_MIDNIGHT: Duration = Duration::from_millis(200);

struct Listener {
    console: Console,
    news: Receiver<Event>,
    key: Digest,
    origin: Origin,
    started: bool,
    /// No news of terminals before this.
    terminals_after: Instant,
    /// No news of cases before this.
    cases_after: Instant,
    ends: Instant,
}

/// `GET /events`
pub(super) async fn events(
    State(console): State<Console>,
    me: SignedIn,
) -> axum::response::Sse<impl Stream<Item = Result<Sse, Infallible>>> {
    let now = Instant::now();
    let listener = Listener {
        news: console.app.events(),
        key: me.key,
        origin: me.visitor.origin,
        console,
        started: false,
        terminals_after: now,
        cases_after: now,
        ends: now + LONGEST,
    };
    let batches = stream::unfold(listener, |mut listener| async move {
        let batch = listener.next().await?;
        Some((stream::iter(batch.into_iter().map(Ok)), listener))
    });
    axum::response::Sse::new(batches.flatten()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

impl Listener {
    /// What to send next; `None` ends the stream: time is up, or the session is over.
    async fn next(&mut self) -> Option<Vec<Sse>> {
        loop {
            let news = if self.started { self.collect().await? } else { News::everything() };
            self.started = true;
            let actor = holder(&self.console, self.key, self.origin).await.ok().flatten()?;
            let told = self.tell(&actor, &news).await.ok()?;
            if !told.is_empty() {
                return Some(told);
            }
        }
    }

    /// Waits for news, and until it may be told; takes all that has gathered by then.
    async fn collect(&mut self) -> Option<News> {
        let mut news = News::default();
        let midnight = Instant::now() + self.until_midnight();
        loop {
            let due = if news.of_cases() { self.cases_after } else { self.terminals_after };
            tokio::select! {
                biased;
                event = self.news.recv() => match event {
                    Ok(event) => news.add(event),
                    Err(RecvError::Lagged(_)) => news.missed = true,
                    Err(RecvError::Closed) => return None,
                },
                () = sleep_until(due), if !news.is_empty() => break,
                // Deadlines are days: their lights change at the hall's midnight.
                () = sleep_until(midnight), if news.is_empty() => news.missed = true,
                () = sleep_until(self.ends) => return None,
            }
        }
        self.terminals_after = Instant::now() + PAUSE;
        if news.of_cases() {
            self.cases_after = self.terminals_after;
        }
        Some(news)
    }

    /// How long the hall's day still lasts.
    fn until_midnight(&self) -> Duration {
        let app = &self.console.app;
        let left = jiff::Timestamp::from_millisecond(app.now_ms()).ok().and_then(|now| {
            let now = now.to_zoned_datetime(app.zone().clone());
            let midnight = now.date().tomorrow().ok()?.to_zoned_datetime(app.zone().clone()).ok()?;
            u64::try_from(midnight.timestamp().as_millisecond() - app.now_ms()).ok()
        });
        Duration::from_millis(left.unwrap_or(0)) + AFTER_MIDNIGHT
    }

    async fn tell(&self, actor: &Actor, news: &News) -> Result<Vec<Sse>, Refusal> {
        let mut told = news.names(actor);
        if told.iter().any(|name| name == "inbox" || name == "refresh") {
            let unread = inbox::unread(&self.console.app, actor).await?;
            let mut events: Vec<Sse> = vec![Sse::default().event("unread").data(unread.to_string())];
            events.extend(told.drain(..).map(named));
            return Ok(events);
        }
        Ok(told.into_iter().map(named).collect())
    }
}

fn named(name: String) -> Sse {
    Sse::default().event(name).data("")
}

/// Events gathered since the last batch.
#[derive(Default)]
struct News {
    events: Vec<Event>,
    missed: bool,
}

impl News {
    fn everything() -> Self {
        Self { events: Vec::new(), missed: true }
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty() && !self.missed
    }

    /// Whether it is more than terminals being heard of.
    fn of_cases(&self) -> bool {
        self.missed || self.events.iter().any(|event| event.kind != EventKind::KioskChanged)
    }

    fn add(&mut self, event: Event) {
        if !self.events.contains(&event) {
            self.events.push(event);
        }
    }

    /// The names of the events to send to this reader; nothing of windows that are not theirs.
    fn names(&self, actor: &Actor) -> Vec<String> {
        if self.missed {
            return vec!["refresh".to_owned()];
        }
        let mut names = BTreeSet::new();
        for event in &self.events {
            match event.kind {
                EventKind::KioskChanged => {
                    names.insert("kiosks".to_owned());
                    continue;
                }
                EventKind::NewDeposit | EventKind::CaseChanged | EventKind::Attention => {}
            }
            if !actor.sees(event.window) {
                continue;
            }
            names.insert("inbox".to_owned());
            if let Some(case) = event.case {
                names.insert(format!("case-{case}"));
            }
            if event.kind == EventKind::NewDeposit {
                names.insert("deposit".to_owned());
            }
        }
        if names.len() > MOST_CASES {
            let sound = names.contains("deposit");
            names = BTreeSet::from(["refresh".to_owned()]);
            if sound {
                names.insert("deposit".to_owned());
            }
        }
        names.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use hall_rules::Role;
    use kiosk_wire::{StaffId, SubmissionId, WindowId};
    use uuid::Uuid;

    use super::*;
    use hall_domain::ground::actor::Staff;

    fn clerk(window: u128) -> Actor {
        let staff = Staff {
            id: StaffId(Uuid::nil()),
            name: "王敏".into(),
            role: Role::Clerk,
            windows: vec![(WindowId(Uuid::from_u128(window)), String::new())],
            disabled: false,
            has_card: false,
            must_change: false,
        };
        Actor { staff, from: String::new() }
    }

    fn deposit(case: u128, window: u128) -> Event {
        Event {
            case: Some(SubmissionId(Uuid::from_u128(case))),
            window: Some(WindowId(Uuid::from_u128(window))),
            kiosk: None,
            kind: EventKind::NewDeposit,
        }
    }

    #[test]
    fn only_my_windows_cases_are_told() {
        let news = News { events: vec![deposit(7, 1), deposit(8, 2)], missed: false };
        let case = format!("case-{}", Uuid::from_u128(7));
        assert_eq!(news.names(&clerk(1)), vec![case, "deposit".to_owned(), "inbox".to_owned()]);
        assert!(news.names(&clerk(3)).is_empty());
    }

    #[test]
    fn terminals_being_heard_of_hold_no_deposit_back() {
        let heard = Event { case: None, window: None, kiosk: None, kind: EventKind::KioskChanged };
        let mut news = News::default();
        assert!(news.is_empty() && !news.of_cases());
        news.add(heard);
        assert!(!news.is_empty() && !news.of_cases());
        news.add(deposit(7, 1));
        assert!(news.of_cases() && News::everything().of_cases());
    }

    #[test]
    fn a_flood_becomes_one_refresh_and_one_sound() {
        let mut news = News::default();
        for case in 0..10_000 {
            news.add(deposit(case % 500, 1));
        }
        assert_eq!(news.names(&clerk(1)), vec!["deposit".to_owned(), "refresh".to_owned()]);
        assert_eq!(News::everything().names(&clerk(1)), vec!["refresh".to_owned()]);
    }
}
