//! A notice as it lies in the archive of a case: a page of its own.

use askama::Template;
use hall_rules::notice::Document;

const CSS: &str = include_str!("../static/notice.css");

/// The page of a notice, with all it needs in it.
#[derive(Template)]
#[template(path = "archived_notice.html")]
struct ArchivedNotice {
    document: Document,
    css: &'static str,
}

/// Writes a notice as a page.
pub(crate) fn page(document: Document) -> Result<String, String> {
    ArchivedNotice { document, css: CSS }.render().map_err(|cause| cause.to_string())
}
