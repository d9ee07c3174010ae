//! The hall's rules, pure: no clock, no files, no network. Dates and times are arguments.
//!
//! What it does not do: it stores nothing, sends nothing, and knows neither screens nor terminals.
//!
//! | Module | Answers |
//! |---|---|
//! | [`catalogue`] | what one can apply for |
//! | [`load`] | is this catalogue sound, and if not: which file, line and field, and what to do |
//! | [`answers`] | which question comes next, and which materials these answers need |
//! | [`csv`] | a table that a spreadsheet program reads and cannot be tricked by |
//! | [`field`] | which fields a terminal asks, and is this value well formed |
//! | [`folding`] | the one form of names and numbers that people write in many |
//! | [`checks`] | is this ID number, organisation code or phone number possible |
//! | [`mask`] | how a name or number is shown |
//! | [`initials`] | the initials by which people look for a name |
//! | [`person`] | is this the same person |
//! | [`receipt`] | numbers people see |
//! | [`case`] | which state a case is in, and what can happen next |
//! | [`clock`] | how long the office, or the applicant, still has |
//! | [`role`] | who of the staff may do what |
//! | [`review`] | what follows from the materials that a clerk ticked |
//! | [`notice`] | the wording of the papers that the law wants |
//! | [`time`] | what may be believed of clocks: what time is it, and when did it happen |
//! | [`calendar`] | which day is a working day, and when is the fifth one over |
//! | [`generate`] | a large catalogue for tests and benches |

pub mod age;
pub mod answers;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod checks;
pub mod clock;
pub mod csv;
pub mod field;
pub mod folding;
pub mod generate;
pub mod initials;
pub mod joint;
pub mod load;
pub mod mask;
pub mod notice;
pub mod person;
pub mod receipt;
pub mod review;
pub mod role;
pub mod text;
pub mod time;

pub use answers::{Answers, NextQuestion};
pub use calendar::Calendar;
pub use case::{CaseEvent, CaseState};
pub use catalogue::{Catalogue, ServiceItem};
pub use person::{DocumentFamily, PersonKey};
pub use receipt::ReceiptNumber;
pub use role::{Right, Role};
pub use text::{Language, Text};
