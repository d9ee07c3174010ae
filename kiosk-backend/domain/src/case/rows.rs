//! One case as a line of a list.

use std::collections::HashMap;

use hall_rules::{CaseState, ServiceItem, Text, mask};
use hall_store::cases::CaseRow;
use hall_store::{Connection, StoreResult};
use kiosk_wire::submission::Organisation;
use kiosk_wire::{CompartmentNo, KioskId, Submission, SubmissionId, WindowId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::clocks::{self, Due};
use crate::case::record::{item_of, submission_of};
use crate::ground::moment::Acting;

/// One row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InboxRow {
    /// The case.
    pub id: SubmissionId,
    /// Its number (办件编号).
    pub receipt: String,
    /// Item code.
    pub item: String,
    /// Item name; the code again when the catalogue never had it.
    pub item_name: Text,
    /// Department code.
    pub department: String,
    /// The window that works it.
    pub window: Option<(WindowId, String)>,
    /// The applicant's name, masked; empty when unreadable.
    pub applicant: String,
    /// Name of the organisation they act for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The terminal: id and name.
    pub kiosk: (KioskId, String),
    /// Where the paper is or may be.
    pub compartment: Option<CompartmentNo>,
    pub state: CaseState,
    /// When the door was shut, terminal's best time.
    pub deposited_ms: Option<i64>,
    /// The clock that ends first.
    pub due: Due,
    /// Who is on the way to the box.
    pub collecting: Option<String>,
    /// Who claimed the case and holds it still.
    pub held: Option<HeldView>,
    /// Whether a chief put it into the green channel (绿色通道).
    pub green: bool,
    /// When it last changed.
    pub changed_ms: i64,
    /// Whether the asker has not opened it since it last changed.
    pub unread: bool,
}

impl InboxRow {
    /// Whether a colleague holds it.
    pub fn is_others(&self) -> bool {
        self.held.as_ref().is_some_and(|held| !held.mine)
    }
}

/// Someone works on the case now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeldView {
    /// Their name.
    pub name: String,
    /// Whether it is the asker.
    pub mine: bool,
    pub since_ms: i64,
    /// Until when, if they do nothing.
    pub until_ms: i64,
}

/// Rows of one page.
pub(crate) const PAGE: u32 = 50;

pub(crate) fn inbox_rows(connection: &Connection, acting: &Acting, rows: Vec<CaseRow>) -> StoreResult<Vec<InboxRow>> {
    let mut items: HashMap<(String, u32), Option<ServiceItem>> = HashMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let key = (row.item.clone(), row.item_version);
        if !items.contains_key(&key) {
            items.insert(key.clone(), item_of(connection, &row)?);
        }
        let item = items.get(&key).and_then(Option::as_ref);
        let submission = submission_of(connection, &acting.keys, row.entry)?;
        views.push(inbox_row(acting, &row, item, submission.as_ref()));
    }
    Ok(views)
}

pub(crate) fn inbox_row(
    acting: &Acting,
    row: &CaseRow,
    item: Option<&ServiceItem>,
    submission: Option<&Submission>,
) -> InboxRow {
    let waits = row.state.in_box();
    InboxRow {
        id: row.id,
        receipt: row.receipt.clone(),
        item: row.item.clone(),
        item_name: item.map_or_else(|| Text::zh(row.item.clone()), |item| item.name.clone()),
        department: row.department.clone(),
        window: row.window.clone(),
        applicant: submission.map(|made| mask::name(made.applicant.name.expose())).unwrap_or_default(),
        organisation: submission.and_then(|made| made.organisation.as_ref()).map(Organisation::shown_name),
        kiosk: row.kiosk.clone(),
        compartment: row.compartment,
        state: row.state,
        deposited_ms: row.deposited_ms,
        due: clocks::due(&acting.moment, row),
        collecting: row.claim.as_ref().filter(|c| c.is_active(acting.now_ms)).map(|c| c.staff_name.clone()),
        held: held(acting, row),
        green: row.green,
        changed_ms: row.changed_ms,
        unread: waits && row.read_version.is_none_or(|seen| seen < row.news_version),
    }
}

/// Who holds the case now.
pub(crate) fn held(acting: &Acting, row: &CaseRow) -> Option<HeldView> {
    let held = row.held.as_ref().filter(|held| held.until_ms > acting.now_ms)?;
    let (since_ms, until_ms) = (held.since_ms, held.until_ms);
    Some(HeldView { name: held.staff_name.clone(), mine: held.staff == acting.actor.staff.id, since_ms, until_ms })
}
