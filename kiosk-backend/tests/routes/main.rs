//! Route tests: the whole server but its socket. Modules mirror the paths they ask.
#![expect(clippy::unwrap_used, reason = "tests")]

mod addresses;
mod cases;
mod faults;
mod guessing;
mod kiosk_v1;
mod lines;
mod makers;
mod oidc;
mod oidc_flows;
mod progress;
mod restored;
mod results;
mod sms;
mod staff_v1;
mod staff_work;
mod times;
mod tokens;
mod webhook;
