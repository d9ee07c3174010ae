//! Refusals: what every fallible function of the product's surface returns.

use hall_rules::Right;
use hall_store::StoreError;
use kiosk_wire::{Code, Problem};

/// A refusal with everything the asker needs, and, for failures of ours, a log line already written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is answered.
    pub problem: Problem,
    /// Seconds after which to come back, for `Retry-After`.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    /// A refusal with a title that says what happened, and what to do.
    pub fn new(code: Code, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Problem::new(code, title).detail(detail).into()
    }

    /// A failure of ours: the cause goes to the log under a reference, the asker gets the reference only.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let reference = uuid::Uuid::now_v7().simple().to_string();
        tracing::error!(reference, cause = %cause, "request failed");
        Self::new(
            Code::Internal,
            "Something failed on the server",
            format!("Try again; if it stays, tell the administrator this reference: {reference}"),
        )
    }

    /// Names the offending field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.problem.field = Some(field.into());
        self
    }

    /// Says when to come back.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Tells the server's time, where the asker's clock may be the cause.
    #[must_use]
    pub fn server_ms(mut self, now_ms: i64) -> Self {
        self.problem.server_ms = Some(now_ms);
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.problem.code
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.problem.title)?;
        if let Some(field) = &self.problem.field {
            write!(f, " ({field})")?;
        }
        if !self.problem.detail.is_empty() {
            write!(f, ". {}", self.problem.detail)?;
        }
        write!(f, " [{}]", self.problem.code)
    }
}

impl std::error::Error for Refusal {}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem, retry_after_s: None }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => {
                tracing::error!(cause, "the store does not take writes");
                Self::new(
                    Code::StoreUnavailable,
                    "The server cannot store anything at the moment",
                    "Keep what you have and send it again; the administrator must free disk space or mend the disk",
                )
                .retry_after_s(5)
            }
            StoreError::Sql(cause) => Self::internal(&cause),
            StoreError::Corrupt(cause) => Self::internal(&cause),
        }
    }
}

/// The refusal for someone whose role lacks a right.
pub fn not_yours(right: Right) -> Refusal {
    let title = format!("Your role may not do this: {}", right.words().1);
    Refusal::new(Code::Forbidden, title, "Ask someone whose post it is; the manual says whose")
}
