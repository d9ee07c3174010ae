//! Telling others: what a job does when its time has come.

mod answer;
mod fill;
mod makers;
pub mod report;
mod signing;
pub mod sms;
pub mod webhook;
