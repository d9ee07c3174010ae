//! A hall of the backend within a test, in layers: its folder with catalogue, calendar, windows and a clock that is
//! turned ([`Hall`]); its router, asked as terminals and programs ask (the same, further down); people who work there and
//! sit at a browser ([`Office`], [`Visitor`]). Real processes are the `e2e` harness's.
//!
//! A hall that is dropped is looked at: no job may be left, no panic and no error may have been logged, and the database
//! must agree with itself. A test that leaves such says so ([`Hall::leaves`]).

mod founding;
mod hall;
mod log;
mod office;
mod router;
mod visitor;

pub use founding::{CALENDAR, HALL, PASSWORD, assets};
pub use hall::{Closed, Hall};
pub use office::Office;
pub use outside::Left;
pub use outside::people::{NAME, NUMBER, ORGANISATION, ORGANISATION_CODE, PHONE};
pub use outside::terminal::MONDAY;
pub use router::Answer;
pub use visitor::{Jar, Visitor, form, form_with_file};
