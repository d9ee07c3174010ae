//! What the backend told.

use kiosk_journey::Input;
use kiosk_wire::Roster;

use super::Runner;
use crate::cache::{self, Kept, Tagged};
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
            News::Calendar(calendar) => self.take_calendar(calendar),
            News::Catalogue(catalogue) => {
                tracing::info!(version = catalogue.version, "catalogue received");
                self.catalogue = Some(std::sync::Arc::clone(&catalogue));
                self.tell(Input::Catalogue(catalogue));
            }
            News::Person { visit, answer } => self.take_cases(visit, answer),
            News::Progress { ask, answer } => self.take_progress(ask, answer),
            News::PublicUrl(url) => self.take_public_url(url),
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

    /// Kept, so that receipts lead there after a restart without the network too.
    fn take_public_url(&mut self, url: Option<String>) {
        if url == self.told.public_url {
            return;
        }
        let told = Tagged { etag: String::new(), body: url.clone().unwrap_or_default() };
        if let Err(error) = cache::write(&self.folder, Kept::PublicUrl, &told) {
            tracing::warn!(%error, "the hall's public address could not be kept; after a restart it is heard again");
        }
        tracing::info!(url = url.as_deref().unwrap_or("none"), "receipts lead to");
        self.tell_public_url(url);
    }

    pub(super) fn tell_public_url(&mut self, url: Option<String>) {
        self.told.public_url.clone_from(&url);
        self.tell(Input::PublicUrl(url));
    }

    pub(super) fn take_roster(&mut self, roster: Roster) {
        self.generation = self.generation.max(roster.generation);
        let windows = roster.windows.clone();
        self.roster = Some(roster);
        self.tell(Input::Windows(windows));
    }
}
