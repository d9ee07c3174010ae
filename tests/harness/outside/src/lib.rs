//! Whoever comes to a hall's server from outside, for tests: made-up people and their papers, a terminal that journals
//! without a screen, and what every test needs: waiting, and how a hall may look in the end.
//!
//! It links the contract and the rules and no program of ours, so that both the halls within a process (`test-hall`) and
//! those of real programs (`e2e`) are built on it.

pub mod browser;
pub mod ending;
pub mod people;
pub mod terminal;
pub mod wait;

pub use ending::Left;
pub use terminal::Terminal;

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
