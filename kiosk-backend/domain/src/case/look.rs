//! Looks at a case that go on record: its page, its notices, what is personal in full.

use hall_rules::Right;
use hall_rules::notice::Document;
use hall_store as store;
use hall_words::Reason;
use kiosk_wire::{Personal, SubmissionId};
use sha2::{Digest, Sha256};

use crate::case::command::checked_reason;
use crate::case::record;
use crate::case::seen::seen_case;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// Opens a case's page: one audit entry and the reader's own mark; nothing else changes.
pub async fn look(hall: &Hall, actor: &Actor, id: SubmissionId) -> Result<(), Refusal> {
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            seen_case(tx, &acting, id)?;
            store::cases::mark_read(tx, id, acting.actor.staff.id, acting.now_ms)?;
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CaseLooked, Some(id), "")?;
            Ok(())
        })
        .await
}

/// The applicant's phone number, in full. The look at it is on record before it is shown.
pub async fn reveal_phone(hall: &Hall, actor: &Actor, id: SubmissionId) -> Result<Personal<String>, Refusal> {
    reveal(hall, actor, id, Action::PhoneRevealed, String::new(), |made| made.phone.clone()).await
}

/// The applicant's document number, in full, for a reason that goes on record.
pub async fn reveal_number(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    reason: &str,
) -> Result<Personal<String>, Refusal> {
    let reason = checked_reason(reason)?;
    reveal(hall, actor, id, Action::NumberRevealed, reason, |made| Some(made.applicant.number.clone())).await
}

async fn reveal(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    action: Action,
    reason: String,
    pick: fn(&kiosk_wire::Submission) -> Option<Personal<String>>,
) -> Result<Personal<String>, Refusal> {
    actor.must(Right::RevealPersonal)?;
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            let row = seen_case(tx, &acting, id)?;
            let value = record::submission_of(tx, &acting.keys, row.entry)?
                .as_ref()
                .and_then(pick)
                .ok_or(Reason::NothingGiven)?;
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), action, Some(id), &reason)?;
            Ok(value)
        })
        .await
}

/// Notes that someone searched: how, never for whom.
pub async fn searched(hall: &Hall, actor: &Actor, found: usize) -> Result<(), Refusal> {
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            let object = format!("{found} found");
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::Searched, None, &object)?;
            Ok(())
        })
        .await
}

/// A notice as it was made. It names the applicant: reading it is a look, and goes on record.
pub async fn read(hall: &Hall, actor: &Actor, id: SubmissionId, n: u32) -> Result<Document, Refusal> {
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            seen_case(tx, &acting, id)?;
            let (sealed, hash) = store::notices::sealed(tx, id, n)?.ok_or(Reason::NoSuchNotice)?;
            let text = acting.moment.keys.sealer.open(&sealed, &store::notices::context(id, n))?;
            if Sha256::digest(text.expose()).as_slice() != hash {
                return Err(Refusal::internal(&format!("notice {n} of case {id} does not match its hash")));
            }
            audit::write(
                tx,
                acting.moment.now_ms,
                Who::Staff(&acting.actor),
                Action::NoticeRead,
                Some(id),
                &n.to_string(),
            )?;
            serde_json::from_str(text.expose()).map_err(|cause| Refusal::internal(&cause))
        })
        .await
}
