//! A round of collection: one press arms all of a clerk's boxes of one terminal in the order of the wall, under one
//! one-time code. Each box is a directive of its own, so that one that cannot be opened holds nobody up; the terminal
//! opens one at a time, the first that is still armed.

use hall_rules::{Right, Text};
use kiosk_wire::{Code, CompartmentNo, DirectiveOutcome, KioskId, SubmissionId};
use serde::Serialize;

use super::audit::{self, Action, Who};
use super::claims;
use super::commands::{arm, disarm, heard_lately, wrong_state};
use super::directives::ARMED_MS;
use super::queries::{self, Look, box_opened};
use super::views::{Actor, Happening};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::problem::Refusal;
use crate::store::cases::CaseRow;
use crate::store::{self, Tx};

/// The most boxes of one round: one person carries no more.
const MOST: usize = 24;
/// How much longer each further box stays armed: time to empty the ones before it.
const EACH_MS: i64 = 2 * 60_000;

/// One box of a round that is not affirmed empty yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The case.
    pub case: SubmissionId,
    /// Its number.
    pub receipt: String,
    /// Its item.
    pub item: Text,
    /// The box.
    pub no: CompartmentNo,
    /// The door was opened for staff and is shut again: only 已取出 is missing.
    pub shut: bool,
    /// What the terminal has answered so far.
    pub answer: Option<DirectiveOutcome>,
}

/// A round under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Round {
    /// The one code that opens each of its boxes.
    pub code: String,
    /// From when the first of them is void.
    pub expires_ms: i64,
    /// What is left, along the wall.
    pub stops: Vec<Stop>,
}

/// Arms all boxes of the terminal that the actor may collect and nobody else holds. Returns how many.
pub async fn begin(app: &App, actor: &Actor, kiosk: KioskId) -> Result<usize, Refusal> {
    actor.must(Right::HandleBoxes)?;
    let (look, asked) = (Look::new(app, actor), app.clone());
    app.store()
        .write(move |tx| {
            heard_lately(&asked, tx, &look, kiosk)?;
            let windows = look.actor.windows();
            let mut rows = store::cases::in_boxes(tx, look.actor.staff.id, kiosk, windows.as_deref())?;
            rows.retain(|row| is_free(&look, row));
            rows.truncate(MOST);
            if rows.is_empty() {
                let detail = "Its boxes hold nothing of your windows, or colleagues are collecting it";
                return Err(wrong_state("There is nothing to collect here", detail));
            }
            let lasts_ms = ARMED_MS + EACH_MS * i64::try_from(rows.len()).unwrap_or(0);
            let mut round = None;
            for row in &rows {
                if let Some(claim) = row.claim.as_ref().filter(|claim| claim.is_active(look.now_ms)) {
                    if box_opened(tx, row)? {
                        continue;
                    }
                    disarm(tx, &look, row, claim.directive, claim.expires_ms)?;
                }
                let directive = arm(tx, &look, row, lasts_ms, round)?;
                let first = *round.get_or_insert(directive);
                store::directives::set_round(tx, directive, first)?;
            }
            let object = format!("{} boxes", rows.len());
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::RoundBegun, None, &object)?;
            tell(tx, kiosk);
            Ok(rows.len())
        })
        .await
}

/// Whether nobody else is at it.
fn is_free(look: &Look, row: &CaseRow) -> bool {
    let mine = |claim: &store::cases::Claim| claim.staff == look.actor.staff.id;
    row.claim.as_ref().filter(|claim| claim.is_active(look.now_ms)).is_none_or(mine)
        && claims::mine_or_free(look, row).is_ok()
}

fn tell(tx: &mut Tx<'_>, kiosk: KioskId) {
    tx.announce(Event { case: None, window: None, kiosk: Some(kiosk), kind: EventKind::KioskChanged });
}

/// The actor's round at a terminal, if one is under way.
pub async fn under_way(app: &App, actor: &Actor, kiosk: KioskId) -> Result<Option<Round>, Refusal> {
    let look = Look::new(app, actor);
    app.store()
        .read(move |connection| {
            let rows = store::cases::in_round(connection, look.actor.staff.id, kiosk, look.now_ms)?;
            let Some(claim) = rows.first().and_then(|row| row.claim.as_ref()) else { return Ok(None) };
            let code = look.keys.collection_code(claim.round.unwrap_or(claim.directive));
            let expires_ms = claim.expires_ms;
            let mut stops = Vec::new();
            for row in &rows {
                let Some(no) = row.compartment else { continue };
                let item = queries::item(connection, &row.item, row.item_version)?;
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
pub async fn end(app: &App, actor: &Actor, kiosk: KioskId) -> Result<usize, Refusal> {
    actor.must(Right::HandleBoxes)?;
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            let mut ended = 0;
            for row in store::cases::in_round(tx, look.actor.staff.id, kiosk, look.now_ms)? {
                let Some(claim) = row.claim.as_ref() else { continue };
                if box_opened(tx, &row)? {
                    continue;
                }
                disarm(tx, &look, &row, claim.directive, claim.expires_ms)?;
                store::cases::set_claim(tx, row.id, None)?;
                super::commands::happened(tx, &look, &row, Happening::CollectionCancelled, None)?;
                audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CollectCancelled, Some(row.id), "")?;
                ended += 1;
            }
            if ended == 0 {
                return Err(Refusal::new(Code::WrongState, "No box of a round is waiting", "Load the page again"));
            }
            tell(tx, kiosk);
            Ok(ended)
        })
        .await
}
