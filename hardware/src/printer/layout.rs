//! Where lines end. Pure.

use super::document::{Text, Width};

/// Columns that a character takes: two for what stands in a square of its own in Chinese text, else one.
pub(crate) fn columns(character: char) -> usize {
    let wide = matches!(u32::from(character),
        0x1100..=0x115F | 0x2010..=0x2027 | 0x2030..=0x205E | 0x20AC | 0x2100..=0x2BFF | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFF);
    // × ÷ ° ± · § ¨ and Greek and Cyrillic letters are full-width in GBK.
    let wide = wide || matches!(character, '×' | '÷' | '°' | '±' | '·' | '§' | '¨' | 'Α'..='ω' | 'Ё'..='ё');
    if wide { 2 } else { 1 }
}

/// Columns of a text.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Marks that must not begin a line (GB/T 15834): they hang on to what is before them.
const CLINGS: &str = "，。、；：？！）》」』】”’…,.;:?!)%";

/// Breaks a paragraph into lines that fit on the paper. A word of Latin letters or digits is kept whole where it can
/// be; control characters are left out.
pub(crate) fn lines(paragraph: &Text, paper: Width) -> Vec<String> {
    let room = (paper.columns() / paragraph.size.scale().0).max(2);
    let hang = paragraph.hang.min(room / 2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(&paragraph.text) {
        if width(&line) + width(word.trim_end()) <= room {
            line.push_str(word);
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(hang);
        }
        for character in word.chars() {
            if width(&line) + columns(character) > room {
                lines.push(std::mem::replace(&mut line, " ".repeat(hang)).trim_end().to_owned());
            }
            line.push(character);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Cuts between words: after a space, and on either side of a Chinese character, but never before a mark that clings.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, character) in text.char_indices() {
        let breaks = before.is_some_and(|before| {
            (before == ' ' && character != ' ') || columns(before) == 2 || columns(character) == 2
        });
        if breaks && !CLINGS.contains(character) {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(character);
    }
    words.push(&text[start..]);
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::document::Size;
    use super::*;

    fn text(text: &str, size: Size, hang: usize) -> Text {
        Text { text: text.to_owned(), size, hang, ..Text::default() }
    }

    #[test]
    fn lines_end_where_a_reader_expects_it() {
        for (given, size, hang, expected) in [
            ("", Size::Normal, 0, vec![""]),
            ("一二三四五六七八九十一二三四五六", Size::Normal, 0, vec!["一二三四五六七八九十一二三四五六"]),
            ("一二三四五六七八九十一二三四五六，七", Size::Normal, 0, vec!["一二三四五六七八九十一二三四五", "六，七"]),
            ("receipt number 12345678901234567890", Size::Normal, 0, vec!["receipt number", "12345678901234567890"]),
            ("1. 身份证复印件一份", Size::Double, 3, vec!["1. 身份证复印件", "   一份"]),
            ("12345678901234567890", Size::Double, 0, vec!["1234567890123456", "7890"]),
        ] {
            assert_eq!(lines(&text(given, size, hang), Width::Mm58), expected, "{given}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_hangs_over(given in "[ a-z0-9一-龥，。]{0,80}", hang in 0_usize..8) {
            for size in [Size::Normal, Size::Double, Size::Huge] {
                let lines = lines(&text(&given, size, hang), Width::Mm58);
                let room = Width::Mm58.columns() / size.scale().0;
                prop_assert!(lines.iter().all(|line| width(line) <= room), "{lines:?}");
                let bare = |text: &str| text.replace(' ', "");
                prop_assert_eq!(bare(&lines.concat()), bare(&given));
            }
        }
    }
}
