//! What refusals and the audit say, in the reader's language.

use hall_domain::Refusal;
use hall_domain::figures::audit_page::Object;
use hall_words::{Action, Said};

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
        Action::from_code(code).map_or_else(|| code.to_owned(), |action| action.said(self.language()))
    }

    /// What it was about.
    pub(super) fn object(&self, object: &Object) -> String {
        let words = |(zh, en): (&'static str, &'static str)| self.t(zh, en).to_owned();
        match object {
            Object::None => String::new(),
            Object::Refused(why, None) => why.said(self.language()),
            Object::Refused(why, Some(name)) => format!("{}{}{name}", why.said(self.language()), self.t("：", ": ")),
            Object::Step(event) => words(event.words()),
            Object::Call(outcome) => words(outcome.words()),
            Object::Compartment(no, why) => {
                let no = self.t("{} 号柜", "box {}").replace("{}", &no.to_string());
                if why.is_empty() { no } else { format!("{no}{}{}", self.t("：", ": "), self.reason(why)) }
            }
            Object::Boxes(count) => self.t("{} 个柜子", "{} boxes").replace("{}", &count.to_string()),
            Object::Found(count) => self.t("找到 {} 个", "{} found").replace("{}", &count.to_string()),
            Object::Tries => words(("试错次数太多", "too many tries")),
            Object::Text(text) => self.reason(text).to_owned(),
        }
    }
}
