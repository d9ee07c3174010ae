//! Doors and what is behind them.

pub mod cabinet;
pub mod collection;
pub mod directives;
pub mod may;
pub mod results;
pub mod rounds;
pub mod uncollected;
pub mod whereabouts;
