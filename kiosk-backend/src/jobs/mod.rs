//! Retried work. Jobs are claimed from the database by lease, so that a crash loses none; each is written to be harmless
//! when done twice.

pub mod clocks;
pub mod index;
pub mod reseal;
pub mod verify;

use std::time::Duration;

use hall_domain::case::messages::deliver::{self, Done};
use hall_domain::case::messages::write::{self, waking};
use hall_store::event::{Event, EventKind};
use hall_store::jobs::Job;
use hall_store::{self as store, StoreError, StoreResult};
use tokio::sync::watch;

use crate::app::App;
use crate::client::client;
use crate::notify::webhook;

/// How many at once.
const AT_ONCE: u32 = 8;
/// How long a claim holds: longer than any job takes.
const LEASE_MS: i64 = 60_000;
/// How often a job is tried before a person must look: about two days with the pauses below.
pub const TRIES: u32 = 48;
/// The longest pause between tries.
const LONGEST_PAUSE_MS: i64 = 3_600_000;

/// Runs jobs until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let client = match client() {
        Ok(client) => client,
        Err(cause) => return tracing::error!(cause, "jobs cannot run"),
    };
    // Whoever starts the server anew may just have mended what things wait for.
    let mended = waking(app.zone(), app.now_ms());
    if tells_others(&app)
        && let Err(cause) = app.store().write(move |tx| store::jobs::hasten(tx, mended)).await
    {
        tracing::error!(cause = %cause, "jobs that wait could not be hastened");
    }
    let mut woken = app.store().announcements().jobs.subscribe();
    while !*stop.borrow() {
        woken.mark_unchanged();
        let pause = match once(&app, &client).await {
            Ok(pause) => pause,
            Err(cause) => {
                tracing::error!(cause = %cause, "jobs could not be claimed");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = woken.changed() => {}
            _ = stop.changed() => {}
        }
    }
}

/// Whether anybody is told anything.
fn tells_others(app: &App) -> bool {
    !app.settings().hooks.is_empty() || app.gateway().is_some()
}

/// Does what is due; returns how long to pause.
pub async fn once(app: &App, client: &reqwest::Client) -> StoreResult<Duration> {
    if !tells_others(app) {
        return Ok(Duration::from_secs(3600));
    }
    let now_ms = app.now_ms();
    let due = app.store().read(store::jobs::next_due).await?;
    match due {
        Some(due) if due <= now_ms => {}
        Some(due) => return Ok(Duration::from_millis((due - now_ms).clamp(10, 60_000).unsigned_abs())),
        None => return Ok(Duration::from_secs(60)),
    }
    let jobs = app.store().write(move |tx| store::jobs::claim(tx, now_ms, now_ms + LEASE_MS, AT_ONCE)).await?;
    let work = jobs.into_iter().map(|job| work(app, client, job));
    for done in futures_util::future::join_all(work).await {
        done?;
    }
    Ok(Duration::ZERO)
}

async fn work(app: &App, client: &reqwest::Client, job: Job) -> StoreResult<()> {
    let hook = app.config().webhook.iter().find(|hook| job.target.strip_prefix("webhook:") == Some(&hook.name));
    let sent = match hook {
        _ if job.target == write::SMS => message(app, client, &job).await?,
        Some(hook) => {
            webhook::send(client, hook, &job.key, job.body.clone(), app.now_ms()).await.map_err(Later::by_itself)
        }
        None => {
            let cause = format!("there is no [[webhook]] for {} in the configuration any more", job.target);
            Err(Later::by_itself(cause))
        }
    };
    let (id, tries, now_ms) = (job.id, job.tries, app.now_ms());
    let jitter = i64::from(getrandom::u32().unwrap_or(0) % 1000);
    let zone = app.zone().clone();
    app.store()
        .write(move |tx| match sent {
            Ok(()) => store::jobs::done(tx, id, now_ms),
            Err(Later { cause, until_mended: false }) if tries >= TRIES => {
                tracing::error!(code = "technical-failure", cause, "a job was given up");
                tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
                if job.target == write::SMS {
                    deliver::given_up(tx, &job, &cause, now_ms)?;
                }
                store::jobs::give_up(tx, id, now_ms, &cause)
            }
            Err(Later { cause, until_mended }) => {
                if until_mended {
                    tracing::error!(cause, tries, "messages wait until somebody mends this");
                } else {
                    tracing::warn!(cause, tries, "a job will be tried again");
                }
                let due_ms = now_ms + pause_ms(tries, jitter);
                // Phones ring at night for a second try no more than for the first.
                let due_ms = if job.target == write::SMS { waking(&zone, due_ms) } else { due_ms };
                store::jobs::put_off(tx, id, due_ms, &cause)
            }
        })
        .await
        .map_err(|cause: StoreError| cause)
}

/// Why a job must be tried again.
struct Later {
    cause: String,
    /// It is not given up, since nothing but somebody's hand helps.
    until_mended: bool,
}

impl Later {
    fn by_itself(cause: String) -> Self {
        Self { cause, until_mended: false }
    }
}

/// Sends a message to an applicant, unless nothing is left to send; says why it must be tried again.
async fn message(app: &App, client: &reqwest::Client, job: &Job) -> StoreResult<Result<(), Later>> {
    let Some(gateway) = app.gateway() else {
        let cause = "there is no [sms] in the configuration any more".to_owned();
        return Ok(Err(Later { cause, until_mended: true }));
    };
    let harmless = gateway.repeats_are_harmless();
    let Some(letter) = deliver::begin(app, job, harmless).await? else { return Ok(Ok(())) };
    let outcome = gateway.send(client, &letter, app.now_ms()).await;
    Ok(match deliver::end(app, letter, outcome, harmless).await? {
        Done::Yes => Ok(()),
        Done::Later { cause, until_mended } => Err(Later { cause, until_mended }),
    })
}

/// One second, doubled with each try up to an hour, and up to as much again by chance below one second.
fn pause_ms(tries: u32, jitter_ms: i64) -> i64 {
    let doubled = 1000_i64.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(LONGEST_PAUSE_MS);
    doubled.min(LONGEST_PAUSE_MS) + jitter_ms
}

#[cfg(test)]
mod tests {
    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses: Vec<i64> = [1, 2, 3, 12, 13, 48].into_iter().map(|tries| super::pause_ms(tries, 0)).collect();
        assert_eq!(pauses, [1000, 2000, 4000, 2_048_000, 3_600_000, 3_600_000]);
    }
}
