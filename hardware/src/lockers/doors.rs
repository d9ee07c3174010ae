//! What was last seen of each compartment. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{DoorState, ItemState};

/// What a read of one door means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing new.
    Same,
    /// It is now so.
    Changed,
    /// It may have shut: read it again soon.
    ReadAgain,
}

pub(super) struct Doors {
    states: BTreeMap<u16, DoorState>,
    /// Open doors that the last read saw shut.
    closing: BTreeSet<u16>,
    items: BTreeMap<u16, ItemState>,
}

impl Doors {
    /// All unknown.
    pub(super) fn new(compartments: impl Iterator<Item = u16>) -> Self {
        let states = compartments.map(|compartment| (compartment, DoorState::Unknown)).collect();
        Self { states, closing: BTreeSet::new(), items: BTreeMap::new() }
    }

    /// A board said so. A contact bounces when a door springs open, and "closed" ends a deposit: an open door counts as
    /// closed only when two reads in a row say so.
    pub(super) fn read(&mut self, compartment: u16, state: DoorState) -> Seen {
        let was_open = self.states.get(&compartment) == Some(&DoorState::Open);
        if was_open && state == DoorState::Closed && self.closing.insert(compartment) {
            return Seen::ReadAgain;
        }
        self.set(compartment, state)
    }

    /// It is so.
    pub(super) fn set(&mut self, compartment: u16, state: DoorState) -> Seen {
        self.closing.remove(&compartment);
        if self.states.insert(compartment, state) == Some(state) { Seen::Same } else { Seen::Changed }
    }

    /// Whether that is news of what lies in a compartment. Where no sensor ever spoke, unknown is none.
    pub(super) fn set_item(&mut self, compartment: u16, item: ItemState) -> bool {
        if item == ItemState::Unknown && !self.items.contains_key(&compartment) {
            return false;
        }
        self.items.insert(compartment, item) != Some(item)
    }

    pub(super) fn compartments(&self) -> Vec<u16> {
        self.states.keys().copied().collect()
    }

    pub(super) fn all(&self) -> Vec<(u16, DoorState)> {
        self.states.iter().map(|(compartment, state)| (*compartment, *state)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_door_is_closed_when_two_reads_in_a_row_say_so() {
        let mut doors = Doors::new([1].into_iter());
        for (state, seen) in [
            (DoorState::Closed, Seen::Changed),
            (DoorState::Closed, Seen::Same),
            (DoorState::Open, Seen::Changed),
            (DoorState::Closed, Seen::ReadAgain),
            (DoorState::Open, Seen::Same),
            (DoorState::Closed, Seen::ReadAgain),
            (DoorState::Closed, Seen::Changed),
        ] {
            assert_eq!(doors.read(1, state), seen, "{state:?}");
        }
    }

    #[test]
    fn without_a_sensor_there_is_no_news_of_items() {
        let mut doors = Doors::new([1].into_iter());
        for (item, news) in [
            (ItemState::Unknown, false),
            (ItemState::Absent, true),
            (ItemState::Absent, false),
            (ItemState::Present, true),
            (ItemState::Unknown, true),
        ] {
            assert_eq!(doors.set_item(1, item), news, "{item:?}");
        }
    }
}
