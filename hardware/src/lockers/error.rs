//! Why a compartment was not opened.

use crate::{FailureKind, Fault};

/// The command could not even be queued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// no board in the configuration has this compartment
    #[error("no board in the configuration has compartment {0}")]
    NoSuchCompartment(u16),
    /// the driver was shut down
    #[error("the locker driver was shut down")]
    ShutDown,
}

/// An unlock that is not known to have worked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// the command was not sent: the port is down
    #[error("the unlock was not sent: {0}")]
    NotSent(Fault),
    /// the command was sent and the port went away before an answer
    #[error("the unlock was sent, but no answer came: {0}")]
    PortLost(Fault),
    /// the command was sent and the board did not answer in time
    #[error("the unlock was sent, but board {board} did not answer within {timeout_ms} ms")]
    NoAnswer {
        /// Address of the board.
        board: u8,
        /// How long was waited, milliseconds.
        timeout_ms: u64,
    },
    /// the command was sent and the answer could not be read
    #[error(
        "the unlock was sent, but the answer of board {board} could not be read: {bytes} byte(s) that fit no frame"
    )]
    Garbled {
        /// Address of the board.
        board: u8,
        /// How many bytes came.
        bytes: usize,
    },
}

impl UnlockError {
    /// Whether the lock may have let go all the same. If so, read the door before trying again.
    pub fn may_have_opened(&self) -> bool {
        match self {
            Self::NotSent(_) => false,
            Self::PortLost(_) | Self::NoAnswer { .. } | Self::Garbled { .. } => true,
        }
    }

    /// Which of the three kinds.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::NotSent(_) | Self::PortLost(_) | Self::NoAnswer { .. } => FailureKind::Line,
            Self::Garbled { .. } => FailureKind::Misread,
        }
    }

    /// A stable name for logs and for JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "unlock-not-sent",
            Self::PortLost(_) => "unlock-port-lost",
            Self::NoAnswer { .. } => "unlock-no-answer",
            Self::Garbled { .. } => "unlock-garbled",
        }
    }
}
