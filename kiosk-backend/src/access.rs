//! What a path wants of whoever asks: written beside each path in the tables of pages and of the staff interface, and
//! asked where the session is read. A path that says nothing is closed to everyone.

use axum::http::Extensions;
use hall_domain::{Refusal, Staff};
use hall_rules::Right;
use hall_words::Reason;

/// What a path wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Nobody needs to be signed in.
    Nothing,
    /// Anyone who is signed in.
    SignIn,
    /// Anyone who is signed in, even while their password is a one-time code: it is where they change it.
    Own,
    /// Whoever has this right.
    Right(Right),
}

impl Wants {
    /// The right, where it is one.
    pub fn right(self) -> Option<Right> {
        match self {
            Self::Right(right) => Some(right),
            Self::Nothing | Self::SignIn | Self::Own => None,
        }
    }
}

/// Whether `staff` may ask for the path that these extensions belong to.
pub fn check(extensions: &Extensions, staff: &Staff) -> Result<(), Refusal> {
    match extensions.get::<Wants>() {
        Some(Wants::Nothing | Wants::Own) => Ok(()),
        Some(_) if staff.must_change => Err(Reason::ChangeFirst.into()),
        Some(Wants::SignIn) => Ok(()),
        Some(Wants::Right(right)) if staff.role.may(*right) => Ok(()),
        Some(Wants::Right(right)) => Err(Reason::NotYours { right: *right }.into()),
        None => Err(Refusal::internal(&"a path does not say what it wants")),
    }
}
