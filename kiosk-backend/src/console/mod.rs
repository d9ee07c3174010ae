//! The staff's pages, rendered on the server.
//!
//! It decides nothing: every change goes through a command of the domain, which checks it against the present, and
//! every page shows what a query answered. It keeps no state but sessions.

mod assets;
mod case;
mod frame;
mod guard;
mod inbox;
mod labels;
mod live;
mod machines;
mod pages;
mod records;
#[cfg(test)]
mod samples;
mod session;
mod sign_in;
mod steps;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::routing::{get, post};
use axum::{Router, middleware};
use kiosk_wire::SubmissionId;

use self::frame::{Call, Here, Shell};
use self::session::{Cookies, SignedIn};
use self::words::{Clock, Lang};
use crate::app::App;
use crate::domain::queries;
use crate::domain::views::Counts;
use crate::problem::Refusal;
use crate::store::sessions::Digest;

/// The console's routes, with all their state inside: sign-in, pages, files and the stream of events.
pub fn router(app: App) -> Router {
    let console = Console { app, looks: Arc::default() };
    Router::new()
        .route("/", get(inbox::home))
        .route("/sign-in", get(sign_in::page).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/language", post(sign_in::language))
        .route("/inbox", get(inbox::page).post(inbox::search))
        .route("/cases/{id}", get(case::page))
        .route("/cases/{id}/load", post(case::load).get(case::back))
        .route("/cases/{id}/collect", post(case::collect).get(case::back))
        .route("/cases/{id}/take-over", post(case::take_over).get(case::back))
        .route("/cases/{id}/cancel-collect", post(case::cancel_collect).get(case::back))
        .route("/cases/{id}/affirm-empty", post(case::affirm_empty).get(case::back))
        .route("/cases/{id}/confirm", post(case::confirm).get(case::back))
        .route("/cases/{id}/void", post(case::void).get(case::back))
        .route("/cases/{id}/open-now", post(case::open_now).get(case::back))
        .route("/cases/{id}/phone", post(case::phone).get(case::back))
        .route("/cases/{id}/number", post(case::number).get(case::back))
        .route("/cases/{id}/prepare", post(steps::prepare).get(case::back))
        .route("/cases/{id}/step", post(steps::step).get(case::back))
        .route("/cases/{id}/notices/{n}", get(steps::notice))
        .route("/kiosks", get(machines::list))
        .route("/kiosks/{id}", get(machines::cabinet))
        .route("/kiosks/{id}/return-to-service", post(machines::return_to_service).get(machines::back))
        .route("/attention", get(records::attention))
        .route("/attention/{entry}/looked", post(records::looked))
        .route("/audit", get(records::audit))
        .route(live::PATH, get(live::events))
        .route("/static/{*name}", get(assets::file))
        .layer(middleware::from_fn_with_state(console.clone(), guard::guard))
        .with_state(console)
}

/// What the console's handlers share.
#[derive(Clone)]
struct Console {
    app: App,
    looks: Arc<Looks>,
}

impl Console {
    fn cookies(&self) -> Cookies {
        Cookies::new(self.app.tls())
    }

    /// The surroundings of a page for nobody in particular.
    fn bare_shell(&self, lang: Lang, here: Here, path: &str) -> Shell {
        Shell {
            lang,
            clock: Clock { now_ms: self.app.now_ms(), zone: self.app.zone().clone(), lang },
            hall: self.app.hall_name().to_owned(),
            me: None,
            csrf: String::new(),
            counts: Counts::default(),
            calls: Vec::new(),
            here,
            path: path.to_owned(),
            note: None,
        }
    }

    async fn shell(&self, me: &SignedIn, here: Here) -> Result<Shell, Refusal> {
        let kiosks = queries::kiosks(&self.app).await?;
        Ok(Shell {
            me: Some(me.actor.staff.clone()),
            csrf: me.csrf(),
            counts: queries::counts(&self.app, &me.actor).await?,
            calls: kiosks.iter().filter_map(Call::of).collect(),
            ..self.bare_shell(me.visitor.lang, here, &me.visitor.path)
        })
    }
}

/// Which case each session has on its screen since when, so that a page which renews itself is one look in the audit
/// and not hundreds. Lost with the process; then the next renewal is written as a look again.
#[derive(Default)]
struct Looks(Mutex<HashMap<(Digest, SubmissionId), i64>>);

/// A page that renews itself is a new look after this long, milliseconds.
const LOOK_LASTS_MS: i64 = 15 * 60 * 1000;

impl Looks {
    fn is_fresh(&self, session: Digest, case: SubmissionId, now_ms: i64) -> bool {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.get(&(session, case)).is_some_and(|since| now_ms - since < LOOK_LASTS_MS)
    }

    fn note(&self, session: Digest, case: SubmissionId, now_ms: i64) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.retain(|_, since| now_ms - *since < LOOK_LASTS_MS);
        looks.insert((session, case), now_ms);
    }
}
