//! Notices: composed by the rules, numbered and kept in the transaction of the step that makes them.

use hall_rules::CaseEvent;
use hall_rules::case::NoticeKind;
use hall_rules::clock::{self, CORRECTION_DAYS, Past};
use hall_rules::folding::assigned;
use hall_rules::notice::{self, Document, Form, Said};
use hall_store::notices::NewNotice;
use hall_store::{self as store, Connection, StoreError, StoreResult};
use kiosk_wire::{Submission, SubmissionId};

use crate::case::{clocks, record};
use crate::ground::moment::Moment;

/// Number of a notice that is only shown before it is made.
const DRAFT: &str = "（确认后编号）";

/// Makes the notice of a step and keeps it.
pub fn make(
    tx: &Connection,
    moment: &Moment,
    id: SubmissionId,
    kind: NoticeKind,
    past: &[Past],
    step: (CaseEvent, &Form, Option<kiosk_wire::StaffId>),
) -> StoreResult<()> {
    let (event, form, by) = step;
    let year = moment.today().year();
    let number = store::notices::next_number(tx, kind, year)?;
    let document = compose(tx, moment, id, kind, past, (event, form), notice::number(kind, year, number))?;
    let text = serde_json::to_string(&document).map_err(|cause| StoreError::Corrupt(cause.to_string()))?;
    let n = store::notices::next_position(tx, id)?;
    let sealed = moment.keys.sealer.seal(&text, &store::notices::context(id, n))?;
    let new =
        NewNotice { case: id, number: (kind, year, number), made_ms: moment.now_ms, by, text: &text, sealed: &sealed };
    store::notices::insert(tx, n, &new)
}

/// What a step's notice would say, without making it.
pub fn draft(
    tx: &Connection,
    moment: &Moment,
    id: SubmissionId,
    kind: NoticeKind,
    past: &[Past],
    step: (CaseEvent, &Form),
) -> StoreResult<Document> {
    compose(tx, moment, id, kind, past, step, DRAFT.to_owned())
}

fn compose(
    tx: &Connection,
    moment: &Moment,
    id: SubmissionId,
    kind: NoticeKind,
    past: &[Past],
    (event, form): (CaseEvent, &Form),
    number: String,
) -> StoreResult<Document> {
    let head = store::cases::head(tx, id)?.ok_or_else(|| StoreError::Corrupt(format!("case {id} has no row")))?;
    let (code, version) = store::cases::item_of(tx, id)?.unwrap_or_default();
    let item = record::item(tx, &code, version)?;
    let made: Option<Submission> = record::submission_of(tx, &moment.keys, head.entry)?;
    let (receipt, _) = store::cases::receipt_and_window(tx, id)?.unwrap_or_default();
    let all =
        clock::clocks(past, &clocks::limits(moment, item.as_ref(), made.as_ref(), store::cases::is_green(tx, id)?));
    let of = |kind| all.iter().find(|clock| clock.kind == kind);
    let decide_by =
        of(clock::ClockKind::Promised).and_then(|clock| clock.last_day(&moment.calendar, &moment.zone).ok());
    let days = if kind == NoticeKind::Correction { Some(CORRECTION_DAYS) } else { form.days };
    let today = moment.today();
    let materials: Vec<String> = made
        .iter()
        .flat_map(|made| &made.materials)
        .filter(|line| line.brought)
        .map(|line| line.name.clone())
        .collect();
    let applicant = made.as_ref().map_or("申请人".into(), |made| assigned(made.applicant.name.expose()));
    let said = Said {
        event,
        applicant: &applicant,
        item: item.as_ref().map_or(code.as_str(), |item| &item.name.zh),
        receipt: &receipt,
        office: &moment.name,
        came: moment.day(head.deposited_ms.unwrap_or(moment.now_ms)),
        complete: moment.day(clock::papers_came(past).map_or(moment.now_ms, |at| at.as_millisecond())),
        today,
        decide_by,
        until: days.and_then(|days| moment.calendar.add_working_days(today, days).ok()),
        form,
        materials: if event == CaseEvent::Received { &materials } else { &[] },
    };
    Ok(notice::compose(kind, number, &said))
}
