//! A whole hall on one machine: the shipped binaries, their real protocols, and peers on the far side of every wire.
//!
//! Nothing here is linked into the product and nothing of the product knows that it is being tested. The harness
//! starts `pcscd` with a virtual reader, a lock board on a pseudo-terminal, the backend, the kiosk under Xvfb and a
//! browser; it puts cards down, shuts doors, cuts cables and kills processes, and reads what people would read: the
//! screen, the console and the durable records.
//!
//! Who comes to the server from outside, and waiting, are `outside`'s.
//!
//! [`Hall::builder`] is where a test begins. Everything a hall started ends when it is dropped.

pub mod backend;
pub mod binaries;
pub mod browser;
pub mod desk;
pub mod disk;
pub mod display;
pub mod gateway;
pub mod hall;
pub mod hand;
pub mod http;
pub mod kiosk;
pub mod peer;
pub mod proxy;
pub mod smartcards;
pub mod story;
pub mod supervisor;
pub mod turned;

pub use backend::Backend;
pub use browser::Browser;
pub use display::Display;
pub use hall::{Hall, HallBuilder};
pub use kiosk::Kiosk;
pub use outside::{Context, Error, Result, wait};
