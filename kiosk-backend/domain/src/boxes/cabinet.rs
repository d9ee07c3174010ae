//! The compartments of one terminal: what it last reported, with the cases the journal knows.

use hall_rules::Right;
use hall_store::event::{Event, EventKind};
use hall_store::{self as store, Connection};
use hall_words::Reason;
use kiosk_wire::kiosk_api::{CompartmentState, DoorState};
use kiosk_wire::{CompartmentNo, DirectiveOrder, KioskId, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::boxes::collection::heard_lately;
use crate::boxes::directives::{self, AFFIRM_MS, Ask};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;
use crate::terminals::list::heartbeat;

/// One compartment on the cabinet's map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CompartmentView {
    /// Number.
    pub no: CompartmentNo,
    /// Size class; empty when the terminal has not told.
    pub size: String,
    /// What may be in it.
    pub state: CompartmentState,
    pub door: DoorState,
    /// Since when it is in that state.
    pub since_ms: Option<i64>,
    /// The case whose paper is in it: id and number; only when the asker may see it.
    pub case: Option<(SubmissionId, String)>,
}

/// The compartments of one terminal: what it last reported, with the cases the journal knows.
pub async fn cabinet(hall: &Hall, actor: &Actor, kiosk: KioskId) -> Result<Vec<CompartmentView>, Refusal> {
    let acting = Acting::new(hall, actor);
    hall.store()
        .read(move |connection| {
            let row = store::kiosks::get(connection, kiosk)?.ok_or(Reason::NoSuchKiosk)?;
            let mut views: Vec<CompartmentView> = Vec::new();
            for told in heartbeat(row.heartbeat.as_deref()).map(|said| said.compartments).unwrap_or_default() {
                views.push(CompartmentView {
                    no: told.no,
                    size: told.size,
                    state: told.state,
                    door: told.door,
                    since_ms: None,
                    case: None,
                });
            }
            for known in store::kiosks::compartments(connection, kiosk)? {
                add_known(connection, &acting, &mut views, known)?;
            }
            views.sort_by_key(|view| view.no);
            Ok(views)
        })
        .await
}

fn add_known(
    connection: &Connection,
    acting: &Acting,
    views: &mut Vec<CompartmentView>,
    known: store::kiosks::CompartmentRow,
) -> Result<(), Refusal> {
    let at = views.iter().position(|view| view.no == known.no).unwrap_or_else(|| {
        views.push(CompartmentView {
            no: known.no,
            size: String::new(),
            state: known.state,
            door: DoorState::Unknown,
            since_ms: None,
            case: None,
        });
        views.len() - 1
    });
    let Some(view) = views.get_mut(at) else { return Ok(()) };
    if view.state == known.state {
        view.since_ms = Some(known.since_ms);
    }
    if view.state != CompartmentState::Free
        && let Some(id) = known.case
        && let Some((receipt, window)) = store::cases::receipt_and_window(connection, id)?
        && acting.actor.sees(window)
    {
        view.case = Some((id, receipt));
    }
    Ok(())
}

/// Which compartment a command means, for its messages.
pub(crate) fn no_compartment(no: CompartmentNo) -> Refusal {
    Reason::NoSuchBox { no: no.0 }.into()
}

/// Staff looked into a compartment that was set aside: it serves again.
pub async fn return_to_service(hall: &Hall, actor: &Actor, kiosk: KioskId, no: CompartmentNo) -> Result<(), Refusal> {
    actor.must(Right::ReturnBoxes)?;
    let acting = Acting::new(hall, actor);
    let asked = hall.clone();
    hall.store()
        .write(move |tx| {
            heard_lately(&asked, tx, &acting, kiosk)?;
            let known = store::kiosks::compartment_of(tx, kiosk, no)?.ok_or_else(|| no_compartment(no))?;
            let case = known.case;
            if let Some(id) = case
                && let Some(head) = store::cases::head(tx, id)?
            {
                if !acting.actor.sees(head.window) {
                    return Err(no_compartment(no));
                }
                if head.compartment == Some(no) && head.state.in_box() {
                    return Err(Reason::BoxInUse.into());
                }
            }
            let ask = Ask { kiosk, staff: &acting.actor.staff, lasts_ms: AFFIRM_MS, case, compartment: Some(no) };
            directives::make(tx, &acting.keys, acting.now_ms, &ask, |_| DirectiveOrder::ReturnToService {
                compartment: no,
            })?;
            let object = format!("compartment {no}");
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::ReturnedToService, case, &object)?;
            tx.announce(Event { case, window: None, kiosk: Some(kiosk), kind: EventKind::KioskChanged });
            Ok(())
        })
        .await
}
