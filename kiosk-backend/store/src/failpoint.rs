//! A place to die, for tests of what survives a power cut, and a disk that is full. Only in debug builds: a release build has nothing of it.
//!
//! `BACKEND_FAILPOINT=before-commit:N` or `after-commit:N` aborts the process around the N-th commit, since the start,
//! that holds a terminal's journal; after the commit means before any answer to it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Before,
    After,
}

/// Where to die, if anywhere.
#[derive(Debug, Default)]
pub(crate) struct Failpoint {
    at: Option<(When, u64)>,
    seen: u64,
}

impl Failpoint {
    /// As the environment asks; never in a release build.
    pub(crate) fn from_env() -> Self {
        if !cfg!(debug_assertions) {
            return Self::default();
        }
        Self { at: std::env::var("BACKEND_FAILPOINT").ok().as_deref().and_then(parse), seen: 0 }
    }

    pub(crate) fn before_commit(&mut self, intake: bool) {
        self.seen += u64::from(intake);
        self.die_if(When::Before, intake);
    }

    pub(crate) fn after_commit(&self, intake: bool) {
        self.die_if(When::After, intake);
    }

    fn die_if(&self, when: When, intake: bool) {
        if intake && self.at == Some((when, self.seen)) {
            tracing::error!(commit = self.seen, "fail point reached");
            std::process::abort();
        }
    }
}

#[cfg(debug_assertions)]
impl crate::Tx<'_> {
    /// Lets the database grow by so many pages and no more, as a full disk does.
    pub fn leave_pages(&self, pages: i64) -> crate::StoreResult<()> {
        let used: i64 = self.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        Ok(self.query_row(&format!("PRAGMA max_page_count = {}", used + pages), [], |_| Ok(()))?)
    }
}

fn parse(text: &str) -> Option<(When, u64)> {
    let (when, count) = text.split_once(':')?;
    let when = match when {
        "before-commit" => When::Before,
        "after-commit" => When::After,
        _ => return None,
    };
    Some((when, count.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read() {
        assert_eq!(parse("before-commit:3"), Some((When::Before, 3)));
        assert_eq!(parse("after-commit:1"), Some((When::After, 1)));
        assert_eq!(parse("sometimes:1"), None);
        assert_eq!(parse("after-commit"), None);
    }
}
