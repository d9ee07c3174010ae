//! Cases, one by one; lists of them are in `cases/listing.rs`.

mod clocks;
mod listing;

pub use clocks::{
    Clocked, LimitedBy, Shown, accepted_by_silence, clocked, limited_by, show, unchanged_since, with_clock,
    without_end, without_warning,
};
use hall_rules::CaseState;
use hall_rules::clock::ClockKind;
use hall_rules::folding::{ORGANISATION, WORDS};
use hall_rules::initials::READINGS;
use kiosk_wire::{CompartmentNo, DirectiveId, KioskId, StaffId, SubmissionId, WindowId};
pub use listing::{Listing, MOST_COUNTED, Only, View, Wanted, count, in_boxes, in_round, list, search};
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{optional_uuid_at, optional_word_at, signed, u64_at, uuid_at, word_at, word_of};
use crate::seal::BlindIndex;
use crate::supervision::ENDED;
use crate::{Connection, StoreResult};

/// One case as stored, with the names that every list shows.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub id: SubmissionId,
    /// Its number.
    pub receipt: String,
    /// The terminal: id and name.
    pub kiosk: (KioskId, String),
    /// The journal entry that holds the personal payload.
    pub entry: i64,
    /// Item code.
    pub item: String,
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
    /// The clock that runs and ends first.
    pub due_clock: Option<ClockKind>,
    /// Its last day, `YYYY-MM-DD`; absent while the calendar lacks a year.
    pub due_date: Option<String>,
    pub soon_date: Option<String>,
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
    /// Who claimed it last.
    pub held: Option<Held>,
    /// Whether it is in the green channel.
    pub green: bool,
}

/// Someone claimed the case; it holds until its time is over.
#[derive(Clone, Debug)]
pub struct Held {
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    pub since_ms: i64,
    pub until_ms: i64,
}

/// Someone is on the way to the box.
#[derive(Clone, Debug)]
pub struct Claim {
    pub directive: DirectiveId,
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// Since when.
    pub issued_ms: i64,
    /// Void from then on.
    pub expires_ms: i64,
    /// The terminal's answer.
    pub outcome: Option<kiosk_wire::DirectiveOutcome>,
    /// The first directive of the round it belongs to.
    pub round: Option<DirectiveId>,
}

impl Claim {
    /// Whether it still keeps others away.
    pub fn is_active(&self, now_ms: i64) -> bool {
        use kiosk_wire::DirectiveOutcome as O;
        self.expires_ms > now_ms && matches!(self.outcome, None | Some(O::Armed | O::Done))
    }
}

const SELECT: &str = "SELECT c.id, c.receipt, c.kiosk_id, k.name, c.entry_id, c.item, c.item_version, c.department,
        c.window_id, w.name, c.state, c.version, c.news_version, b.no, c.deposited_ms, c.due_date,
        c.changed_ms, c.received_ms, rs.name, c.doubt,
        d.id, d.staff_id, ds.name, d.issued_ms, d.expires_ms, d.outcome, r.version,
        c.due_clock, c.soon_date, h.staff_id, hs.name, h.since_ms, h.until_ms,
        d.round, c.green_ms IS NOT NULL
    FROM cases c
    JOIN kiosks k ON k.id = c.kiosk_id
    LEFT JOIN windows w ON w.id = c.window_id
    LEFT JOIN staff rs ON rs.id = c.received_by
    LEFT JOIN directives d ON d.id = c.claim_directive
    LEFT JOIN staff ds ON ds.id = d.staff_id
    LEFT JOIN case_reads r ON r.case_id = c.id AND r.staff_id = $1
    LEFT JOIN case_claims h ON h.case_id = c.id
    LEFT JOIN staff hs ON hs.id = h.staff_id
    LEFT JOIN compartments b ON b.kiosk_id = c.kiosk_id AND b.no = c.compartment AND b.case_id = c.id";

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
        due_clock: optional_word_at(row, 27)?,
        due_date: row.get(15)?,
        soon_date: row.get(28)?,
        changed_ms: row.get(16)?,
        received: received_ms.map(|at| (received_by.unwrap_or_default(), at)),
        doubt: row.get(19)?,
        claim: claim(row)?,
        read_version: row.get::<_, Option<i64>>(26)?.map(i64::unsigned_abs),
        held: held(row)?,
        green: row.get(34)?,
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
        round: optional_uuid_at(row, 33)?.map(DirectiveId),
    }))
}

fn held(row: &Row<'_>) -> rusqlite::Result<Option<Held>> {
    let Some(staff) = optional_uuid_at(row, 29)? else { return Ok(None) };
    Ok(Some(Held { staff: StaffId(staff), staff_name: row.get(30)?, since_ms: row.get(31)?, until_ms: row.get(32)? }))
}

/// One case, as `reader` sees it.
pub fn get(connection: &Connection, id: SubmissionId, reader: StaffId) -> StoreResult<Option<CaseRow>> {
    Ok(connection
        .prepare_cached(&format!("{SELECT} WHERE c.id = $2"))?
        .query_row(params![reader.0.as_bytes(), id.0.as_bytes()], case)
        .optional()?)
}

/// The cases of a person that are not over, newest first.
pub fn of_person(connection: &Connection, person: &BlindIndex, limit: usize) -> StoreResult<Vec<CaseRow>> {
    let sql = format!(
        "{SELECT} WHERE c.person_index = $2 AND c.state NOT IN ('submitted', 'voided', 'archived')
         ORDER BY c.changed_ms DESC LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let nobody = [0_u8; 16];
    let rows = statement.query_map(params![nobody, person], case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The most cases of one person and item that are told; more would be a fault of its own.
const MOST_SAME: usize = 20;

/// Other cases of the same item by the same person that have not ended, newest first.
pub fn same_item_of_person(connection: &Connection, id: SubmissionId, reader: StaffId) -> StoreResult<Vec<CaseRow>> {
    let sql = format!(
        "{SELECT} JOIN cases o ON o.id = $2 WHERE c.person_index = o.person_index AND c.item = o.item AND c.id <> o.id
             AND c.state NOT IN ({ENDED}) ORDER BY c.prepared_ms DESC, c.id DESC LIMIT {MOST_SAME}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![reader.0.as_bytes(), id.0.as_bytes()], case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the terminal's facts need of a case: little, and quickly.
#[derive(Clone, Copy, Debug)]
pub struct CaseHead {
    /// The terminal it was made at.
    pub kiosk: KioskId,
    /// The entry it was made by.
    pub entry: i64,
    pub window: Option<WindowId>,
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
    pub id: SubmissionId,
    /// Number.
    pub receipt: &'a str,
    /// Terminal.
    pub kiosk: KioskId,
    /// The entry that makes it.
    pub entry: i64,
    /// Item code.
    pub item: &'a str,
    pub item_version: u32,
    /// Department code.
    pub department: &'a str,
    pub window: Option<WindowId>,
    /// When it was prepared.
    pub prepared_ms: i64,
    /// Blind indexes: person, last four, name, phone.
    pub indexes: Option<&'a Indexes>,
}

/// The most by which a case is found apart from its applicant's whole name, number and phone: initials and words of that
/// name, and of the organisation it is for its names, the initials of the short one, and its code.
pub const ALSO: usize = READINGS + WORDS + ORGANISATION + READINGS + 1;

/// The blind indexes of a case.
#[derive(Clone, Copy, Debug)]
pub struct Indexes {
    /// Document family and number.
    pub person: BlindIndex,
    /// Last four of the number.
    pub last4: BlindIndex,
    /// Full name.
    pub name: BlindIndex,
    /// By what else it is found: see [`ALSO`].
    pub also: [Option<BlindIndex>; ALSO],
    pub phone: Option<BlindIndex>,
}

/// Opens a case, in state *submitted*: its row, which counts its first event. False when that number or id is taken.
pub(crate) fn insert(connection: &Connection, new: &NewCase<'_>, now_ms: i64) -> StoreResult<bool> {
    let inserted = connection
        .prepare_cached(
            "INSERT INTO cases (id, receipt, kiosk_id, entry_id, item, item_version, department, window_id, state,
                 version, prepared_ms, changed_ms, person_index, last4_index, name_index, phone_index)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'submitted', 1, $9, $10, $11, $12, $13, $14)
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
    if inserted == 1
        && let Some(indexes) = new.indexes
    {
        set_also(connection, new.id, &indexes.also)?;
    }
    Ok(inserted == 1)
}

/// Keeps by what else a name is found.
fn set_also(connection: &Connection, id: SubmissionId, also: &[Option<BlindIndex>; ALSO]) -> StoreResult<()> {
    let mut statement = connection
        .prepare_cached("INSERT INTO case_initials (case_id, initials_index) VALUES ($1, $2) ON CONFLICT DO NOTHING")?;
    for index in also.iter().flatten() {
        statement.execute(params![id.0.as_bytes(), index])?;
    }
    Ok(())
}

/// Indexes a case again.
pub fn index(connection: &Connection, id: SubmissionId, indexes: &Indexes) -> StoreResult<()> {
    connection
        .prepare_cached(
            "UPDATE cases SET person_index = $1, last4_index = $2, name_index = $3, phone_index = $4 WHERE id = $5",
        )?
        .execute(params![indexes.person, indexes.last4, indexes.name, indexes.phone, id.0.as_bytes()])?;
    connection.prepare_cached("DELETE FROM case_initials WHERE case_id = $1")?.execute([id.0.as_bytes()])?;
    set_also(connection, id, &indexes.also)
}

/// The next cases whose applicant is known, in the order of their ids: id and entry.
pub fn named_after(connection: &Connection, id: SubmissionId, most: u32) -> StoreResult<Vec<(SubmissionId, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, c.entry_id FROM cases c JOIN entries e ON e.id = c.entry_id
         WHERE c.id > $1 AND c.name_index IS NOT NULL AND e.payload IS NOT NULL
         ORDER BY c.id LIMIT $2",
    )?;
    let rows =
        statement.query_map(params![id.0.as_bytes(), most], |row| Ok((SubmissionId(uuid_at(row, 0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes where the paper is or may be.
pub fn set_place(connection: &Connection, id: SubmissionId, compartment: Option<CompartmentNo>) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET compartment = $1 WHERE id = $2")?
        .execute(params![compartment.map(|no| no.0), id.0.as_bytes()])?;
    Ok(())
}

/// Notes that a case goes on at another terminal, with nothing in a box there yet.
pub fn set_kiosk(connection: &Connection, id: SubmissionId, kiosk: KioskId) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET kiosk_id = $1, compartment = NULL WHERE id = $2")?
        .execute(params![kiosk.0.as_bytes(), id.0.as_bytes()])?;
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

/// The case with this number.
pub fn by_receipt(connection: &Connection, receipt: &str) -> StoreResult<Option<SubmissionId>> {
    Ok(connection
        .prepare_cached("SELECT id FROM cases WHERE receipt = $1")?
        .query_row([receipt], |row| Ok(SubmissionId(uuid_at(row, 0)?)))
        .optional()?)
}

/// The case with this number, with the index of the last four characters of its applicant's document.
pub fn by_receipt_and_last4(connection: &Connection, receipt: &str) -> StoreResult<Option<(SubmissionId, BlindIndex)>> {
    Ok(connection
        .prepare_cached("SELECT id, last4_index FROM cases WHERE receipt = $1 AND last4_index IS NOT NULL")?
        .query_row([receipt], |row| Ok((SubmissionId(uuid_at(row, 0)?), row.get(1)?)))
        .optional()?)
}

/// Code and version of a case's item.
pub fn item_of(connection: &Connection, id: SubmissionId) -> StoreResult<Option<(String, u32)>> {
    Ok(connection
        .prepare_cached("SELECT item, item_version FROM cases WHERE id = $1")?
        .query_row([id.0.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Whether a chief put the case into the green channel.
pub fn is_green(connection: &Connection, id: SubmissionId) -> StoreResult<bool> {
    Ok(connection
        .prepare_cached("SELECT green_ms IS NOT NULL FROM cases WHERE id = $1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// Puts a case into the green channel, or takes it out.
pub fn set_green(connection: &Connection, id: SubmissionId, since_ms: Option<i64>) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE cases SET green_ms = $1 WHERE id = $2")?
        .execute(params![since_ms, id.0.as_bytes()])?;
    Ok(())
}

/// What an event changes in its case's row, besides being counted there.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// Nothing: it only tells.
    None,
    /// Where the paper or the result is or may be; absent where it is in no box.
    Place(Option<CompartmentNo>),
    /// The state, and which clock it shows now.
    State(CaseState, &'a Shown),
    /// When it was made and handed in became known, and with it which clock it shows.
    Timed {
        /// The clock.
        shown: &'a Shown,
        /// When it was made.
        prepared_ms: Option<i64>,
        /// When the door of its first deposit was shut.
        deposited_ms: Option<i64>,
    },
    /// As `State`, by a deposit, the first or one of corrections: paper is in a box again, not with anybody, and that is
    /// news to the window.
    Deposit {
        /// The state, and which clock it shows now.
        state: CaseState,
        /// The clock.
        shown: &'a Shown,
        place: CompartmentNo,
        /// When its door was shut; the first deposit's stays.
        at_ms: i64,
        /// Why it may not be there.
        doubt: Option<&'a str>,
    },
}

/// The window that works a case, if one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub Option<WindowId>);

/// Counts event `n` in the case's row, with what it changes there, in one write of the row. `None` when there is no
/// such case.
pub fn change(
    connection: &Connection,
    id: SubmissionId,
    n: u64,
    change: &Change<'_>,
    now_ms: i64,
) -> StoreResult<Option<Window>> {
    let (n, id) = (signed(n), id.0.as_bytes());
    let window = |row: &Row<'_>| Ok(Window(optional_uuid_at(row, 0)?.map(WindowId)));
    let changed = match *change {
        Change::None => connection
            .prepare_cached("UPDATE cases SET version = $1, changed_ms = $2 WHERE id = $3 RETURNING window_id")?
            .query_row(params![n, now_ms, id], window),
        Change::Place(place) => connection
            .prepare_cached(
                "UPDATE cases SET version = $1, changed_ms = $2, compartment = $3 WHERE id = $4 RETURNING window_id",
            )?
            .query_row(params![n, now_ms, place.map(|no| no.0), id], window),
        Change::State(state, shown) => {
            let (clock, due, soon, lacks) = shown.columns();
            connection
                .prepare_cached(
                    "UPDATE cases SET version = $1, changed_ms = $2, state = $3, due_clock = $4, due_date = $5,
                         soon_date = $6, due_lacks = $7
                     WHERE id = $8 RETURNING window_id",
                )?
                .query_row(params![n, now_ms, word_of(&state), clock, due, soon, lacks, id], window)
        }
        Change::Timed { shown, prepared_ms, deposited_ms } => {
            let (clock, due, soon, lacks) = shown.columns();
            connection
                .prepare_cached(
                    "UPDATE cases SET version = $1, changed_ms = $2, due_clock = $3, due_date = $4, soon_date = $5,
                         due_lacks = $6, prepared_ms = COALESCE($7, prepared_ms),
                         deposited_ms = COALESCE($8, deposited_ms)
                     WHERE id = $9 RETURNING window_id",
                )?
                .query_row(params![n, now_ms, clock, due, soon, lacks, prepared_ms, deposited_ms, id], window)
        }
        Change::Deposit { state, shown, place, at_ms, doubt } => {
            let (clock, due, soon, lacks) = shown.columns();
            connection
                .prepare_cached(
                    "UPDATE cases SET version = $1, changed_ms = $2, state = $3, due_clock = $4, due_date = $5,
                         soon_date = $6, due_lacks = $7, compartment = $8,
                         deposited_ms = COALESCE(deposited_ms, $9), doubt = $10,
                         news_version = $1, received_by = NULL, received_ms = NULL
                     WHERE id = $11 RETURNING window_id",
                )?
                .query_row(
                    params![n, now_ms, word_of(&state), clock, due, soon, lacks, place.0, at_ms, doubt, id],
                    window,
                )
        }
    };
    Ok(changed.optional()?)
}
