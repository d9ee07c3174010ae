//! What every room stands on.

pub mod actor;
pub mod audit;
pub mod clock;
pub mod codes;
pub mod hall;
pub mod limit;
pub mod moment;
pub mod origin;
pub mod refusal;
pub mod rotation;
pub(crate) mod shared;
pub mod tries;
