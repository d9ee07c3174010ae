//! What the pages show that find a case by its receipt.

/// The receipt number, by a pad. [`crate::Touch::Next`] takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindNumberView {
    /// What was typed.
    pub typed: String,
    /// All digits are there.
    pub whole: bool,
    /// Why it cannot be taken.
    pub problem: Option<FindProblem>,
    /// There is a scanner: the receipt's code does as well.
    pub scans: bool,
}

/// The last four characters of the document. [`crate::Touch::Next`] asks. Button: [`crate::Act::Letters`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindLastFourView {
    pub receipt: String,
    /// What was typed.
    pub typed: String,
    /// All four are there.
    pub whole: bool,
    /// Letters are shown, in place of the pad of digits.
    pub letters: bool,
    /// Letters in alphabetical order.
    pub keys_abc: bool,
    /// The server is being asked.
    pub asking: bool,
    /// Number and characters do not belong together.
    pub refused: bool,
}

/// What is wrong with what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindProblem {
    /// What was scanned is no receipt's code.
    NotAReceipt,
    /// Digits are missing.
    Incomplete,
    /// The number's check digits do not hold.
    WrongNumber,
    /// Number and characters do not belong together.
    NotFound,
}

/// How a case stands, as whoever has its receipt may know. Primary ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressView {
    /// Its number.
    pub receipt: String,
    /// State, in a word or two.
    pub state: String,
    /// What was last said to the applicant; may be empty.
    pub told: String,
    /// The last day of the clock that runs: what for, and `YYYY-MM-DD`.
    pub due: Option<(String, String)>,
    /// The clock stands still.
    pub paused: bool,
    /// What the applicant does next; empty when nothing.
    pub next: String,
    /// The result lies in this box of this terminal: the card opens it.
    pub here: Option<u16>,
}
