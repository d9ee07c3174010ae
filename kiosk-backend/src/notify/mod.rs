//! Telling others: what a job does when its time has come.

pub mod sms;
pub mod webhook;
