//! What the pages of a travel document show. It is what the applicant reads off the document and must compare, so it is
//! not masked.

use crate::terms::DocumentPart;

/// One of the parts that open the chip. Keys type it, [`crate::Touch::Next`] takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentView {
    pub part: DocumentPart,
    /// What was typed; dates as `YYYY-MM-DD`, as far as they go.
    pub typed: String,
    /// Why it cannot be taken as typed; `None` while typing.
    pub problem: Option<DocumentProblem>,
    /// A scanner's lines did not hold together: scan again, or type.
    pub misread: bool,
    /// The document lies on the reader; else it is to be put back.
    pub card_there: bool,
    /// It is being changed: the page leads back to [`crate::Screen::DocumentCheck`].
    pub changing: bool,
    /// Keys in alphabetical order.
    pub keys_abc: bool,
}

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentProblem {
    /// Nothing was given.
    Empty,
    /// A date has eight digits.
    Incomplete,
    /// There is no such day.
    NoSuchDay,
    /// The expiry date is not after the birth date.
    BeforeBirth,
}

/// All three parts, to be compared with the document. Rows: [`crate::Act::Change`] with
/// [`DocumentPart::code`]. Primary, while the document lies there: read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentCheckView {
    /// Document number.
    pub number: String,
    /// Birth date.
    pub birth: String,
    /// Expiry date.
    pub expiry: String,
    /// What came of it.
    pub state: DocumentState,
    /// The document lies on the reader; else it is read as soon as it does.
    pub card_there: bool,
}

/// What came of the three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentState {
    /// Nothing yet.
    Given,
    /// The chip does not open with them.
    Refused,
    /// Other lines were scanned and did not hold together.
    Misread,
}
