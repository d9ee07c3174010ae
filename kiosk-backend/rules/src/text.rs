//! Words in two languages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Languages of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

/// A text in Chinese, which it always has, and in English, which it may lack.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// 中文.
    pub zh: String,
    /// English; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Text {
    /// A text in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A text in Chinese only.
    pub fn zh(zh: impl Into<String>) -> Self {
        Self::new(zh, "")
    }

    /// The text in `language`, or in Chinese when it has no English.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En if !self.en.is_empty() => &self.en,
            Language::En | Language::Zh => &self.zh,
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_falls_back_to_chinese() {
        assert_eq!(Text::zh("营业执照").get(Language::En), "营业执照");
        assert_eq!(Text::new("营业执照", "Business licence").get(Language::En), "Business licence");
        assert_eq!(Text::new("营业执照", "Business licence").get(Language::Zh), "营业执照");
    }
}
