//! The staff's pages, rendered on the server.
//!
//! It decides nothing: every change goes through a command of the domain, which checks it against the present, and
//! every page shows what a query answered. It keeps no state but sessions.

mod accounts;
mod aftercare;
mod aftercare_pages;
mod assets;
mod calendar;
mod case;
mod charts;
mod entered;
mod frame;
pub(crate) mod guard;
mod inbox;
mod inbox_query;
mod joint;
mod keeping;
mod keying;
mod labels;
mod live;
mod machines;
mod messages;
mod oidc;
mod pages;
mod papers;
pub mod paths;
mod records;
mod refusals;
mod routes;
#[cfg(test)]
#[path = "../../tests/pages/console/mod.rs"]
mod samples;
pub(crate) mod session;
mod sign_in;
mod steps;
mod supervision;
mod typed;
pub(crate) mod words;

use hall_domain::figures::gaps;
use hall_domain::figures::verify;
use hall_domain::terminals::list;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::{Router, middleware};
use hall_rules::{Right, Role};
use kiosk_wire::SubmissionId;

use self::frame::{Call, Here, Shell, wants_attention};
use self::session::{Cookies, SignedIn};
use self::words::{Clock, Lang};
use crate::access::Wants;
use crate::app::App;
use hall_domain::figures::gaps::CalendarGap;

use hall_domain::Refusal;
use hall_domain::case::inbox::Counts;
use hall_domain::figures::verify::Verified;
use hall_store::jobs::{self, Stuck};
use hall_store::sessions::Digest;

/// The console's routes, with all their state inside: sign-in, pages, files and the stream of events.
pub fn router(app: App) -> Router {
    let console = Console { app, looks: Arc::default() };
    routes::table()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.answers()))
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(middleware::from_fn_with_state(console.clone(), keeping::keep))
        .layer(middleware::from_fn_with_state(console.clone(), guard::guard))
        .with_state(console)
}

/// Every address of the console, and what it wants of whoever asks.
pub fn addresses() -> Vec<(&'static str, Wants)> {
    routes::table().into_iter().map(|route| (route.path, route.wants)).collect()
}

/// What the console's handlers share.
#[derive(Clone)]
struct Console {
    app: App,
    looks: Arc<Looks>,
}

impl Console {
    fn cookies(&self) -> Cookies {
        Cookies::new(self.app.secure())
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
            clock_doubt: None,
            stuck: Vec::new(),
            certificate: None,
            calendar_gaps: Vec::new(),
            lasts_s: 0,
            broken: None,
            here,
            path: path.to_owned(),
            note: None,
        }
    }

    async fn shell(&self, me: &SignedIn, here: Here) -> Result<Shell, Refusal> {
        let calls = if me.actor.may(Right::SeeTerminals) {
            list::kiosks(&self.app).await?.iter().filter_map(Call::of).collect()
        } else {
            Vec::new()
        };
        let keeps_the_server = matches!(me.actor.staff.role, Role::Administrator | Role::Technician);
        let now_ms = self.app.now_ms();
        Ok(Shell {
            me: Some(me.actor.staff.clone()),
            csrf: me.csrf(),
            counts: hall_domain::case::inbox::counts(&self.app, &me.actor).await?,
            calls,
            clock_doubt: self.app.clock().doubt(),
            stuck: if keeps_the_server { self.stuck().await? } else { Vec::new() },
            certificate: self.app.certificate().filter(|state| keeps_the_server && state.wants_attention(now_ms)),
            calendar_gaps: self.calendar_gaps(me).await?,
            lasts_s: me.lasts_s(self).await?,
            broken: self.broken(me).await?,
            ..self.bare_shell(me.visitor.lang, here, &me.visitor.path)
        })
    }
}

/// So many causes for which something does not go out are told on a page.
const MOST_STUCK: usize = 3;

impl Console {
    /// Whoever leads, supervises or keeps the hall running is told that the database does not agree with itself.
    async fn broken(&self, me: &SignedIn) -> Result<Option<Verified>, Refusal> {
        let theirs = [Right::Supervise, Right::ManageAccounts, Right::SettleEntries];
        if !theirs.iter().any(|right| me.actor.may(*right)) {
            return Ok(None);
        }
        Ok(verify::last(&self.app).await?.filter(|found| found.count > 0))
    }

    /// What does not go out, as far as somebody must do something.
    async fn stuck(&self) -> Result<Vec<Stuck>, Refusal> {
        let mut stuck = self.app.store().read(jobs::stuck).await?;
        stuck.retain(wants_attention);
        stuck.truncate(MOST_STUCK);
        Ok(stuck)
    }

    /// What a clock hangs on is everybody's business; what only should be there soon is of those who can import it.
    async fn calendar_gaps(&self, me: &SignedIn) -> Result<Vec<CalendarGap>, Refusal> {
        let mut gaps = gaps::calendar_gaps(&self.app).await?;
        gaps.retain(|gap| gap.cases > 0 || gap.is_now || me.actor.may(Right::ImportCalendar));
        Ok(gaps)
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
