//! Chinese and English side by side, compared while the crate is compiled.

include!(concat!(env!("OUT_DIR"), "/english.rs"));

/// A sentence in both languages, with `{placeholders}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sentence {
    /// 中文.
    pub(crate) zh: &'static str,
    /// English.
    pub(crate) en: &'static str,
}

/// Names of texts in `po/en.po`, and what the build says when one of them is amiss.
pub(crate) struct Key<const N: usize> {
    pub(crate) names: [&'static str; N],
    pub(crate) missing: &'static str,
    pub(crate) stale: &'static str,
    pub(crate) uneven: &'static str,
}

/// What happened and what to do, under a key, or the end of the build.
macro_rules! title_and_advice {
    ($key:expr, $title:literal, $advice:literal, [$($parameter:expr),*]) => {
        const {
            let key = $crate::english::Key {
                names: [concat!($key, ".title"), concat!($key, ".advice")],
                missing: concat!("po/en.po needs a .title and an .advice for ", $key),
                stale: concat!("po/en.po: a msgid of ", $key, " is not the Chinese of today; see whether the English holds"),
                uneven: concat!("placeholders of ", $key, " differ between the languages, or name no parameter"),
            };
            $crate::english::sentences(&key, [$title, $advice], &[$($parameter),*])
        }
    };
}
pub(crate) use title_and_advice;

/// One sentence under a key, or the end of the build.
macro_rules! one_sentence {
    ($key:expr, $zh:literal, [$($parameter:expr),*]) => {
        const {
            let key = $crate::english::Key {
                names: [$key],
                missing: concat!("po/en.po needs a text for ", $key),
                stale: concat!(
                    "po/en.po: the msgid of ",
                    $key,
                    " is not the Chinese of today; see whether the English holds"
                ),
                uneven: concat!("placeholders of ", $key, " differ between the languages, or name no parameter"),
            };
            $crate::english::sentences(&key, [$zh], &[$($parameter),*])
        }
    };
}
pub(crate) use one_sentence;

/// How the variants of an enum are said, with their fields as parameters.
macro_rules! sentences_of {
    ($type:ty, $catalogue:literal: $($name:ident $({ $($parameter:ident),+ })? = $zh:literal;)+) => {
        impl $crate::say::Said for $type {
            fn said(&self, language: hall_rules::Language) -> String {
                match self {
                    $(Self::$name $({ $($parameter),+ })? => {
                        let [sentence] = $crate::english::one_sentence!(
                            concat!($catalogue, "::", stringify!($name)),
                            $zh,
                            [$($(stringify!($parameter)),+)?]
                        );
                        $crate::say::fill(sentence, &[$($((stringify!($parameter), $parameter)),+)?], language)
                    })+
                }
            }
        }

        const _: () = assert!(
            $crate::english::count_of(concat!($catalogue, "::")) == [$(stringify!($name)),+].len(),
            concat!("po/en.po has a text of ", $catalogue, " that is none"),
        );
    };
}
pub(crate) use sentences_of;

/// An enum whose variants are kept or sent as codes, and how they are said.
macro_rules! coded {
    ($(#[$doc:meta])* $type:ident, $catalogue:literal: $($name:ident = $code:literal, $zh:literal;)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $type {
            $(#[doc = $zh] #[serde(rename = $code)] $name,)+
        }

        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As it is kept or sent.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($code),+] })
            }
        }

        $crate::english::sentences_of! { $type, $catalogue: $($name = $zh;)+ }
    };
}
pub(crate) use coded;

pub(crate) const fn sentences<const N: usize>(
    key: &Key<N>,
    zh: [&'static str; N],
    parameters: &[&str],
) -> [Sentence; N] {
    let mut all = [Sentence { zh: "", en: "" }; N];
    let mut at = 0;
    while at < N {
        let Some((from, en)) = english(key.names[at]) else { panic!("{}", key.missing) };
        if !same(from.as_bytes(), zh[at].as_bytes()) {
            panic!("{}", key.stale);
        }
        if !knows(zh[at], parameters) || !knows(en, parameters) {
            panic!("{}", key.uneven);
        }
        all[at] = Sentence { zh: zh[at], en };
        at += 1;
    }
    if !even(&all, parameters) {
        panic!("{}", key.uneven);
    }
    all
}

const fn english(key: &str) -> Option<(&'static str, &'static str)> {
    let mut at = 0;
    while at < ENGLISH.len() {
        let (name, from, en) = ENGLISH[at];
        if same(name.as_bytes(), key.as_bytes()) {
            return Some((from, en));
        }
        at += 1;
    }
    None
}

/// Whether both languages tell the same parameters; one may tell in the advice what the other tells in the title.
const fn even(all: &[Sentence], parameters: &[&str]) -> bool {
    let mut n = 0;
    while n < parameters.len() {
        let (mut at, mut zh, mut en) = (0, false, false);
        while at < all.len() {
            zh = zh || tells(all[at].zh, parameters[n]);
            en = en || tells(all[at].en, parameters[n]);
            at += 1;
        }
        if zh != en {
            return false;
        }
        n += 1;
    }
    true
}

/// How many texts there are whose key begins so; fewer keys than texts means that one is superfluous.
pub(crate) const fn count_of(catalogue: &str) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < ENGLISH.len() {
        if begins(ENGLISH[at].0.as_bytes(), 0, catalogue.as_bytes()) {
            count += 1;
        }
        at += 1;
    }
    count
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && begins(a, 0, b)
}

const fn begins(text: &[u8], from: usize, with: &[u8]) -> bool {
    if text.len() - from < with.len() {
        return false;
    }
    let mut at = 0;
    while at < with.len() {
        if text[from + at] != with[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The end of the placeholder that begins at `from`, or the length if there is none.
const fn closed(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && text[at] != b'}' {
        at += 1;
    }
    at
}

/// Whether `{parameter}` begins at `at`.
const fn is_here(text: &[u8], at: usize, parameter: &str) -> bool {
    let end = closed(text, at);
    end < text.len() && end - at == parameter.len() + 1 && begins(text, at + 1, parameter.as_bytes())
}

/// Whether `{parameter}` stands in the text.
const fn tells(text: &str, parameter: &str) -> bool {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' && is_here(text, at, parameter) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether every placeholder of the text is one of the parameters.
const fn knows(text: &str, parameters: &[&str]) -> bool {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' {
            let (mut n, mut known) = (0, false);
            while n < parameters.len() {
                known = known || is_here(text, at, parameters[n]);
                n += 1;
            }
            if !known {
                return false;
            }
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_the_parameters_and_the_same_in_both_languages() {
        assert!(knows("第 {seq} 条：{cause}", &["seq", "cause"]) && knows("none", &[]));
        assert!(!knows("{sec}", &["seq"]) && !knows("{seq", &["seq"]) && !knows("{}", &["seq"]));
        let [title, advice] =
            [Sentence { zh: "没有", en: "{n} are lacking" }, Sentence { zh: "缺 {n} 个", en: "None" }];
        assert!(even(&[title, advice], &["n"]) && !even(&[title], &["n"]) && !even(&[advice], &["n"]));
    }

    #[test]
    fn keys_are_counted_by_their_catalogue() {
        assert_eq!(count_of("Nothing::"), 0);
        assert!(count_of("Reason::") > 300);
    }

    #[test]
    fn a_text_is_found_by_its_whole_key() {
        assert_eq!(english("Reason::Internal.title"), Some(("服务器出错了", "Something failed on the server")));
        assert_eq!(english("Reason::Internal"), None);
    }
}
