//! `POST /kiosk/v1/progress`

use axum::extract::State;
use hall_domain::case::progress;
use hall_rules::Text;
use kiosk_wire::ReceiptNumber;
use kiosk_wire::kiosk_api::{BothLanguages, ProgressAnswer, ProgressDue, ProgressQuery};

use crate::api::body::Json;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

/// The public page's answer. Tries are counted for the number at terminals, apart from those on the public page, and for
/// the terminal in place of an address.
pub(super) async fn post(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    Json(query): Json<ProgressQuery>,
) -> Result<axum::Json<ProgressAnswer>, Refused> {
    let asker = progress::Asker::Terminal(kiosk);
    let found = progress::find(&app, asker, &query.receipt.0, query.last_four.expose()).await?;
    Ok(axum::Json(ProgressAnswer {
        receipt: ReceiptNumber(found.receipt),
        state: both(found.state),
        told: both(found.told),
        due: found.due.and_then(|(kind, day)| {
            Some(ProgressDue { what: both(hall_words::case::last_day(kind)?), day: day.to_string() })
        }),
        paused: found.paused,
        next: found.next.map(both),
        here: found.locker.filter(|(at, _)| *at == kiosk).map(|(_, no)| no),
    }))
}

fn both(text: Text) -> BothLanguages {
    BothLanguages { zh: text.zh, en: text.en }
}
