//! Where the cases of the person at a terminal's screen stand: what the terminal shows and nothing more.

use hall_rules::case::NoticeKind;
use hall_rules::notice::Document;
use hall_rules::review::Verdict;
use hall_rules::{CaseState, PersonKey, ServiceItem};
use hall_store::cases::CaseRow;
use hall_store::keys::Keys;
use hall_store::seal::IndexOf;
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, MissingMaterial, PersonAnswer, PersonQuery, Todo};
use kiosk_wire::submission::MaterialLine;
use kiosk_wire::{KioskId, ReceiptNumber, Submission};

use crate::case::record::{self, MaterialRow};
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;
use crate::ground::shared::Shared;

/// The open cases of a person, newest first.
pub async fn cases(hall: &Hall, kiosk: KioskId, query: &PersonQuery) -> Result<PersonAnswer, Refusal> {
    let keys = hall.keys();
    let person = PersonKey::new(query.document, query.number.expose().as_str());
    let index = keys.sealer.index(IndexOf::PersonKey, person.expose());
    let shared = hall.shared();
    let cases = hall
        .store()
        .read(move |connection| {
            let asked = Asked { connection, keys: &keys, kiosk, shared: &shared };
            let rows = store::cases::of_person(connection, &index, PersonAnswer::MOST)?;
            rows.iter().map(|row| asked.brief(row)).collect::<StoreResult<Vec<_>>>()
        })
        .await?;
    Ok(PersonAnswer { cases })
}

/// What a terminal's question is answered from.
struct Asked<'a> {
    connection: &'a Connection,
    keys: &'a Keys,
    kiosk: KioskId,
    shared: &'a Shared,
}

impl Asked<'_> {
    fn brief(&self, row: &CaseRow) -> StoreResult<CaseBrief> {
        let item = record::item_of(self.connection, row)?;
        let made = record::submission_of(self.connection, self.keys, row.entry)?;
        let events = store::case_events::history(self.connection, row.id)?;
        let told = hall_rules::case::last_told(events.iter().map(|past| past.event)).unwrap_or_default();
        let (zh, en) = row.state.words();
        Ok(CaseBrief {
            submission: row.id,
            receipt: ReceiptNumber(row.receipt.clone()),
            item: row.item.clone(),
            department: row.department.clone(),
            item_name: item
                .as_ref()
                .map_or_else(|| both(&row.item, &row.item), |item| both(&item.name.zh, &item.name.en)),
            todo: self.todo(row, item.as_ref(), made.as_ref())?,
            organisation: made.and_then(|made| made.organisation),
            state: both(zh, en),
            told: both(told.0, told.1),
            due: row.due_date.clone(),
        })
    }

    fn todo(&self, row: &CaseRow, item: Option<&ServiceItem>, made: Option<&Submission>) -> StoreResult<Option<Todo>> {
        match (row.state, row.compartment) {
            (CaseState::Correction, _) => Ok(Some(Todo::Correct { missing: self.missing(row, item, made)? })),
            (CaseState::ResultReady, Some(compartment)) => {
                let (at, kiosk_name) = row.kiosk.clone();
                Ok(Some(Todo::PickUp { kiosk_name, here: at == self.kiosk, compartment }))
            }
            _ => Ok(None),
        }
    }

    /// What the newest notice of corrections lists, with what submission and catalogue know of each material.
    fn missing(
        &self,
        row: &CaseRow,
        item: Option<&ServiceItem>,
        made: Option<&Submission>,
    ) -> StoreResult<Vec<MissingMaterial>> {
        let notices = store::notices::of_case(self.connection, row.id)?;
        let Some(newest) = notices.iter().rfind(|notice| notice.kind == NoticeKind::Correction) else {
            return Ok(Vec::new());
        };
        let Some((sealed, _)) = store::notices::sealed(self.connection, row.id, newest.n)? else {
            return Ok(Vec::new());
        };
        let text = self.keys.sealer.open(&sealed, &store::notices::context(row.id, newest.n))?;
        let document: Option<Document> = serde_json::from_str(text.expose()).ok();
        let rows = made.map(|made| record::materials(made, item, self.shared)).unwrap_or_default();
        let handed_in: Vec<_> = made.iter().flat_map(|made| &made.materials).zip(rows).collect();
        let findings = document.map(|document| document.missing).unwrap_or_default();
        let amiss = findings.into_iter().filter(|finding| finding.verdict != Verdict::Fine);
        Ok(amiss.map(|finding| line(&handed_in, finding.material, finding.reason)).collect())
    }
}

fn line(handed_in: &[(&MaterialLine, MaterialRow)], name: String, reason: String) -> MissingMaterial {
    let known = handed_in.iter().find(|(line, _)| line.name == name);
    MissingMaterial {
        code: known.map(|(line, _)| line.code.clone()).unwrap_or_default(),
        originals: known.map_or(0, |(line, _)| line.originals),
        copies: known.map_or(0, |(line, _)| line.copies),
        name: BothLanguages { en: known.and_then(|(_, row)| row.english.clone()).unwrap_or_default(), zh: name },
        reason,
    }
}

fn both(zh: &str, en: &str) -> BothLanguages {
    BothLanguages { zh: zh.to_owned(), en: en.to_owned() }
}
