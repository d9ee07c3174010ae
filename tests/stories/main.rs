//! Whole visits and working days, each in a hall of its own. One program, so that the harness is linked once.

mod case;
mod clocks;
mod devices;
mod disk;
mod finding;
mod intake;
mod memory;
mod network;
mod papers;
mod power;
mod readers;
mod server;
mod staff;
mod story;
mod travel;
