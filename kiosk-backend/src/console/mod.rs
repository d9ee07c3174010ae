//! The staff's pages, rendered on the server.
//!
//! It decides nothing: every change goes through a command of the domain, which checks it against the present, and
//! every page shows what a query answered. It keeps no state but sessions.

mod frame;
mod labels;
mod pages;
mod words;
