//! A round of collection: one press arms all of a clerk's boxes of one terminal in the order of the wall, under one
//! one-time code. Each box is a directive of its own, so that one that cannot be opened holds nobody up; the terminal
//! opens one at a time, the first that is still armed.

use hall_rules::{Right, Text};
use hall_store::cases::CaseRow;
use hall_store::event::{Event, EventKind};
use hall_store::{self as store, Tx};
use hall_words::Reason;
use kiosk_wire::{CompartmentNo, DirectiveOutcome, KioskId, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::boxes::collection::{arm, disarm, heard_lately};
use crate::boxes::directives::ARMED_MS;
use crate::boxes::may::box_opened;
use crate::case::command;
use crate::case::happening::Happening;
use crate::case::{holding, record};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// The most boxes of one round: one person carries no more.
const MOST: usize = 24;

/// How much longer each further box stays armed: time to empty the ones before it.
const EACH_MS: i64 = 2 * 60_000;

/// One box of a round that is not affirmed empty yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stop {
    pub case: SubmissionId,
    /// Its number.
    pub receipt: String,
    pub item: Text,
    /// The box.
    pub no: CompartmentNo,
    /// The door was opened for staff and is shut again: only 已取出 is missing.
    pub shut: bool,
    /// What the terminal has answered so far.
    pub answer: Option<DirectiveOutcome>,
}

/// A round under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Round {
    /// The one code that opens each of its boxes.
    pub code: String,
    /// From when the first of them is void.
    pub expires_ms: i64,
    /// What is left, along the wall.
    pub stops: Vec<Stop>,
}

/// Arms all boxes of the terminal that the actor may collect and nobody else holds. Returns how many.
pub async fn begin(hall: &Hall, actor: &Actor, kiosk: KioskId) -> Result<usize, Refusal> {
    actor.must(Right::HandleBoxes)?;
    let (acting, asked) = (Acting::new(hall, actor), hall.clone());
    hall.store()
        .write(move |tx| {
            heard_lately(&asked, tx, &acting, kiosk)?;
            let windows = acting.actor.windows();
            let mut rows = store::cases::in_boxes(tx, acting.actor.staff.id, kiosk, windows.as_deref())?;
            rows.retain(|row| is_free(&acting, row));
            rows.truncate(MOST);
            if rows.is_empty() {
                return Err(Reason::NothingToCollect.into());
            }
            let lasts_ms = ARMED_MS + EACH_MS * i64::try_from(rows.len()).unwrap_or(0);
            let mut round = None;
            for row in &rows {
                if let Some(claim) = row.claim.as_ref().filter(|claim| claim.is_active(acting.now_ms)) {
                    if box_opened(tx, row)? {
                        continue;
                    }
                    disarm(tx, &acting, row, claim.directive, claim.expires_ms)?;
                }
                let directive = arm(tx, &acting, row, lasts_ms, round)?;
                let first = *round.get_or_insert(directive);
                store::directives::set_round(tx, directive, first)?;
            }
            let object = format!("{} boxes", rows.len());
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::RoundBegun, None, &object)?;
            tell(tx, kiosk);
            Ok(rows.len())
        })
        .await
}

/// Whether nobody else is at it.
fn is_free(acting: &Acting, row: &CaseRow) -> bool {
    let mine = |claim: &store::cases::Claim| claim.staff == acting.actor.staff.id;
    row.claim.as_ref().filter(|claim| claim.is_active(acting.now_ms)).is_none_or(mine)
        && holding::mine_or_free(acting, row).is_ok()
}

fn tell(tx: &mut Tx<'_>, kiosk: KioskId) {
    tx.announce(Event { case: None, window: None, kiosk: Some(kiosk), kind: EventKind::KioskChanged });
}

/// The actor's round at a terminal, if one is under way.
pub async fn under_way(hall: &Hall, actor: &Actor, kiosk: KioskId) -> Result<Option<Round>, Refusal> {
    let acting = Acting::new(hall, actor);
    hall.store()
        .read(move |connection| {
            let rows = store::cases::in_round(connection, acting.actor.staff.id, kiosk, acting.now_ms)?;
            let Some(claim) = rows.first().and_then(|row| row.claim.as_ref()) else { return Ok(None) };
            let code = acting.keys.collection_code(claim.round.unwrap_or(claim.directive));
            let expires_ms = claim.expires_ms;
            let mut stops = Vec::new();
            for row in &rows {
                let Some(no) = row.compartment else { continue };
                let item = record::item(connection, &row.item, row.item_version)?;
                stops.push(Stop {
                    case: row.id,
                    receipt: row.receipt.clone(),
                    item: item.map_or_else(|| Text::zh(row.item.clone()), |item| item.name),
                    no,
                    shut: box_opened(connection, row)?,
                    answer: row.claim.as_ref().and_then(|claim| claim.outcome),
                });
            }
            Ok(Some(Round { code, expires_ms, stops }))
        })
        .await
}

/// Gives back every box of the actor's round that was not opened yet. Returns how many.
pub async fn end(hall: &Hall, actor: &Actor, kiosk: KioskId) -> Result<usize, Refusal> {
    actor.must(Right::HandleBoxes)?;
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            let mut ended = 0;
            for row in store::cases::in_round(tx, acting.actor.staff.id, kiosk, acting.now_ms)? {
                let Some(claim) = row.claim.as_ref() else { continue };
                if box_opened(tx, &row)? {
                    continue;
                }
                disarm(tx, &acting, &row, claim.directive, claim.expires_ms)?;
                store::cases::set_claim(tx, row.id, None)?;
                command::happened(tx, &acting, &row, Happening::CollectionCancelled, None)?;
                audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CollectCancelled, Some(row.id), "")?;
                ended += 1;
            }
            if ended == 0 {
                return Err(Reason::RoundOver.into());
            }
            tell(tx, kiosk);
            Ok(ended)
        })
        .await
}
