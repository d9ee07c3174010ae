mod bodies;
mod directives;
mod enrol;
mod journal;
mod tokens;

pub(crate) use directives::hall_key;
