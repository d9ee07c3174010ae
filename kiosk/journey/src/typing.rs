//! What keys do to a value that is typed.

use kiosk_wire::Personal;

use crate::touch::Key;

/// Applies a key to a value of at most `longest` characters. Letters become capitals.
pub(crate) fn type_into(value: &mut Personal, key: Key, longest: usize, takes: impl Fn(char) -> bool) -> bool {
    match key {
        Key::Char(c) if takes(c) && value.expose().chars().count() < longest => value.push(c.to_ascii_uppercase()),
        Key::Delete => value.pop(),
        Key::Clear => value.clear(),
        Key::Char(_) | Key::Space | Key::Candidate(_) => return false,
    }
    true
}

/// `20261123` → `2026-11-23`, as far as it was typed.
pub(crate) fn dashed(digits: &str) -> String {
    if digits.contains('-') {
        return digits.to_owned();
    }
    let mut text = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at == 4 || at == 6 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_they_are_typed() {
        assert_eq!(dashed("2026"), "2026");
        assert_eq!(dashed("202611"), "2026-11");
        assert_eq!(dashed("20261123"), "2026-11-23");
        assert_eq!(dashed("2026-11-23"), "2026-11-23");
    }
}
