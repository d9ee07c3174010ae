//! Refusals: what every fallible function of the product's surface returns.

use hall_store::StoreError;
use hall_words::Reason;
use kiosk_wire::{Code, Problem};

/// A refusal with everything the asker needs, and, for failures of ours, a log line already written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    /// The server's time, where the asker's clock may be the cause.
    pub server_ms: Option<i64>,
}

impl Refusal {
    /// A failure of ours: the cause goes to the log under a reference, the asker gets the reference only.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let reference = uuid::Uuid::now_v7().simple().to_string();
        tracing::error!(reference, cause = %cause, "request failed");
        Reason::Internal { reference }.into()
    }

    /// Tells the server's time.
    #[must_use]
    pub fn server_ms(mut self, now_ms: i64) -> Self {
        self.server_ms = Some(now_ms);
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.reason.code()
    }

    /// As programs are told it.
    pub fn problem(&self) -> Problem {
        Problem { server_ms: self.server_ms, ..self.reason.problem() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let problem = self.problem();
        write!(f, "{}", problem.title)?;
        if let Some(field) = &problem.field {
            write!(f, " ({field})")?;
        }
        if !problem.detail.is_empty() {
            write!(f, ". {}", problem.detail)?;
        }
        write!(f, " [{}]", problem.code)
    }
}

impl std::error::Error for Refusal {}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, server_ms: None }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => {
                tracing::error!(cause, "the store does not take writes");
                Reason::StoreFull.into()
            }
            StoreError::Sql(cause) => Self::internal(&cause),
            StoreError::Corrupt(cause) => Self::internal(&cause),
        }
    }
}
