//! Notices: composed by the rules, numbered and kept in the transaction of the step that makes them.

use hall_rules::case::NoticeKind;
use hall_rules::clock::{CORRECTION_DAYS, Past};
use hall_rules::notice::{self, Document, Form, Said};
use hall_rules::{CaseEvent, clock};
use kiosk_wire::{Code, Submission, SubmissionId};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::audit::{self, Action, Who};
use super::clocks::{self, Desk};
use super::queries::{self, Look, seen_case};
use super::views::Actor;
use crate::app::App;
use crate::problem::Refusal;
use crate::store::notices::NewNotice;
use crate::store::{self, StoreError, StoreResult};

/// Number of a notice that is only shown before it is made.
const DRAFT: &str = "（确认后编号）";

/// Makes the notice of a step and keeps it.
pub fn make(
    tx: &Connection,
    desk: &Desk,
    id: SubmissionId,
    kind: NoticeKind,
    past: &[Past],
    step: (CaseEvent, &Form, Option<kiosk_wire::StaffId>),
) -> StoreResult<()> {
    let (event, form, by) = step;
    let year = desk.today().year();
    let number = store::notices::next_number(tx, kind, year)?;
    let document = compose(tx, desk, id, kind, past, (event, form), notice::number(kind, year, number))?;
    let text = serde_json::to_string(&document).map_err(|cause| StoreError::Corrupt(cause.to_string()))?;
    let n = store::notices::next_position(tx, id)?;
    let sealed = desk.keys.sealer.seal(&text, &store::notices::context(id, n))?;
    let new =
        NewNotice { case: id, number: (kind, year, number), made_ms: desk.now_ms, by, text: &text, sealed: &sealed };
    store::notices::insert(tx, n, &new)
}

/// What a step's notice would say, without making it.
pub fn draft(
    tx: &Connection,
    desk: &Desk,
    id: SubmissionId,
    kind: NoticeKind,
    past: &[Past],
    step: (CaseEvent, &Form),
) -> StoreResult<Document> {
    compose(tx, desk, id, kind, past, step, DRAFT.to_owned())
}

fn compose(
    tx: &Connection,
    desk: &Desk,
    id: SubmissionId,
    kind: NoticeKind,
    past: &[Past],
    (event, form): (CaseEvent, &Form),
    number: String,
) -> StoreResult<Document> {
    let head = store::cases::head(tx, id)?.ok_or_else(|| StoreError::Corrupt(format!("case {id} has no row")))?;
    let (code, version) = store::cases::item_of(tx, id)?.unwrap_or_default();
    let item = queries::item(tx, &code, version)?;
    let made: Option<Submission> = queries::submission_of(tx, &desk.keys, head.entry)?;
    let (receipt, _) = store::cases::receipt_and_window(tx, id)?.unwrap_or_default();
    let all = clock::clocks(past, &clocks::limits(desk, item.as_ref(), made.as_ref(), store::cases::is_green(tx, id)?));
    let of = |kind| all.iter().find(|clock| clock.kind == kind);
    let decide_by = of(clock::ClockKind::Promised).and_then(|clock| clock.last_day(&desk.calendar, &desk.zone).ok());
    let days = if kind == NoticeKind::Correction { Some(CORRECTION_DAYS) } else { form.days };
    let today = desk.today();
    let materials: Vec<String> = made
        .iter()
        .flat_map(|made| &made.materials)
        .filter(|line| line.brought)
        .map(|line| line.name.clone())
        .collect();
    let said = Said {
        event,
        applicant: made.as_ref().map_or("申请人", |made| made.applicant.name.expose()),
        item: item.as_ref().map_or(code.as_str(), |item| &item.name.zh),
        receipt: &receipt,
        office: &desk.hall,
        came: desk.day(head.deposited_ms.unwrap_or(desk.now_ms)),
        complete: desk.day(clock::papers_came(past).map_or(desk.now_ms, |at| at.as_millisecond())),
        today,
        decide_by,
        until: days.and_then(|days| desk.calendar.add_working_days(today, days).ok()),
        form,
        materials: if event == CaseEvent::Received { &materials } else { &[] },
    };
    Ok(notice::compose(kind, number, &said))
}

/// A notice as it was made. It names the applicant: reading it is a look, and goes on record.
pub async fn read(app: &App, actor: &Actor, id: SubmissionId, n: u32) -> Result<Document, Refusal> {
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            seen_case(tx, &look, id)?;
            let (sealed, hash) = store::notices::sealed(tx, id, n)?
                .ok_or_else(|| Refusal::new(Code::NotFound, "The case has no such notice", "See the case's page"))?;
            let text = look.desk.keys.sealer.open(&sealed, &store::notices::context(id, n))?;
            if Sha256::digest(text.expose()).as_slice() != hash {
                return Err(Refusal::internal(&format!("notice {n} of case {id} does not match its hash")));
            }
            audit::write(tx, look.desk.now_ms, Who::Staff(&look.actor), Action::NoticeRead, Some(id), &n.to_string())?;
            serde_json::from_str(text.expose()).map_err(|cause| Refusal::internal(&cause))
        })
        .await
}
