//! (in progress)
mod generated {
    #![allow(unreachable_pub, missing_docs, unused_qualifications, clippy::unwrap_used)]
    slint::include_modules!();
}
pub use generated::App;
