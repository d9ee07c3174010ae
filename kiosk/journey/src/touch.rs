//! What a finger on the screen can mean. The screens send nothing else.

use std::fmt;

use hall_rules::Language;

use crate::view::TextSize;

/// One touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The page's primary button.
    Next,
    /// Foot bar, left: one page back. Nothing entered is lost.
    Back,
    /// Foot bar, right: ends the visit (or the staff's).
    Quit,
    /// Foot bar, middle: calls a person.
    Help,
    /// Any touch on the "are you still there?" overlay.
    StillHere,
    /// Closes an overlay that asks nothing ([`crate::Overlay::Help`]).
    Dismiss,
    /// Another language, for this visit.
    Language(Language),
    /// Another text size, for this visit.
    TextSize(TextSize),
    /// One of the tiles, rows or options on the page, by the `id` it was shown with.
    Choose(String),
    /// Turns the page of a list.
    Turn(Turn),
    /// A key of an on-screen pad or keyboard.
    Key(Key),
    /// One of the page's other buttons.
    Act(Act),
}

/// Which way a list is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Towards the start.
    Previous,
    /// Towards the end.
    Next,
}

/// A key. Keys spell phone numbers, names and PINs, so `Debug` does not say which character it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter `a`–`z`, a digit, `<` in a document number, or `-` on the date pad (ignored there: the date is grouped by
    /// itself).
    Char(char),
    /// Takes the last character away.
    Delete,
    /// Empties the field.
    Clear,
    /// Takes the first candidate, or types a space.
    Space,
    /// Takes the candidate at this place of [`crate::TextView::candidates`].
    Candidate(u8),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Char(_) => "Char(…)",
            Self::Delete => "Delete",
            Self::Clear => "Clear",
            Self::Space => "Space",
            Self::Candidate(_) => "Candidate(…)",
        })
    }
}

/// Buttons that are neither the primary one nor in the foot bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Idle: read conditions and materials without a card (查看办事指南).
    BrowseGuide,
    /// Idle: how a case stands, by its receipt (凭条查进度).
    FindCase,
    /// Last four characters of a document: letters in place of the pad of digits, or back.
    Letters,
    /// Idle: the small staff door; asks for the one-time code.
    StaffDoor,
    /// Choosing: by life event.
    ByTheme,
    /// Choosing: by department.
    ByDepartment,
    /// Choosing: by typing.
    Search,
    /// Keyboard: QWERTY or alphabetical order.
    SwitchKeyOrder,
    /// Materials: something is missing.
    SomethingMissing,
    /// Phone or an optional field: leave it empty.
    Skip,
    /// Phone: not the number shown, another one.
    OtherNumber,
    /// Check page: change the row with this `id`; a travel document's: the part with this [`crate::DocumentPart::code`].
    Change(String),
    /// Door page: it does not fit, a bigger box please.
    BiggerBox,
    /// Door page: there is something in it already.
    FoundSomething,
    /// While a door is being opened: it did open and the paper is in.
    PaperIsIn,
    /// Question "is your paper in?": no.
    PaperIsNotIn,
    /// Done page: forgot something, open again.
    OpenAgain,
    /// Staff: the box is empty (已取出).
    AffirmEmpty,
    /// Staff: there is still something in it.
    NotEmpty,
    /// Choosing: how this person's cases stand.
    MyErrands,
    /// Result: everything was taken out.
    TakenOut,
    /// Result: something is still inside, or the door never opened.
    NotTakenOut,
    /// Staff: the result is in the box.
    AffirmLoaded,
    /// Staff: it is not in the box.
    NotLoaded,
    /// Another person's card was read: yes, end this visit and begin theirs.
    SwapPerson,
    /// Another person's card was read: no, go on with this visit.
    KeepPerson,
}
