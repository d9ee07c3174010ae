//! Joint handling (并联审批): parts of a case that other departments answer, all at the same time.

pub mod answers;
pub mod parts;
