//! The hall at one moment, and whoever acts in it.

use std::ops::Deref;
use std::sync::Arc;

use hall_rules::Calendar;
use hall_rules::case::Transition;
use hall_store::keys::Keys;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::ground::actor::Actor;
use crate::ground::hall::{Hall, Settings};

/// The hall at one moment: what every change of a case needs besides the transaction.
#[derive(Clone)]
pub struct Moment {
    pub keys: Arc<Keys>,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// What the hall was configured to be.
    pub settings: Arc<Settings>,
    pub now_ms: i64,
}

impl Deref for Moment {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl Moment {
    /// Now.
    pub fn of(hall: &Hall) -> Self {
        Self { keys: hall.keys(), calendar: hall.calendar(), settings: hall.settings().clone(), now_ms: hall.now_ms() }
    }

    /// Where the public sees how a case stands.
    pub fn progress_link(&self, receipt: &str) -> Option<String> {
        self.public_url.as_ref().map(|url| format!("{url}/p/{receipt}"))
    }

    /// The day it is in the hall at an instant.
    pub fn day(&self, ms: i64) -> Date {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(at).date()
    }

    /// Today.
    pub fn today(&self) -> Date {
        self.day(self.now_ms)
    }
}

/// Who acts, and the moment in which they do: what every question of staff needs besides the database.
pub(crate) struct Acting {
    pub(crate) actor: Actor,
    pub(crate) moment: Moment,
}

impl Deref for Acting {
    type Target = Moment;

    fn deref(&self) -> &Moment {
        &self.moment
    }
}

impl Acting {
    pub(crate) fn new(hall: &Hall, actor: &Actor) -> Self {
        Self { actor: actor.clone(), moment: Moment::of(hall) }
    }

    /// Whether the actor may take this step of a case.
    pub(crate) fn may_step(&self, row: &Transition) -> bool {
        row.staff_may(self.actor.staff.role, self.moment.chiefs_decide)
    }
}
