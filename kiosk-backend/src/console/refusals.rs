//! What refusals and the audit say, in the reader's language.

use hall_domain::Refusal;
use hall_words::Action;

use super::words::Lang;

impl Lang {
    /// A refusal in this language: what happened, and what to do.
    pub(super) fn problem(&self, refusal: &Refusal) -> (String, String) {
        refusal.reason.said(self.language())
    }

    /// Who did something, where that is no name.
    pub(super) fn who<'a>(&self, who: &'a str) -> &'a str {
        match who {
            "command line" => self.t("服务器命令行", "command line"),
            "unknown" => self.t("（未登录）", "(not signed in)"),
            name => name,
        }
    }

    /// What somebody did, as the audit says it; an older program's word is told as it stands.
    pub(super) fn action(&self, code: &str) -> String {
        Action::from_code(code).map_or_else(|| code.to_owned(), |action| self.said(&action))
    }
}
