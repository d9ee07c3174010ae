//! Text that belongs to a person.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Text that belongs to a person: it cannot be displayed, its `Debug` says only that it is there, and its memory is
/// wiped when it is dropped. Reading it is a visible act: [`Personal::expose`].
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Personal(String);

impl Personal {
    /// Takes over `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Never hand it to a log, an error text or a `Debug`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Adds one character without leaving a copy of the old text behind.
    pub(crate) fn push(&mut self, c: char) {
        if self.0.capacity() < self.0.len() + c.len_utf8() {
            let mut roomier = String::with_capacity((self.0.len() + 1) * 2 + 32);
            roomier.push_str(&self.0);
            self.0.zeroize();
            self.0 = roomier;
        }
        self.0.push(c);
    }

    /// Takes the last character away.
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// Empties it.
    pub(crate) fn clear(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(…)")
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
