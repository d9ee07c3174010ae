//! Where the cases of the person at a terminal's screen stand: what the terminal shows and nothing more.

use hall_rules::case::NoticeKind;
use hall_rules::notice::Document;
use hall_rules::review::Verdict;
use hall_rules::{CaseState, PersonKey};
use hall_store::cases::CaseRow;
use hall_store::keys::Keys;
use hall_store::seal::IndexOf;
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, MissingMaterial, PersonAnswer, PersonQuery, Todo};
use kiosk_wire::{KioskId, ReceiptNumber, Submission};

use crate::case::record;
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;

/// The open cases of a person, newest first.
pub async fn cases(hall: &Hall, kiosk: KioskId, query: &PersonQuery) -> Result<PersonAnswer, Refusal> {
    let keys = hall.keys();
    let person = PersonKey::new(query.document, query.number.expose().as_str());
    let index = keys.sealer.index(IndexOf::PersonKey, person.expose());
    let cases = hall
        .store()
        .read(move |connection| {
            let rows = store::cases::of_person(connection, &index, PersonAnswer::MOST)?;
            rows.iter().map(|row| brief(connection, &keys, kiosk, row)).collect::<StoreResult<Vec<_>>>()
        })
        .await?;
    Ok(PersonAnswer { cases })
}

fn brief(connection: &Connection, keys: &Keys, kiosk: KioskId, row: &CaseRow) -> StoreResult<CaseBrief> {
    let item = record::item(connection, &row.item, row.item_version)?;
    let item_name = item.map_or_else(|| both(&row.item, &row.item), |item| both(&item.name.zh, &item.name.en));
    let events = store::case_events::history(connection, row.id)?;
    let told = hall_rules::case::last_told(events.iter().map(|past| past.event)).unwrap_or_default();
    let (zh, en) = row.state.words();
    Ok(CaseBrief {
        submission: row.id,
        receipt: ReceiptNumber(row.receipt.clone()),
        item: row.item.clone(),
        department: row.department.clone(),
        item_name,
        state: both(zh, en),
        told: both(told.0, told.1),
        due: row.due_date.clone(),
        todo: todo(connection, keys, kiosk, row)?,
    })
}

fn both(zh: &str, en: &str) -> BothLanguages {
    BothLanguages { zh: zh.to_owned(), en: en.to_owned() }
}

fn todo(connection: &Connection, keys: &Keys, kiosk: KioskId, row: &CaseRow) -> StoreResult<Option<Todo>> {
    match (row.state, row.compartment) {
        (CaseState::Correction, _) => Ok(Some(Todo::Correct { missing: missing(connection, keys, row)? })),
        (CaseState::ResultReady, Some(compartment)) => {
            let (at, kiosk_name) = row.kiosk.clone();
            Ok(Some(Todo::PickUp { kiosk_name, here: at == kiosk, compartment }))
        }
        _ => Ok(None),
    }
}

/// What the newest notice of corrections lists, with what the submission knows of each material.
fn missing(connection: &Connection, keys: &Keys, row: &CaseRow) -> StoreResult<Vec<MissingMaterial>> {
    let notices = store::notices::of_case(connection, row.id)?;
    let Some(newest) = notices.iter().rfind(|notice| notice.kind == NoticeKind::Correction) else {
        return Ok(Vec::new());
    };
    let Some((sealed, _)) = store::notices::sealed(connection, row.id, newest.n)? else { return Ok(Vec::new()) };
    let text = keys.sealer.open(&sealed, &store::notices::context(row.id, newest.n))?;
    let document: Option<Document> = serde_json::from_str(text.expose()).ok();
    let made = record::submission_of(connection, keys, row.entry)?;
    let findings = document.map(|document| document.missing).unwrap_or_default();
    let amiss = findings.into_iter().filter(|finding| finding.verdict != Verdict::Fine);
    Ok(amiss.map(|finding| line(made.as_ref(), finding.material, finding.reason)).collect())
}

fn line(made: Option<&Submission>, name: String, reason: String) -> MissingMaterial {
    let known = made.and_then(|made| made.materials.iter().find(|line| line.name == name));
    MissingMaterial {
        code: known.map(|line| line.code.clone()).unwrap_or_default(),
        originals: known.map_or(0, |line| line.originals),
        copies: known.map_or(0, |line| line.copies),
        name: BothLanguages { en: String::new(), zh: name },
        reason,
    }
}
