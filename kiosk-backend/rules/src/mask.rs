//! How personal data is shown on screens, receipts and lists.

use crate::folding::assigned;

/// `张三丰` → `张**`: the first character, then one star for each other, at most three. Compound surnames are not
/// told apart, and a name in Latin letters keeps its first letter.
pub fn name(name: &str) -> String {
    let name = assigned(name);
    let mut chars = name.trim().chars();
    let Some(first) = chars.next() else { return String::new() };
    let rest = chars.count();
    let mut masked = String::from(first);
    masked.extend(std::iter::repeat_n('*', rest.clamp(1, 3)));
    masked
}

/// `11010519491231002X` → `110***********002X`: the first three and the last four. Shorter numbers show less; up to
/// four characters show nothing.
pub fn document_number(number: &str) -> String {
    match number.trim().chars().count() {
        n @ 0..=4 => "*".repeat(n),
        5..=8 => keep(number, 1, 1),
        9..=11 => keep(number, 1, 3),
        _ => keep(number, 3, 4),
    }
}

/// `13812345678` → `138****5678`. Shorter numbers show less.
pub fn phone(number: &str) -> String {
    match number.trim().chars().count() {
        n @ 0..=4 => "*".repeat(n),
        5..=8 => keep(number, 1, 2),
        _ => keep(number, 3, 4),
    }
}

fn keep(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    let stars = chars.len().saturating_sub(head + tail);
    let mut masked: String = chars.iter().take(head).collect();
    masked.extend(std::iter::repeat_n('*', stars));
    masked.extend(chars.iter().skip(head + stars));
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_screens_show_them() {
        assert_eq!(name("张三丰"), "张**");
        assert_eq!(name("李四"), "李*");
        assert_eq!(name("王"), "王*");
        assert_eq!(name("阿卜杜拉·买买提"), "阿***");
        assert_eq!(name(" "), "");
        assert_eq!(name("\u{E863}三"), "䶮*", "a private-use character of older systems");
        assert_eq!(document_number("110105194912311234"), "110***********1234");
        assert_eq!(document_number("E12345678"), "E*****678");
        assert_eq!(document_number("1234"), "****");
        assert_eq!(phone("13812341234"), "138****1234");
    }

    proptest! {
        #[test]
        fn never_shows_more_than_seven_characters(number in "[0-9A-Z]{0,30}") {
            for masked in [document_number(&number), phone(&number)] {
                prop_assert!(masked.chars().filter(|c| *c != '*').count() <= 7);
                prop_assert_eq!(masked.chars().count(), number.chars().count());
                prop_assert!(number.is_empty() || masked.contains('*'));
            }
        }
    }
}
