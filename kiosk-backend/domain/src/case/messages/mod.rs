//! Telling the applicant: short messages, written with what happened and sent by a job.

pub mod deliver;
pub mod write;
