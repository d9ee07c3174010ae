//! A whole hall on one machine: the shipped binaries, their real protocols, and peers on the far side of every wire.
//!
//! Nothing here is linked into the product and nothing of the product knows that it is being tested. The harness
//! starts `pcscd` with a virtual reader, a lock board on a pseudo-terminal, the backend, the kiosk under Xvfb and a
//! browser; it puts cards down, shuts doors, cuts cables and kills processes, and reads what people would read: the
//! screen, the console and the durable records.
//!
//! [`Hall::builder`] is where a test begins. Everything a hall started ends when it is dropped.

pub mod backend;
pub mod binaries;
pub mod browser;
pub mod desk;
pub mod disk;
pub mod display;
pub mod gateway;
pub mod hall;
pub mod hand;
pub mod http;
pub mod kiosk;
pub mod peer;
pub mod proxy;
pub mod smartcards;
pub mod story;
pub mod supervisor;
pub mod turned;
pub mod wait;

pub use backend::Backend;
pub use browser::Browser;
pub use display::Display;
pub use hall::{Hall, HallBuilder};
pub use kiosk::Kiosk;

/// What goes wrong in a harness: a sentence for the person who reads the test's output.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    /// An error that says `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Adds what was being done to whatever went wrong.
pub trait Context<T> {
    /// Prefixes the error with `what`.
    fn context(self, what: impl std::fmt::Display) -> Result<T>;
}

impl<T, E: std::fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl std::fmt::Display) -> Result<T> {
        self.map_err(|error| Error(format!("{what}: {error}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: impl std::fmt::Display) -> Result<T> {
        self.ok_or_else(|| Error(what.to_string()))
    }
}

/// The harness's result.
pub type Result<T> = std::result::Result<T, Error>;
