//! Cases, their events, who has read them.

use hall_rules::CaseState;
use kiosk_wire::{CompartmentNo, DirectiveId, KioskId, StaffId, SubmissionId, WindowId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::seal::BlindIndex;
use super::{StoreResult, optional_uuid_at, optional_word_at, signed, u64_at, uuid_at, word_at, word_of};

/// One case as stored, with the names that every list shows.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// Id.
    pub id: SubmissionId,
    /// Its number.
    pub receipt: String,
    /// The terminal: id and name.
    pub kiosk: (KioskId, String),
    /// The journal entry that holds the personal payload.
    pub entry: i64,
    /// Item code.
    pub item: String,
    /// Item version.
    pub item_version: u32,
    /// Department code.
    pub department: String,
    /// The window: id and name.
    pub window: Option<(WindowId, String)>,
    /// State, as derived from the events.
    pub state: CaseState,
    /// Number of events.
    pub version: u64,
    /// Number of the last event that was news to the window.
    pub news_version: u64,
    /// Where the paper is or may be.
    pub compartment: Option<CompartmentNo>,
    /// When the door was first shut on it.
    pub deposited_ms: Option<i64>,
    /// Last day of the five-day clock, `YYYY-MM-DD`.
    pub due_date: Option<String>,
    /// When it last changed.
    pub changed_ms: i64,
    /// Who has the paper, and since when.
    pub received: Option<(String, i64)>,
    /// Why nobody knows whether the paper is in.
    pub doubt: Option<String>,
    /// Who is on the way.
    pub claim: Option<Claim>,
    /// The number of events that the asker has seen.
    pub read_version: Option<u64>,
}

/// Someone is on the way to the box.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The directive.
    pub directive: DirectiveId,
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// Since when.
    pub issued_ms: i64,
    /// Void from then on.
    pub expires_ms: i64,
    /// The terminal's answer.
    pub outcome: Option<kiosk_wire::DirectiveOutcome>,
}

impl Claim {
    /// Whether it still keeps others away.
    pub fn is_active(&self, now_ms: i64) -> bool {
        use kiosk_wire::DirectiveOutcome as O;
        self.expires_ms > now_ms && matches!(self.outcome, None | Some(O::Armed | O::Done))
    }
}

const SELECT: &str = "SELECT c.id, c.receipt, c.kiosk_id, k.name, c.entry_id, c.item, c.item_version, c.department,
        c.window_id, w.name, c.state, c.version, c.news_version, c.compartment, c.deposited_ms, c.due_date,
        c.changed_ms, c.received_ms, rs.name, c.doubt,
        d.id, d.staff_id, ds.name, d.issued_ms, d.expires_ms, d.outcome, r.version
    FROM cases c
    JOIN kiosks k ON k.id = c.kiosk_id
    LEFT JOIN windows w ON w.id = c.window_id
    LEFT JOIN staff rs ON rs.id = c.received_by
    LEFT JOIN directives d ON d.id = c.claim_directive
    LEFT JOIN staff ds ON ds.id = d.staff_id
    LEFT JOIN case_reads r ON r.case_id = c.id AND r.staff_id = $1";

fn case(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    let window = optional_uuid_at(row, 8)?.map(WindowId);
    let window_name: Option<String> = row.get(9)?;
    let received_ms: Option<i64> = row.get(17)?;
    let received_by: Option<String> = row.get(18)?;
    Ok(CaseRow {
        id: SubmissionId(uuid_at(row, 0)?),
        receipt: row.get(1)?,
        kiosk: (KioskId(uuid_at(row, 2)?), row.get(3)?),
        entry: row.get(4)?,
        item: row.get(5)?,
        item_version: row.get(6)?,
        department: row.get(7)?,
        window: window.zip(window_name),
        state: word_at(row, 10)?,
        version: u64_at(row, 11)?,
        news_version: u64_at(row, 12)?,
        compartment: row.get::<_, Option<u16>>(13)?.map(CompartmentNo),
        deposited_ms: row.get(14)?,
        due_date: row.get(15)?,
        changed_ms: row.get(16)?,
        received: received_ms.map(|at| (received_by.unwrap_or_default(), at)),
        doubt: row.get(19)?,
        claim: claim(row)?,
        read_version: row.get::<_, Option<i64>>(26)?.map(i64::unsigned_abs),
    })
}

fn claim(row: &Row<'_>) -> rusqlite::Result<Option<Claim>> {
    let Some(directive) = optional_uuid_at(row, 20)? else { return Ok(None) };
    Ok(Some(Claim {
        directive: DirectiveId(directive),
        staff: StaffId(uuid_at(row, 21)?),
        staff_name: row.get(22)?,
        issued_ms: row.get(23)?,
        expires_ms: row.get(24)?,
        outcome: optional_word_at(row, 25)?,
    }))
}

/// One case, as `reader` sees it.
pub fn get(connection: &Connection, id: SubmissionId, reader: StaffId) -> StoreResult<Option<CaseRow>> {
    Ok(connection
        .prepare_cached(&format!("{SELECT} WHERE c.id = $2"))?
        .query_row(params![reader.0.as_bytes(), id.0.as_bytes()], case)
        .optional()?)
}

/// Which cases to list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Whose read marks and claims.
    pub reader: StaffId,
    /// Only these windows; absent for every window and none.
    pub windows: Option<Vec<WindowId>>,
    /// Which view.
    pub view: View,
    /// Now: claims that have expired do not count.
    pub now_ms: i64,
}

/// Views of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Deposited, nobody on the way.
    New,
    /// The reader is on the way, or has the paper.
    Mine,
    /// Unconfirmed, or a box to be confirmed empty.
    Attention,
    /// Everything with paper or once with paper.
    All,
    /// With paper, and news to the reader.
    Unread,
}

const ACTIVE_CLAIM: &str =
    "(d.id IS NOT NULL AND d.expires_ms > $2 AND (d.outcome IS NULL OR d.outcome IN ('armed', 'done')))";
const BOX_OPENED: &str = "EXISTS (SELECT 1 FROM compartments b WHERE b.kiosk_id = c.kiosk_id AND b.case_id = c.id
        AND b.state = 'to_be_confirmed')";

impl Listing {
    /// The condition and its parameters; `$1` is the reader, `$2` is now.
    fn condition(&self) -> (String, Vec<Value>) {
        let mut values = vec![blob(self.reader.0.as_bytes()), Value::Integer(self.now_ms)];
        let mut condition = match self.view {
            View::New => format!("c.state = 'deposited' AND NOT {ACTIVE_CLAIM} AND $2 >= 0"),
            View::Mine => format!("(({ACTIVE_CLAIM} AND d.staff_id = $1) OR c.received_by = $1)"),
            View::Attention => format!("(c.state = 'deposit_unconfirmed' OR {BOX_OPENED}) AND $2 >= 0"),
            View::All => "c.state <> 'submitted' AND $2 >= 0".into(),
            View::Unread => "c.state IN ('deposited', 'deposit_unconfirmed')
                AND (r.version IS NULL OR r.version < c.news_version) AND $2 >= 0"
                .into(),
        };
        if let Some(windows) = &self.windows {
            let places: Vec<String> = (0..windows.len()).map(|n| format!("${}", n + 3)).collect();
            condition = format!("({condition}) AND c.window_id IN ({})", places.join(", "));
            values.extend(windows.iter().map(|window| blob(window.0.as_bytes())));
        }
        (condition, values)
    }

    fn order(&self) -> &'static str {
        match self.view {
            View::All | View::Mine => "c.changed_ms DESC, c.id DESC",
            View::New | View::Attention | View::Unread => "c.due_date IS NULL, c.due_date, c.deposited_ms, c.id",
        }
    }
}

fn blob(bytes: &[u8; 16]) -> Value {
    Value::Blob(bytes.to_vec())
}

/// The cases of a view, from `offset`.
pub fn list(connection: &Connection, listing: &Listing, offset: u32, limit: u32) -> StoreResult<Vec<CaseRow>> {
    let (condition, values) = listing.condition();
    let sql = format!("{SELECT} WHERE {condition} ORDER BY {} LIMIT {limit} OFFSET {offset}", listing.order());
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many cases a view has.
pub fn count(connection: &Connection, listing: &Listing) -> StoreResult<u32> {
    let (condition, values) = listing.condition();
    let sql = format!(
        "SELECT COUNT(*) FROM cases c
         LEFT JOIN directives d ON d.id = c.claim_directive
         LEFT JOIN case_reads r ON r.case_id = c.id AND r.staff_id = $1 WHERE {condition}"
    );
    Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// What people look for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// By number.
    Receipt(String),
    /// By one of the blind indexes: last four, name or phone.
    Index(BlindIndex),
}

/// Cases that match, newest first; the caller filters by window.
pub fn search(connection: &Connection, reader: StaffId, wanted: &Wanted, limit: u32) -> StoreResult<Vec<CaseRow>> {
    let (condition, value) = match wanted {
        Wanted::Receipt(number) => ("c.receipt = $2", Value::Text(number.clone())),
        Wanted::Index(index) => ("(c.last4_index = $2 OR c.name_index = $2 OR c.phone_index = $2)", blob(index)),
    };
    let sql = format!("{SELECT} WHERE {condition} ORDER BY c.changed_ms DESC LIMIT {limit}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![reader.0.as_bytes(), value], case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the terminal's facts need of a case: little, and quickly.
#[derive(Clone, Copy, Debug)]
pub struct CaseHead {
    /// The terminal it was made at.
    pub kiosk: KioskId,
    /// The entry it was made by.
    pub entry: i64,
    /// Its window.
    pub window: Option<WindowId>,
    /// State.
    pub state: CaseState,
    /// Number of events.
    pub version: u64,
    /// Where the paper is or may be.
    pub compartment: Option<CompartmentNo>,
    /// When the door was first shut on it.
    pub deposited_ms: Option<i64>,
    /// The directive by which someone is on the way.
    pub claim: Option<DirectiveId>,
}

/// The little that facts need.
pub fn head(connection: &Connection, id: SubmissionId) -> StoreResult<Option<CaseHead>> {
    Ok(connection
        .prepare_cached(
            "SELECT kiosk_id, entry_id, window_id, state, version, compartment, deposited_ms, claim_directive
             FROM cases WHERE id = $1",
        )?
        .query_row([id.0.as_bytes()], |row| {
            Ok(CaseHead {
                kiosk: KioskId(uuid_at(row, 0)?),
                entry: row.get(1)?,
                window: optional_uuid_at(row, 2)?.map(WindowId),
                state: word_at(row, 3)?,
                version: u64_at(row, 4)?,
                compartment: row.get::<_, Option<u16>>(5)?.map(CompartmentNo),
                deposited_ms: row.get(6)?,
                claim: optional_uuid_at(row, 7)?.map(DirectiveId),
            })
        })
        .optional()?)
}

/// A case to open.
pub struct NewCase<'a> {
    /// Id.
    pub id: SubmissionId,
    /// Number.
    pub receipt: &'a str,
    /// Terminal.
    pub kiosk: KioskId,
    /// The entry that makes it.
    pub entry: i64,
    /// Item code.
    pub item: &'a str,
    /// Item version.
    pub item_version: u32,
    /// Department code.
    pub department: &'a str,
    /// Window.
    pub window: Option<WindowId>,
    /// When it was prepared.
    pub prepared_ms: i64,
    /// Blind indexes: person, last four, name, phone.
    pub indexes: Option<&'a Indexes>,
}

/// The blind indexes of a case.
#[derive(Clone, Copy, Debug)]
pub struct Indexes {
    /// Document family and number.
    pub person: BlindIndex,
    /// Last four of the number.
    pub last4: BlindIndex,
    /// Full name.
    pub name: BlindIndex,
    /// Phone.
    pub phone: Option<BlindIndex>,
}

/// Opens a case, in state *submitted*, with no event yet. False when that number or id is taken.
pub fn insert(connection: &Connection, new: &NewCase<'_>, now_ms: i64) -> StoreResult<bool> {
    let inserted = connection
        .prepare_cached(
            "INSERT INTO cases (id, receipt, kiosk_id, entry_id, item, item_version, department, window_id, state,
                 version, prepared_ms, changed_ms, person_index, last4_index, name_index, phone_index)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'submitted', 0, $9, $10, $11, $12, $13, $14)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            new.id.0.as_bytes(),
            new.receipt,
            new.kiosk.0.as_bytes(),
            new.entry,
            new.item,
            new.item_version,
            new.department,
            new.window.map(|window| window.0.into_bytes()),
            new.prepared_ms,
            now_ms,
            new.indexes.map(|indexes| indexes.person),
            new.indexes.map(|indexes| indexes.last4),
            new.indexes.map(|indexes| indexes.name),
            new.indexes.and_then(|indexes| indexes.phone),
        ])?;
    Ok(inserted == 1)
}

/// One event to append.
pub struct NewEvent<'a> {
    /// What: a word of the domain's `Happening`.
    pub kind: &'a str,
    /// When it happened.
    pub at_ms: i64,
    /// Which member of staff.
    pub staff: Option<StaffId>,
    /// At which terminal.
    pub kiosk: Option<KioskId>,
    /// Which compartment.
    pub compartment: Option<CompartmentNo>,
    /// A reason or an outcome.
    pub note: Option<&'a str>,
}

/// Appends event number `version` and moves the case to `state`.
pub fn append(
    connection: &Connection,
    id: SubmissionId,
    version: u64,
    state: CaseState,
    event: &NewEvent<'_>,
    now_ms: i64,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_events (case_id, n, kind, at_ms, recorded_ms, staff_id, kiosk_id, compartment, note)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )?
        .execute(params![
            id.0.as_bytes(),
            signed(version),
            event.kind,
            event.at_ms,
            now_ms,
            event.staff.map(|staff| staff.0.into_bytes()),
            event.kiosk.map(|kiosk| kiosk.0.into_bytes()),
            event.compartment.map(|no| no.0),
            event.note
        ])?;
    connection
        .prepare_cached("UPDATE cases SET state = $1, version = $2, changed_ms = $3 WHERE id = $4")?
        .execute(params![word_of(&state), signed(version), now_ms, id.0.as_bytes()])?;
    Ok(())
}

/// Notes where the paper is or may be.
pub fn set_place(connection: &Connection, id: SubmissionId, compartment: Option<CompartmentNo>) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET compartment = $1 WHERE id = $2")?
        .execute(params![compartment.map(|no| no.0), id.0.as_bytes()])?;
    Ok(())
}

/// Notes a deposit: news to the window, when the clock began (the first time only), and the doubt if there is one.
pub fn set_deposited(
    connection: &Connection,
    id: SubmissionId,
    at_ms: i64,
    due_date: Option<&str>,
    doubt: Option<&str>,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "UPDATE cases SET due_date = CASE WHEN deposited_ms IS NULL THEN $1 ELSE due_date END,
                 deposited_ms = COALESCE(deposited_ms, $2), doubt = $3, news_version = version WHERE id = $4",
        )?
        .execute(params![due_date, at_ms, doubt, id.0.as_bytes()])?;
    Ok(())
}

/// Notes that a doubt was settled.
pub fn clear_doubt(connection: &Connection, id: SubmissionId) -> StoreResult<()> {
    connection.prepare_cached("UPDATE cases SET doubt = NULL WHERE id = $1")?.execute([id.0.as_bytes()])?;
    Ok(())
}

/// Notes who has the paper.
pub fn set_received(connection: &Connection, id: SubmissionId, staff: StaffId, at_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET received_by = $1, received_ms = $2, doubt = NULL WHERE id = $3")?
        .execute(params![staff.0.as_bytes(), at_ms, id.0.as_bytes()])?;
    Ok(())
}

/// Sets or ends a claim.
pub fn set_claim(connection: &Connection, id: SubmissionId, directive: Option<DirectiveId>) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET claim_directive = $1 WHERE id = $2")?
        .execute(params![directive.map(|directive| directive.0.into_bytes()), id.0.as_bytes()])?;
    Ok(())
}

/// Sets the reader's own mark.
pub fn mark_read(connection: &Connection, id: SubmissionId, reader: StaffId, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_reads (case_id, staff_id, read_ms, version)
             SELECT id, $1, $2, version FROM cases WHERE id = $3
             ON CONFLICT (case_id, staff_id) DO UPDATE SET read_ms = $2, version = excluded.version",
        )?
        .execute(params![reader.0.as_bytes(), now_ms, id.0.as_bytes()])?;
    Ok(())
}

/// One event as stored, with names.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// What.
    pub kind: String,
    /// When it happened.
    pub at_ms: i64,
    /// When we learnt of it.
    pub recorded_ms: i64,
    /// Name of the member of staff.
    pub staff: Option<String>,
    /// Name of the terminal.
    pub kiosk: Option<String>,
    /// Which compartment.
    pub compartment: Option<CompartmentNo>,
    /// Reason or outcome.
    pub note: Option<String>,
}

/// A case's events, oldest first.
pub fn events(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<EventRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.kind, e.at_ms, e.recorded_ms, s.name, k.name, e.compartment, e.note
         FROM case_events e
         LEFT JOIN staff s ON s.id = e.staff_id
         LEFT JOIN kiosks k ON k.id = e.kiosk_id
         WHERE e.case_id = $1 ORDER BY e.n",
    )?;
    let rows = statement.query_map([id.0.as_bytes()], |row| {
        Ok(EventRow {
            kind: row.get(0)?,
            at_ms: row.get(1)?,
            recorded_ms: row.get(2)?,
            staff: row.get(3)?,
            kiosk: row.get(4)?,
            compartment: row.get::<_, Option<u16>>(5)?.map(CompartmentNo),
            note: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Id and number of a case; for the audit's page and the cabinet's map.
pub fn receipt_and_window(
    connection: &Connection,
    id: SubmissionId,
) -> StoreResult<Option<(String, Option<WindowId>)>> {
    Ok(connection
        .prepare_cached("SELECT receipt, window_id FROM cases WHERE id = $1")?
        .query_row([id.0.as_bytes()], |row| Ok((row.get(0)?, optional_uuid_at(row, 1)?.map(WindowId))))
        .optional()?)
}

/// Cases whose clock runs without a known end: id and when it began.
pub fn without_due_date(connection: &Connection) -> StoreResult<Vec<(SubmissionId, i64)>> {
    let mut statement =
        connection.prepare("SELECT id, deposited_ms FROM cases WHERE due_date IS NULL AND deposited_ms IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((SubmissionId(uuid_at(row, 0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sets the end of a clock.
pub fn set_due_date(connection: &Connection, id: SubmissionId, due_date: &str) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET due_date = $1 WHERE id = $2")?
        .execute(params![due_date, id.0.as_bytes()])?;
    Ok(())
}
