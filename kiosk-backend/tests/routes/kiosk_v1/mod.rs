mod bodies;
mod directives;
pub(crate) use directives::hall_key;
mod enrol;
mod journal;
mod tokens;
