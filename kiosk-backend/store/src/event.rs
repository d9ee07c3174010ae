//! What open pages and long polls are told: that something changed, by ids only. Never stored, never personal.

use kiosk_wire::{KioskId, SubmissionId, WindowId};

/// Something changed; look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The case it concerns.
    pub case: Option<SubmissionId>,
    /// The window that works it; absent when no window does, or all do.
    pub window: Option<WindowId>,
    /// The terminal it concerns.
    pub kiosk: Option<KioskId>,
    /// What kind of news.
    pub kind: EventKind,
}

/// Kinds of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A deposit arrived, confirmed or not: the window's sound and count.
    NewDeposit,
    /// A case changed otherwise: state, claim, armed, opened.
    CaseChanged,
    /// A terminal was heard of, or its compartments changed.
    KioskChanged,
    /// A journal entry was set aside, or a job gave up.
    Attention,
}
