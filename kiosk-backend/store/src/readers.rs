//! A few read connections, opened when first needed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::StoreError;
use crate::connection::{Begin, Connection};

/// How many idle readers are kept open.
const KEPT: usize = 4;

#[derive(Clone)]
pub(crate) struct Readers {
    file: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(crate) fn new(file: &Path) -> Self {
        Self { file: Arc::new(file.to_owned()), idle: Arc::default() }
    }

    pub(crate) fn with<T, E: From<StoreError>>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match waiting {
            Some(connection) => connection,
            None => self.open()?,
        };
        let result = snapshot(&connection, work);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT && connection.is_autocommit() {
            idle.push(connection);
        }
        result
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let connection = Connection::open(&self.file)?;
        connection.pragma_update("query_only", "ON")?;
        Ok(connection)
    }
}

/// All that one look reads is of one instant, however many statements it takes: a commit in between is not seen.
fn snapshot<T, E: From<StoreError>>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let reading = connection.begin(Begin::Reading)?;
    let result = work(connection);
    drop(reading); // nothing was written: it only ends
    result
}
