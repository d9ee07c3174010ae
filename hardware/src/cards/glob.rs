//! Patterns over reader names: `*` stands for any run of characters, `?` for one.

/// Whether `name` fits `pattern`, letters compared as they are.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let mut pattern = pattern.chars();
    match pattern.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = pattern.as_str();
            name.char_indices().any(|(at, _)| matches(rest, &name[at..])) || matches(rest, "")
        }
        Some(wanted) => {
            let mut name = name.chars();
            match name.next() {
                Some(found) if wanted == '?' || wanted == found => matches(pattern.as_str(), name.as_str()),
                Some(_) | None => false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, fits) in [
            ("*", "Virtual PCD 00 00", true),
            ("*", "", true),
            ("", "x", false),
            ("Kiosk ID Reader*", "Kiosk ID Reader 00 00", true),
            ("Kiosk ID Reader*", "Other Kiosk ID Reader", false),
            ("*Reader*00", "Kiosk ID Reader 00 00", true),
            ("*Reader*01", "Kiosk ID Reader 00 00", false),
            ("精伦 ?", "精伦 1", true),
            ("精伦 ?", "精伦 ", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern:?} over {name:?}");
        }
    }
}
