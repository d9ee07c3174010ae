//! Addresses within the console.

use axum::http::Uri;
use hall_rules::Role;

/// The page that a form belongs to: where somebody is led after signing in, and from a refusal.
pub fn page_of(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["cases", id, "fields", ..] => format!("/cases/{id}/fields"),
        [room @ ("cases" | "joint" | "kiosks" | "accounts"), which, ..] => format!("/{room}/{which}"),
        ["sign-out" | "language" | "sign-in", ..] | [] => "/".to_owned(),
        [room, ..] => format!("/{room}"),
    }
}

/// Percent-encodes a path for use within a query.
pub(crate) fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => {
                out.push('%');
                out.push_str(&hex::encode_upper([other]));
            }
        }
    }
    out
}

/// A path of ours to go to after a form: never another site's.
pub(super) fn own_path(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && path.parse::<Uri>().is_ok_and(|uri| uri.host().is_none());
    if ours { path } else { "/" }
}

/// Where someone of this role begins.
pub(super) fn first_page(role: Role) -> &'static str {
    match role {
        Role::Clerk | Role::Chief | Role::Approver => "/inbox",
        Role::Supervisor => "/supervision",
        Role::Administrator => "/accounts",
        Role::Technician => "/kiosks",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_to() {
        for (asked, goes) in [
            ("/cases/1?x=2", "/cases/1?x=2"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(asked), goes, "{asked}");
        }
    }
}
