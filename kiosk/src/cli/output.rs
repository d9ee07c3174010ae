//! What commands say and how they end. The only place that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what a command line is for")]

use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::config::ConfigError;
use crate::files::FileError;
use crate::identity::IdentityError;
use crate::journal::{OpenError, RecordError};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well.
    Well,
    /// It was done, and something is wrong.
    Wrong,
    /// The command line or the configuration is wrong.
    Usage,
    NotEnrolled,
    /// A device or the backend does not answer.
    NoAnswer,
    /// Another process works with this data folder.
    InUse,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Well => 0,
            Exit::Wrong => 1,
            Exit::Usage => 2,
            Exit::NotEnrolled => 3,
            Exit::NoAnswer => 4,
            Exit::InUse => 5,
        })
    }
}

/// A command that could not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    pub(super) fn tell(self, json: bool) -> ExitCode {
        if json {
            println!("{}", json!({ "error": self.text }));
        } else {
            eprintln!("kiosk: {}", self.text);
        }
        self.exit.into()
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

macro_rules! wrong {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(Exit::Wrong, error.to_string())
            }
        }
    )+};
}
wrong!(FileError, IdentityError, OpenError, RecordError);

/// Prints one line of text.
pub(super) fn say(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}

/// Prints text that ends its own lines.
pub(super) fn text(text: &str) {
    print!("{text}");
}

/// Prints one value as one line of JSON.
pub(super) fn say_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
    println!("{text}");
    Ok(())
}
