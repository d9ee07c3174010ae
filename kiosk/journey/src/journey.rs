//! The machine.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{Foot, Input, JourneyConfig, Language, Output, Screen, TextSize, View};

/// The visit. See the crate's head for how to drive it.
pub struct Journey {
    config: JourneyConfig,
    outputs: VecDeque<Output>,
    revision: u64,
}

impl Journey {
    /// A terminal that just started.
    pub fn new(config: JourneyConfig) -> Self {
        Self { config, outputs: VecDeque::new(), revision: 0 }
    }

    /// Tells it what happened.
    pub fn handle(&mut self, input: Input, now: Duration) {
        drop((input, now));
        self.revision += 1;
    }

    /// What it wants done next; `None` when there is nothing more.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When it wants to be woken, and who wants it. May change after every `handle` and `handle_timeout`.
    pub fn poll_timeout(&self) -> Option<(Duration, &'static str)> {
        None
    }

    /// Wakes it. Extra calls do nothing.
    pub fn handle_timeout(&mut self, now: Duration) {
        let _ = now;
    }

    /// Changes whenever [`Journey::view`] would.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The door this visit has asked to open or knows to be open for someone; no other door may be opened meanwhile.
    pub fn door_in_use(&self) -> Option<u16> {
        None
    }

    /// What the screen shows.
    pub fn view(&self, _now: Duration) -> View {
        let _ = &self.config;
        View {
            revision: self.revision,
            language: Language::Zh,
            text_size: TextSize::Normal,
            screen: Screen::Starting,
            overlay: None,
            person: None,
            step: None,
            foot: Foot::default(),
            offline: false,
        }
    }
}
