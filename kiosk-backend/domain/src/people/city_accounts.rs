//! Signing in with the city's own accounts. The provider says who somebody is; which account that is, and whether it is
//! open, is ours to know: no account is made by signing in.

use hall_store::sessions::Digest;
use hall_store::staff::StaffRow;
use hall_store::{self as store, Connection, StoreError, Tx};
use hall_words::Reason;
use kiosk_wire::StaffId;

use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;
use crate::people::sign_in::{self, Opened};
use crate::people::staff;

/// Longest `sub` (OpenID Connect Core 1.0, 2).
pub const LONGEST_SUBJECT: usize = 255;

/// Whether a text can be somebody's name at a provider (OpenID Connect Core 1.0, 2: ASCII characters).
pub fn is_subject(text: &str) -> bool {
    (1..=LONGEST_SUBJECT).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Notes that a sign-in came back from the provider. False: it did before.
pub async fn redeem(hall: &Hall, key: Digest, ends_ms: i64) -> Result<bool, Refusal> {
    let now = hall.now_ms();
    let first = hall.store().write(move |tx| store::oidc::take_flow(tx, &key, now, ends_ms));
    first.await.map_err(|cause: StoreError| cause.into())
}

/// Opens a session for whom the provider calls `subject`.
pub async fn enter(hall: &Hall, from: &str, subject: String, replaces: Option<Digest>) -> Result<Opened, Refusal> {
    let (issuer, known) = (issuer(hall)?.to_owned(), subject.clone());
    let staff = hall
        .store()
        .read(move |connection| match store::oidc::staff_of(connection, &issuer, &known)? {
            Some(id) => staff::read(connection, id),
            None => Ok(None),
        })
        .await?;
    match staff {
        Some(staff) if staff.disabled => {
            refuse(hall, from, "oidc: closed").await?;
            Err(Reason::ProviderAccountClosed.into())
        }
        Some(staff) => {
            let actor = Actor { staff, from: from.to_owned() };
            sign_in::open(hall, actor, true, replaces).await
        }
        None => {
            refuse(hall, from, "oidc: subject").await?;
            // The detail is what an administrator needs to enter.
            Err(Reason::ProviderSubject { subject }.into())
        }
    }
}

/// Who issues the city's accounts, or a refusal where nobody does.
fn issuer(hall: &Hall) -> Result<&str, Refusal> {
    Ok(hall.settings().issuer.as_deref().ok_or(Reason::NoCityAccounts)?)
}

/// Writes into the audit that somebody was refused whom the provider knows.
pub async fn refuse(hall: &Hall, from: &str, why: &'static str) -> Result<(), Refusal> {
    let (now, from) = (hall.now_ms(), from.to_owned());
    let write = hall.store().write(move |tx| {
        audit::write(tx, now, Who::Unknown(&from), Action::SignInRefused, None, why).map_err(Refusal::from)
    });
    write.await
}

/// Who somebody is at the provider; none where there is no provider.
pub(crate) fn subject_of(
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
pub(crate) fn typed(hall: &Hall, subject: &str) -> Result<(String, Option<String>), Refusal> {
    let issuer = issuer(hall)?.to_owned();
    let subject = subject.trim();
    if !subject.is_empty() && !is_subject(subject) {
        return Err(Reason::SubjectShape { longest: LONGEST_SUBJECT }.into());
    }
    Ok((issuer, Some(subject.to_owned()).filter(|subject| !subject.is_empty())))
}

/// Says who somebody is at the provider. Whoever was let in under another name is signed out.
pub(crate) fn set_in(
    tx: &mut Tx<'_>,
    who: Who<'_>,
    row: &StaffRow,
    issuer: &str,
    subject: Option<&str>,
    now: i64,
) -> Result<(), Refusal> {
    if row.disabled_ms.is_some() && subject.is_some() {
        return Err(Reason::AccountClosed.into());
    }
    let before = store::oidc::subject_of(tx, row.id, issuer)?;
    if before.as_deref() == subject {
        return Ok(());
    }
    if let Some(subject) = subject
        && let Some(owner) = store::oidc::staff_of(tx, issuer, subject)?
    {
        let name = store::staff::get(tx, owner)?.map(|owner| owner.name).unwrap_or_default();
        return Err(Reason::SubjectTaken { name: format!("{name:?}") }.into());
    }
    store::oidc::set_subject(tx, row.id, issuer, subject)?;
    if before.is_some() {
        store::sessions::end_all(tx, row.id, None, now)?;
    }
    Ok(audit::write(tx, now, who, Action::SubjectSet, None, &row.name)?)
}
