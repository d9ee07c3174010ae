//! Initials of a name, as people type them to find somebody: `张三丰` is `zsf`, `John Smith` is `js`.

use pinyin::ToPinyinMulti as _;

use crate::folding::assigned;

/// The most ways to write one name's initials: characters with several readings make several, the usual ones first.
pub const READINGS: usize = 4;
/// How many letters can be meant as initials. One would find half the town.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=12;

/// The ways to write a name's initials, lower case, at most [`READINGS`]; none for a name without letters.
pub fn readings(name: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut in_word = false;
    for character in assigned(name).chars() {
        let letters = letters(character);
        let starts = !(in_word && character.is_ascii_alphabetic());
        in_word = character.is_ascii_alphabetic();
        if letters.is_empty() || !starts {
            continue;
        }
        // The first character's readings vary first: a surname such as 单 or 曾 is what people disagree about.
        let longer = letters.iter().flat_map(|letter| all.iter().map(move |start| format!("{start}{letter}")));
        all = longer.take(READINGS).collect();
    }
    all.retain(|initials| !initials.is_empty());
    all
}

/// What was typed, when it can be initials.
pub fn typed(text: &str) -> Option<String> {
    let letters: String =
        text.chars().filter(|c| !matches!(c, ' ' | '.' | '·' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    (letters.chars().all(|c| c.is_ascii_lowercase()) && LETTERS.contains(&letters.len())).then_some(letters)
}

fn letters(character: char) -> Vec<char> {
    if character.is_ascii_alphabetic() {
        return vec![character.to_ascii_lowercase()];
    }
    let mut letters = Vec::new();
    if let Some(multi) = character.to_pinyin_multi() {
        for reading in multi {
            let first = reading.plain().chars().next().map(|c| if c == 'ü' { 'v' } else { c });
            letters.extend(first.filter(|first| first.is_ascii_lowercase() && !letters.contains(first)));
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_found_as_people_type_them() {
        for (name, wanted) in [
            ("张三丰", "zsf"),
            ("欧阳修", "oyx"),
            ("John Smith", "js"),
            ("阿卜杜拉·买买提", "abdlmmt"),
            ("单雄信", "sxx"),
            ("张\u{E863}", "zy"),
            ("张䶮", "zy"),
        ] {
            assert!(readings(name).iter().any(|one| one == wanted), "{name}: {:?}", readings(name));
        }
        assert!(readings("曾国藩").contains(&"zgf".to_owned()), "{:?}", readings("曾国藩"));
        assert!(readings("12 ·").is_empty());
    }

    #[test]
    fn only_letters_are_initials() {
        assert_eq!(typed(" Z.S.F "), Some("zsf".to_owned()));
        for not in ["z", "张三", "002x", "", "abcdefghijklm"] {
            assert_eq!(typed(not), None, "{not}");
        }
    }

    proptest! {
        #[test]
        fn any_name_has_few_short_readings(name in "\\PC{0,40}") {
            let all = readings(&name);
            prop_assert!(all.len() <= READINGS);
            for one in all {
                prop_assert!(!one.is_empty() && one.bytes().all(|byte| byte.is_ascii_lowercase()));
            }
        }
    }
}
