//! How the parts of a sentence are said.

use hall_rules::case::{Need, Party};
use hall_rules::joint::PartEvent;
use hall_rules::review::Unfit;
use hall_rules::{CaseEvent, Language, Right, Text};
use kiosk_wire::CompartmentNo;

use crate::english::Sentence;

/// Something that can stand in a sentence.
pub trait Said {
    /// In this language.
    fn said(&self, language: Language) -> String;

    /// In both languages.
    fn text(&self) -> Text {
        Text::new(self.said(Language::Zh), self.said(Language::En))
    }
}

/// A wait in seconds, said in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub u64);

impl Said for Wait {
    fn said(&self, _: Language) -> String {
        self.0.div_ceil(60).to_string()
    }
}

macro_rules! as_they_are {
    ($($type:ty),+) => {
        $(impl Said for $type {
            fn said(&self, _: Language) -> String {
                self.to_string()
            }
        })+
    };
}
as_they_are!(String, &'static str, u16, u32, u64, usize, i64, CompartmentNo);

impl Said for Text {
    fn said(&self, language: Language) -> String {
        self.get(language).to_owned()
    }
}

macro_rules! in_both_languages {
    ($($type:ty),+) => {
        $(impl Said for $type {
            fn said(&self, language: Language) -> String {
                let (zh, en) = self.words();
                match language {
                    Language::Zh => zh,
                    Language::En => en,
                }
                .to_owned()
            }
        })+
    };
}
in_both_languages!(Right, Need, Party, Unfit, CaseEvent, PartEvent);

impl<T: Said> Said for &T {
    fn said(&self, language: Language) -> String {
        (*self).said(language)
    }
}

impl<T: Said> Said for Vec<T> {
    fn said(&self, language: Language) -> String {
        let all: Vec<String> = self.iter().map(|one| one.said(language)).collect();
        all.join(match language {
            Language::Zh => "、",
            Language::En => ", ",
        })
    }
}

/// A sentence with its placeholders filled in.
pub(crate) fn fill(sentence: Sentence, arguments: &[(&str, &dyn Said)], language: Language) -> String {
    let template = match language {
        Language::Zh => sentence.zh,
        Language::En => sentence.en,
    };
    let (mut out, mut rest) = (String::with_capacity(template.len()), template);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        if let Some((_, value)) = arguments.iter().find(|(known, _)| *known == name) {
            out.push_str(&value.said(language));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
