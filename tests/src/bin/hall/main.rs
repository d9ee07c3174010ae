//! The `hall` command.
fn main() {}
