//! Signing in with the city's own accounts. The provider says who somebody is; which account that is, and whether it is
//! open, is ours to know: no account is made by signing in.

use kiosk_wire::{Code, StaffId};
use rusqlite::Connection;

use super::audit::{self, Action, Who};
use super::sign_in::{self, Opened, new_token};
use super::staff::{self, invalid};
use super::views::Actor;
use crate::app::App;
use crate::oidc::flow::Flow;
use crate::oidc::id_token::{LONGEST_SUBJECT, is_subject};
use crate::oidc::{Provider, ProviderError, is_word};
use crate::problem::Refusal;
use crate::store::sessions::Digest;
use crate::store::staff::StaffRow;
use crate::store::{self, StoreError, Tx};

pub use crate::oidc::flow::FLOW_MS;

/// What the provider sent the browser back with; each may be missing.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// To be redeemed.
    pub code: String,
    /// As we sent it.
    pub state: String,
    /// Why there is no code, in the provider's word.
    pub error: String,
    /// Who answers, where the provider says so (RFC 9207).
    pub iss: String,
}

/// The provider, or a refusal where there is none.
fn provider(app: &App) -> Result<&Provider, Refusal> {
    app.provider().ok_or_else(|| {
        Refusal::new(Code::NotFound, "There is no sign-in with the city's accounts here", "Sign in with a password")
    })
}

/// Begins: the address to send the browser to, and what its cookie keeps meanwhile.
pub async fn begin(app: &App, next: &str) -> Result<(String, Flow), Refusal> {
    let provider = provider(app)?;
    let flow = Flow::begin(&new_token()?, next, app.now_ms());
    let url = provider.begin(&flow).await.map_err(|cause| unavailable(&cause))?;
    Ok((url.into(), flow))
}

/// Ends: opens a session for whom the provider names. `cookie` is what [`begin`] gave the browser, if it still has it.
pub async fn finish(
    app: &App,
    from: &str,
    cookie: Option<&str>,
    answer: Answer,
    replaces: Option<Digest>,
) -> Result<(Opened, String), Refusal> {
    let provider = provider(app)?;
    let now = app.now_ms();
    let flow = cookie.and_then(|cookie| Flow::read(cookie, now)).filter(|flow| flow.state() == answer.state);
    let Some(flow) = flow else { return Err(not_ours()) };
    if !answer.iss.is_empty() && answer.iss != provider.issuer() {
        return Err(not_ours());
    }
    let (key, ends_ms) = (flow.key(), flow.ends_ms());
    let first = app.store().write(move |tx| store::oidc::take_flow(tx, &key, now, ends_ms));
    if !first.await.map_err(|cause: StoreError| Refusal::from(cause))? {
        return Err(not_ours());
    }
    if !answer.error.is_empty() || answer.code.is_empty() {
        let word = if is_word(&answer.error) { answer.error.as_str() } else { "" };
        tracing::info!(cause = word, "the provider of accounts sent somebody back without a code");
        return Err(refused("oidc-denied", "The provider did not sign you in", "Try again, or use your password"));
    }
    let subject = match provider.finish(&flow, &answer.code, now).await {
        Ok(Ok(subject)) => subject,
        Ok(Err(flaw)) => {
            tracing::warn!(cause = %flaw, "the provider's word was not believed");
            refuse(app, from, "oidc: token").await?;
            let advice = format!("Try again; if it stays, tell the administrator this: {flaw}");
            return Err(refused("oidc-token", "The provider's answer cannot be trusted", advice));
        }
        Err(cause) => return Err(unavailable(&cause)),
    };
    let (issuer, known) = (provider.issuer().to_owned(), subject.clone());
    let staff = app
        .store()
        .read(move |connection| match store::oidc::staff_of(connection, &issuer, &known)? {
            Some(id) => staff::read(connection, id),
            None => Ok(None),
        })
        .await?;
    match staff {
        Some(staff) if staff.disabled => {
            refuse(app, from, "oidc: closed").await?;
            Err(refused("oidc-closed", "Your account here is closed", "Ask an administrator of the hall"))
        }
        Some(staff) => {
            let actor = Actor { staff, from: from.to_owned() };
            let opened = sign_in::open(app, actor, true, replaces).await?;
            Ok((opened, flow.next().to_owned()))
        }
        None => {
            refuse(app, from, "oidc: subject").await?;
            // The detail is what an administrator needs to enter.
            Err(refused("oidc-subject", "No account here is yours yet", subject))
        }
    }
}

fn refused(field: &str, title: &str, advice: impl Into<String>) -> Refusal {
    Refusal::new(Code::SignInRefused, title, advice).field(field)
}

/// It was begun elsewhere, too long ago, or came back before.
fn not_ours() -> Refusal {
    refused("oidc-state", "This sign-in is over", "It took too long, or was used already. Press the button again")
}

fn unavailable(cause: &ProviderError) -> Refusal {
    tracing::warn!(cause = %cause, "the provider of accounts cannot be asked");
    Refusal::new(Code::ProviderUnavailable, "The city's sign-in does not work now", "Sign in with your password here")
}

/// Writes into the audit that somebody was refused whom the provider knows.
async fn refuse(app: &App, from: &str, why: &'static str) -> Result<(), Refusal> {
    let (now, from) = (app.now_ms(), from.to_owned());
    let write = app.store().write(move |tx| {
        audit::write(tx, now, Who::Unknown(&from), Action::SignInRefused, None, why).map_err(Refusal::from)
    });
    write.await
}

/// Who somebody is at the provider; none where there is no provider.
pub(super) fn subject_of(
    connection: &Connection,
    id: StaffId,
    issuer: Option<&str>,
) -> Result<Option<String>, StoreError> {
    match issuer {
        Some(issuer) => store::oidc::subject_of(connection, id, issuer),
        None => Ok(None),
    }
}

/// The issuer and a subject as it was typed; an empty one is none.
pub(super) fn typed(app: &App, subject: &str) -> Result<(String, Option<String>), Refusal> {
    let issuer = provider(app)?.issuer().to_owned();
    let subject = subject.trim();
    if !subject.is_empty() && !is_subject(subject) {
        let title = format!("A subject has 1 to {LONGEST_SUBJECT} ASCII characters");
        return Err(invalid("subject", title, "Copy the `sub` of the person from the provider"));
    }
    Ok((issuer, Some(subject.to_owned()).filter(|subject| !subject.is_empty())))
}

/// Says who somebody is at the provider. Whoever was let in under another name is signed out.
pub(super) fn set_in(
    tx: &mut Tx<'_>,
    who: Who<'_>,
    row: &StaffRow,
    issuer: &str,
    subject: Option<&str>,
    now: i64,
) -> Result<(), Refusal> {
    if row.disabled_ms.is_some() && subject.is_some() {
        return Err(Refusal::new(Code::WrongState, "The account is closed", "Add a new one under another name"));
    }
    let before = store::oidc::subject_of(tx, row.id, issuer)?;
    if before.as_deref() == subject {
        return Ok(());
    }
    if let Some(subject) = subject
        && let Some(owner) = store::oidc::staff_of(tx, issuer, subject)?
    {
        let name = store::staff::get(tx, owner)?.map(|owner| owner.name).unwrap_or_default();
        let title = format!("This subject belongs to {name:?}");
        return Err(invalid("subject", title, "Take it from that account first"));
    }
    store::oidc::set_subject(tx, row.id, issuer, subject)?;
    if before.is_some() {
        store::sessions::end_all(tx, row.id, None, now)?;
    }
    Ok(audit::write(tx, now, who, Action::SubjectSet, None, &row.name)?)
}
