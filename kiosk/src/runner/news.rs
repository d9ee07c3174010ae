//! What the backend told.

use kiosk_journey::Input;
use kiosk_wire::{HallSettings, Roster};

use super::Runner;
use crate::cache::{self, Kept, Tagged};
use crate::hall;
use crate::staff;
use crate::sync::News;

impl Runner {
    pub(super) fn take_news(&mut self, news: News) {
        let at = self.clock.stamp().wall_ms_utc;
        match news {
            News::Acknowledged { journal, next, server_ms } => {
                let Some(held) = self.journal.as_mut().filter(|held| held.id() == journal) else { return };
                // Retention counts from here: the later of two clocks keeps longer.
                if let Err(error) = held.acknowledge(next, server_ms.max(self.clock.best_ms())) {
                    tracing::warn!(%error, "an acknowledgement could not be noted; it will come again");
                }
            }
            News::Unsent(unsent) => self.parts.unsent = unsent,
            News::RolledBack { next } => self.standing.rolled_back = Some(next),
            News::Forked { detail } => {
                tracing::error!(%detail, "the backend has another history of this journal");
                self.standing.forked = true;
            }
            News::Revoked(revoked) => {
                tracing::warn!(revoked, "standing with the hall");
                self.standing.revoked = revoked;
            }
            News::Generation(generation) => self.generation = self.generation.max(generation),
            News::Directives(signed) => self.take_directives(signed),
            News::Roster(told) => self.take_new_roster(&told),
            News::Settings(told) => self.take_new_settings(&told),
            News::Catalogue(catalogue) => {
                tracing::info!(version = catalogue.version, "catalogue received");
                self.catalogue = Some(std::sync::Arc::clone(&catalogue));
                self.tell(Input::Catalogue(catalogue));
            }
            News::Person { visit, answer } => self.take_cases(visit, answer),
            News::Progress { ask, answer } => self.take_progress(ask, answer),
            News::CallHeard { since_ms } => self.call_was_heard(since_ms),
            News::Backend { reachable, flaw } => self.parts.backend_is(reachable, flaw, at),
        }
    }

    fn take_new_roster(&mut self, told: &Tagged) {
        let Some(identity) = &self.identity else { return };
        match staff::read_roster(&told.body, identity, self.roster.as_ref()) {
            Ok(roster) => {
                if let Err(error) = cache::write(&self.folder, Kept::Roster, told) {
                    tracing::warn!(%error, "the roster could not be kept; after a restart without network there is none");
                }
                tracing::info!(version = roster.version, "roster received");
                self.take_roster(roster);
            }
            Err(error) => tracing::error!(%error, "a roster is not believed"),
        }
    }

    /// Kept, so that they hold after a restart without the network too.
    fn take_new_settings(&mut self, told: &Tagged) {
        let Some(identity) = &self.identity else { return };
        match hall::read_settings(&told.body, identity) {
            Ok(settings) => {
                if let Err(error) = cache::write(&self.folder, Kept::Settings, told) {
                    tracing::warn!(%error, "the hall's settings could not be kept; after a restart they are heard again");
                }
                tracing::info!(zone = settings.time_zone, years = settings.calendar.len(), "settings received");
                self.take_settings(settings);
            }
            Err(error) => tracing::error!(%error, "settings are not believed"),
        }
    }

    pub(super) fn take_settings(&mut self, settings: HallSettings) {
        self.hall.hear(settings);
        self.tell(Input::Hall(Box::new(self.hall.settings.clone())));
    }

    pub(super) fn take_roster(&mut self, roster: Roster) {
        self.generation = self.generation.max(roster.generation);
        let windows = roster.windows.clone();
        self.roster = Some(roster);
        self.tell(Input::Windows(windows));
    }
}
