//! Values that belong to a person.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A value that belongs to a person: it cannot be displayed, its `Debug` says only that it is there, and its memory
/// is wiped when it is dropped. Reading it is a visible act: [`Personal::expose`].
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Personal<T: Zeroize = String>(T);

impl<T: Zeroize> Personal<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Never hand it to a log, an error text or a `Debug`.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// Text that is being typed.
impl Personal {
    /// Adds one character without leaving a copy of the old text behind.
    pub fn push(&mut self, c: char) {
        if self.0.capacity() < self.0.len() + c.len_utf8() {
            let mut roomier = String::with_capacity((self.0.len() + 1) * 2 + 32);
            roomier.push_str(&self.0);
            self.0.zeroize();
            self.0 = roomier;
        }
        self.0.push(c);
    }

    /// Takes the last character away.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T: Zeroize> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(…)")
    }
}

impl<T: Zeroize> Drop for Personal<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing_of_the_value() {
        let name = Personal::from("张三丰");
        assert_eq!(format!("{name:?} {:?}", Some(&name)), "Personal(…) Some(Personal(…))");
    }

    #[test]
    fn typing_keeps_the_text() {
        let mut text = Personal::default();
        "13812345678十".chars().for_each(|c| text.push(c));
        text.pop();
        assert_eq!(text.expose(), "13812345678");
        text.clear();
        assert_eq!(text.expose(), "");
    }
}
