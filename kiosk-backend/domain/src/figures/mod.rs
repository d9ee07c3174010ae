//! What supervisors see.

pub mod audit_page;
pub mod callbacks;
pub mod escalations;
pub mod gaps;
pub mod rating;
pub mod statistics;
pub mod verify;
