//! Why the store did not do it.

use thiserror::Error;

/// Why the store did not do it.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// It takes no writes now: disk full, locked by someone, closed.
    #[error("the store does not take writes: {0}")]
    Unavailable(String),
    /// A statement failed: our mistake.
    #[error("a statement failed: {0}")]
    Sql(String),
    /// Stored data is not what it should be.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
}

/// What a store function returns.
pub type StoreResult<T> = Result<T, StoreError>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as E;
        match error.sqlite_error_code() {
            Some(
                E::DiskFull | E::DatabaseBusy | E::DatabaseLocked | E::ReadOnly | E::CannotOpen | E::SystemIoFailure,
            ) => Self::Unavailable(error.to_string()),
            Some(E::DatabaseCorrupt | E::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Sql(error.to_string()),
        }
    }
}
