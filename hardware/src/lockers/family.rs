//! What sets a family of lock boards apart from the others: one value beside each codec. Pure.

use std::ops::RangeInclusive;

use super::frame::{Expect, Reply, Request};
use super::stream::Front;

/// What sets a family apart.
#[derive(Debug)]
pub(super) struct Family {
    /// In configurations and on command lines.
    pub(super) name: &'static str,
    /// As its boards are delivered, bits a second; always 8N1.
    pub(super) baud: u32,
    /// Those that its switches allow.
    pub(super) addresses: RangeInclusive<u8>,
    /// The most locks that a board can have.
    pub(super) most_locks: u8,
    pub(super) width: Width,
    /// Whether its boards can tell where something lies in a compartment.
    pub(super) knows_items: bool,
    /// Whether the length of a pulse can be asked for.
    pub(super) takes_pulse: bool,
    pub(super) unlock_answer: UnlockAnswer,
    /// Whether what answers can be byte for byte what was asked, so that an adapter's echo passes for it.
    pub(super) echo_passes: fn(Expect) -> bool,
    /// The bytes of a request.
    pub(super) encode: fn(Request) -> Vec<u8>,
    /// Finds a frame that answers, or that was pushed.
    pub(super) front: fn(&[u8], Expect) -> Front<Reply>,
}

/// What an answer to read-all says of how many locks its board has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// One byte for each eight of them: how many eights.
    Eights,
    /// Nothing: it is always as long as for the most.
    Most,
    /// How many.
    Counted,
}

/// What a family says to an unlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlockAnswer {
    /// How the contact stands after the pulse: its word is final.
    Contact,
    /// Whether it was done, and the contact; some boards say nothing. Where that leaves a doubt, the state is read.
    Sometimes,
    /// Nothing: the state is read.
    Never,
}
