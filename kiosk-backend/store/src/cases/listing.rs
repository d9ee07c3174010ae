//! Lists of cases: views, what narrows them, search, boxes of one terminal.

use jiff::civil::Date;
use kiosk_wire::{KioskId, StaffId, WindowId};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::clocks::WITHOUT_END;
use super::{CaseRow, SELECT, case};
use crate::seal::BlindIndex;
use crate::{Connection, StoreResult};

/// Which cases to list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Whose read marks and claims.
    pub reader: StaffId,
    /// Only these windows; absent for every window and none.
    pub windows: Option<Vec<WindowId>>,
    pub view: View,
    /// Which of them only.
    pub only: Only,
    /// Now: claims that have expired do not count.
    pub now_ms: i64,
    /// The day in the hall: clocks that are soon over want attention.
    pub today: Date,
}

/// Narrows a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    pub item: Option<String>,
    pub window: Option<WindowId>,
    /// From this terminal.
    pub kiosk: Option<KioskId>,
    /// Whose clock is over (true), or soon over or over (false).
    pub over: Option<bool>,
    /// News to the reader.
    pub unread: bool,
}

/// Views of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Deposited, nobody on the way.
    New,
    /// The reader is on the way, or has the paper.
    Mine,
    /// Unconfirmed, a box to be confirmed empty, or a clock that is soon over, is over, or has no end.
    Attention,
    /// Everything with paper or once with paper.
    All,
    /// The window has the paper: somebody must go on with it.
    Work,
    /// Others must do something first: the applicant, or an expert.
    Waiting,
    /// With paper, and news to the reader.
    Unread,
}

const ACTIVE_CLAIM: &str =
    "(d.id IS NOT NULL AND d.expires_ms > $2 AND (d.outcome IS NULL OR d.outcome IN ('armed', 'done')))";
/// What conditions ask of a case, and no more.
const NARROW: &str = "cases c
    LEFT JOIN directives d ON d.id = c.claim_directive
    LEFT JOIN case_claims h ON h.case_id = c.id
    LEFT JOIN case_reads r ON r.case_id = c.id AND r.staff_id = $1";
const HELD: &str = "(h.case_id IS NOT NULL AND h.until_ms > $2)";
const NEWS: &str =
    "c.state IN ('deposited', 'deposit_unconfirmed') AND (r.version IS NULL OR r.version < c.news_version)";
/// What is due first comes first; what is never due, last. Word for word the expression of the index `cases_order`.
const DUE: &str = "COALESCE(c.due_date, '9999-12-31')";

impl Listing {
    /// The states of the view's cases, where these tell nearly all: the list then walks the index of states in order.
    fn states(&self) -> &'static [&'static str] {
        match self.view {
            View::New => &["deposited"],
            View::Unread => &["deposited", "deposit_unconfirmed"],
            View::Work => &[
                "received",
                "pre_review",
                "accepted",
                "accepted_deferred",
                "in_progress",
                "joint_review",
                "decided_grant",
                "decided_deny",
            ],
            View::Waiting => &["correction", "special", "result_ready"],
            View::Mine | View::Attention | View::All => &[],
        }
    }

    /// The condition besides the states, and its parameters; `$1` is the reader, `$2` is now.
    fn condition(&self) -> (String, Vec<Value>) {
        let mut values = vec![blob(self.reader.0.as_bytes()), Value::Integer(self.now_ms)];
        let mut condition = match self.view {
            View::New => format!("NOT {ACTIVE_CLAIM} AND NOT {HELD}"),
            View::Mine => "c.id IN (SELECT x.case_id FROM directives x JOIN cases y ON y.claim_directive = x.id
                     WHERE x.staff_id = $1 AND x.expires_ms > $2 AND (x.outcome IS NULL OR x.outcome IN ('armed', 'done'))
                 UNION ALL SELECT case_id FROM case_claims WHERE staff_id = $1 AND until_ms > $2
                 UNION ALL SELECT id FROM cases WHERE received_by = $1)"
                .into(),
            View::Attention => format!(
                "c.id IN (SELECT id FROM cases WHERE state = 'deposit_unconfirmed'
                     UNION ALL SELECT case_id FROM compartments WHERE state = 'to_be_confirmed'
                     UNION ALL SELECT id FROM cases WHERE due_clock IS NOT NULL AND soon_date <= '{today}'
                     UNION ALL SELECT case_id FROM joint_parts WHERE state = 'asked' AND soon_date <= '{today}'
                     UNION ALL SELECT case_id FROM joint_parts WHERE state = 'asked' AND due_date IS NULL
                     UNION ALL SELECT id FROM cases WHERE {WITHOUT_END}) AND $2 >= 0",
                today = self.today
            ),
            View::Work | View::Waiting => "$2 >= 0".into(),
            View::All => "c.state <> 'submitted' AND $2 >= 0".into(),
            View::Unread => format!("{NEWS} AND $2 >= 0"),
        };
        self.narrow(&mut condition, &mut values);
        of_windows(self.windows.as_deref(), &mut condition, &mut values);
        (condition, values)
    }

    fn narrow(&self, condition: &mut String, values: &mut Vec<Value>) {
        let only = &self.only;
        let mut and = |text: &str, value: Value| {
            values.push(value);
            *condition = format!("({condition}) AND {text} ${}", values.len());
        };
        if let Some(item) = &only.item {
            and("c.item =", Value::Text(item.clone()));
        }
        if let Some(window) = only.window {
            and("c.window_id =", blob(window.0.as_bytes()));
        }
        if let Some(kiosk) = only.kiosk {
            and("c.kiosk_id =", blob(kiosk.0.as_bytes()));
        }
        if let Some(over) = only.over {
            and(if over { "c.due_date <" } else { "c.soon_date <=" }, Value::Text(self.today.to_string()));
        }
        if only.unread {
            *condition = format!("({condition}) AND {NEWS}");
        }
    }

    /// One condition that holds all: for counting.
    fn whole(&self) -> (String, Vec<Value>) {
        let (condition, values) = self.condition();
        match self.states() {
            [] => (condition, values),
            states => (format!("c.state IN ('{}') AND ({condition})", states.join("', '")), values),
        }
    }

    /// The ids of the page, and the order of its rows.
    fn page(&self, offset: u32, limit: u32) -> (String, String, Vec<Value>) {
        let (condition, values) = self.condition();
        let limits = format!("LIMIT {limit} OFFSET {offset}");
        if matches!(self.view, View::All | View::Mine) {
            let order = "c.changed_ms DESC, c.id DESC".to_owned();
            return (format!("SELECT c.id FROM {NARROW} WHERE {condition} ORDER BY {order} {limits}"), order, values);
        }
        let keys = format!("{DUE}, c.deposited_ms, c.id");
        let select = format!("SELECT c.id AS id, {DUE}, c.deposited_ms FROM {NARROW} WHERE ({condition})");
        // Each state's cases come in order from the index; what is left is to merge a few, up to the page's end.
        let mut merged: Vec<_> =
            self.states().iter().map(|state| format!("{select} AND c.state = '{state}'")).collect();
        if merged.is_empty() {
            merged.push(select);
        }
        let merged = merged.join(" UNION ALL ");
        (format!("SELECT id FROM ({merged} ORDER BY 2, 3, 1 {limits})"), keys, values)
    }
}

fn blob(bytes: &[u8; 16]) -> Value {
    Value::Blob(bytes.to_vec())
}

/// The cases of a view, from `offset`.
pub fn list(connection: &Connection, listing: &Listing, offset: u32, limit: u32) -> StoreResult<Vec<CaseRow>> {
    // What is sorted is narrow: names and texts are read for the rows of the page only.
    let (ids, order, values) = listing.page(offset, limit);
    let sql = format!("{SELECT} WHERE c.id IN ({ids}) ORDER BY {order}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deposits in the boxes of a terminal, along the wall; of these windows, if any are named.
pub fn in_boxes(
    connection: &Connection,
    reader: StaffId,
    kiosk: KioskId,
    windows: Option<&[WindowId]>,
) -> StoreResult<Vec<CaseRow>> {
    let mut condition = "c.kiosk_id = $2 AND c.state = 'deposited' AND c.compartment IS NOT NULL".to_owned();
    let mut values = vec![blob(reader.0.as_bytes()), blob(kiosk.0.as_bytes())];
    of_windows(windows, &mut condition, &mut values);
    let sql = format!("{SELECT} WHERE {condition} ORDER BY c.compartment, c.id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Cases whose boxes the reader armed as a round at this terminal and has not affirmed empty, along the wall.
pub fn in_round(connection: &Connection, reader: StaffId, kiosk: KioskId, now_ms: i64) -> StoreResult<Vec<CaseRow>> {
    let sql = format!(
        "{SELECT} WHERE {ACTIVE_CLAIM} AND d.staff_id = $1 AND d.round IS NOT NULL AND d.kiosk_id = $3
         ORDER BY c.compartment, c.id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![reader.0.as_bytes(), now_ms, kiosk.0.as_bytes()], case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A view is counted up to this; beyond it nobody looks at the number.
pub const MOST_COUNTED: u32 = 1000;

/// How many cases a view has, up to [`MOST_COUNTED`].
pub fn count(connection: &Connection, listing: &Listing) -> StoreResult<u32> {
    let (sql, values) = counting(listing);
    Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

fn counting(listing: &Listing) -> (String, Vec<Value>) {
    let (condition, values) = listing.whole();
    (format!("SELECT COUNT(*) FROM (SELECT 1 FROM {NARROW} WHERE {condition} LIMIT {MOST_COUNTED})"), values)
}

/// What people look for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// By number.
    Receipt(String),
    /// By the last four of the document number.
    LastFour(BlindIndex),
    /// By full name.
    Name(BlindIndex),
    /// By initials of the name, or one of its words.
    Also(BlindIndex),
    /// By phone.
    Phone(BlindIndex),
}

/// Cases that match and are of these windows, newest first; no windows mean every one and none.
pub fn search(
    connection: &Connection,
    reader: StaffId,
    windows: Option<&[WindowId]>,
    wanted: &Wanted,
    limit: u32,
) -> StoreResult<Vec<CaseRow>> {
    let (mut condition, value) = match wanted {
        Wanted::Receipt(number) => ("c.receipt = $2".to_owned(), Value::Text(number.clone())),
        Wanted::LastFour(index) => ("c.last4_index = $2".to_owned(), blob(index)),
        Wanted::Name(index) => ("c.name_index = $2".to_owned(), blob(index)),
        Wanted::Phone(index) => ("c.phone_index = $2".to_owned(), blob(index)),
        Wanted::Also(index) => {
            ("c.id IN (SELECT case_id FROM case_initials WHERE initials_index = $2)".to_owned(), blob(index))
        }
    };
    let mut values = vec![blob(reader.0.as_bytes()), value];
    of_windows(windows, &mut condition, &mut values);
    let sql = format!("{SELECT} WHERE {condition} ORDER BY c.changed_ms DESC LIMIT {limit}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Narrows a condition to windows, if any are named. The window is only asked of what the condition found: a window
/// has nearly all cases of a hall, and its index would be the slow way (`COALESCE` keeps both engines from it).
fn of_windows(windows: Option<&[WindowId]>, condition: &mut String, values: &mut Vec<Value>) {
    if let Some(windows) = windows {
        let places: Vec<String> = (1..=windows.len()).map(|n| format!("${}", values.len() + n)).collect();
        *condition = format!("({condition}) AND COALESCE(c.window_id, NULL) IN ({})", places.join(", "));
        values.extend(windows.iter().map(|window| blob(window.0.as_bytes())));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// How SQLite goes about counting a view, one step a line.
    fn plan(view: View) -> String {
        let connection = Connection::in_memory();
        crate::migrations::run(&connection).expect("migrates");
        let listing = Listing {
            reader: StaffId(Uuid::nil()),
            windows: Some(vec![WindowId(Uuid::nil())]),
            view,
            only: Only::default(),
            now_ms: 0,
            today: jiff::civil::date(2026, 11, 23),
        };
        let (sql, values) = counting(&listing);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("is SQL");
        let steps = statement.query_map(params_from_iter(values), |row| row.get::<_, String>(3)).expect("answers");
        steps.map(|step| step.expect("reads") + "\n").collect()
    }

    #[test]
    fn a_count_looks_at_the_cases_of_its_view_and_at_no_others() {
        for view in [View::New, View::Work, View::Waiting, View::Unread] {
            let plan = plan(view);
            assert!(plan.contains("SEARCH c USING COVERING INDEX cases_order (state=?)"), "{view:?}:\n{plan}");
        }
        for view in [View::Mine, View::Attention] {
            let plan = plan(view);
            assert!(plan.contains("SEARCH c USING INDEX sqlite_autoindex_cases_1 (id=?)"), "{view:?}:\n{plan}");
            assert!(!plan.contains("SCAN cases") && !plan.contains("SCAN c "), "{view:?}:\n{plan}");
        }
        let attention = plan(View::Attention);
        for step in ["(soon_date<?)", "(soon_date=? AND due_date=? AND due_clock>?)"] {
            let step = format!("SEARCH cases USING COVERING INDEX cases_clock {step}");
            assert!(attention.contains(&step), "{step}:\n{attention}");
        }
    }
}
