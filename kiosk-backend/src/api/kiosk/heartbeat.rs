//! `POST /kiosk/v1/heartbeat`

use axum::extract::State;
use hall_domain::Refusal;
use hall_domain::case::times;
use hall_store::event::{Event, EventKind};
use hall_store::{self as store, StoreError, meta};
use hall_words::Reason;
use kiosk_wire::kiosk_api::{Heartbeat, HeartbeatAnswer};

use crate::api::body::Json;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

/// The longest heartbeat that is kept: a cabinet of a few hundred compartments.
const LONGEST: usize = 128 * 1024;

pub(super) async fn post(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    Json(said): Json<Heartbeat>,
) -> Result<axum::Json<HeartbeatAnswer>, Refused> {
    let text = serde_json::to_string(&said).map_err(|cause| Refusal::internal(&cause))?;
    if text.len() > LONGEST {
        return Err(Reason::HeartbeatLong { most: LONGEST }.into());
    }
    app.clock().witness(said.wall_ms_utc);
    let (now_ms, asked) = (app.now_ms(), app.clone());
    let public_url = app.settings().public_url.clone().map(|url| url.to_string());
    let answer = app
        .store()
        .write(move |tx| {
            store::kiosks::heard(tx, kiosk, &text, &said.software, now_ms)?;
            let head = said.journal.map(|journal| store::journal::head(tx, journal)).transpose()?.flatten();
            let head = head.filter(|head| head.kiosk == kiosk);
            if let (Some(journal), Some(_), Some(at)) = (said.journal, &head, &said.clock) {
                times::spoke(tx, &asked, kiosk, journal, at)?;
            }
            tx.announce(Event { case: None, window: None, kiosk: Some(kiosk), kind: EventKind::KioskChanged });
            Ok::<_, StoreError>(HeartbeatAnswer {
                generation: meta::counter(tx, meta::GENERATION)?,
                server_ms: now_ms,
                next: head.map_or(1, |head| head.next),
                public_url,
            })
        })
        .await?;
    Ok(axum::Json(answer))
}
