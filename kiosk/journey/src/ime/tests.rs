//! Typing over the words of the shipped catalogue.

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

fn ime() -> &'static Ime {
    static IME: OnceLock<Ime> = OnceLock::new();
    IME.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
        let files: Vec<(String, String)> = std::fs::read_dir(folder)
            .expect("the catalogue's folder")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a text file")))
            .collect();
        Ime::load(&Catalogue::from_files(&files).unwrap_or_else(|flaws| panic!("{flaws}")))
    })
}

fn first(letters: &str) -> String {
    ime().candidates(letters, 1).first().map(|candidate| candidate.text.clone()).unwrap_or_default()
}

fn among(letters: &str, limit: usize) -> Vec<String> {
    ime().candidates(letters, limit).into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn words_of_the_catalogue_come_first() {
    for (letters, text) in [
        ("yingyexingyanchu", "营业性演出"),
        ("yingyexingyanch", "营业性演出"),
        ("yyxyc", "营业性演出"),
        ("yingyezhizhao", "营业执照"),
        ("shipinjingyingxuke", "食品经营许可"),
        ("budongchanzhuanyi", "不动产转移"),
        ("shenfenzheng", "身份证"),
        ("nongyao", "农药"),
    ] {
        assert_eq!(first(letters), text, "{letters}");
    }
}

#[test]
fn dictionary_words_and_single_characters() {
    for (letters, text) in [("zhongguo", "中国"), ("xingfu", "幸福"), ("de", "的"), ("yanglao", "养老"), ("nv", "女")]
    {
        assert!(among(letters, 6).contains(&text.to_owned()), "{letters}: {:?}", among(letters, 6));
    }
}

#[test]
fn what_no_dictionary_knows_is_composed_or_chosen_piece_by_piece() {
    let mut composition = Composition::default();
    "xingfuyanglaoyuan".chars().for_each(|letter| composition.push(letter));
    for wanted in ["幸福", "养老院"] {
        let candidates = ime().candidates(composition.letters(), 60);
        let candidate = candidates.iter().find(|candidate| candidate.text == wanted);
        composition
            .choose(candidate.unwrap_or_else(|| panic!("{wanted} among {:?}", among(composition.letters(), 60))));
    }
    assert_eq!((composition.text(), composition.letters()), ("幸福养老院", ""));
}

#[test]
fn rare_characters_of_names_are_there() {
    for (letters, character) in [("yan", "䶮"), ("zhe", "喆"), ("kun", "堃"), ("lv", "侣")] {
        assert!(among(letters, 2_000).contains(&character.to_owned()), "{letters} {character}");
    }
}

#[test]
fn confused_sounds_are_found() {
    assert!(among("zongguo", 12).contains(&"中国".to_owned()), "{:?}", among("zongguo", 12));
    assert!(among("lan", 400).contains(&"男".to_owned()));
}

#[test]
fn keys() {
    let mut composition = Composition::with_text("张");
    composition.push('N');
    composition.push('ü');
    assert_eq!((composition.text(), composition.letters()), ("张", "nv"));
    composition.push('3');
    assert_eq!((composition.text(), composition.letters()), ("张nv3", ""));
    assert!(composition.backspace() && composition.backspace());
    composition.push('\n');
    assert_eq!(composition.text(), "张n");
    assert!(composition.backspace() && composition.backspace() && !composition.backspace());
    assert!(composition.is_empty());
    assert_eq!(format!("{composition:?}"), "Composition { letters: 0, .. }");
}

proptest! {
    #[test]
    fn the_same_letters_give_the_same_candidates(letters in "[a-z]{0,14}", limit in 0_usize..40) {
        let candidates = ime().candidates(&letters, limit);
        prop_assert_eq!(&candidates, &ime().candidates(&letters, limit));
        prop_assert!(candidates.len() <= limit);
        for candidate in candidates {
            prop_assert!((1..=letters.len()).contains(&candidate.letters) && !candidate.text.is_empty());
        }
    }

    #[test]
    fn every_syllable_gives_something(at in 0_usize..400) {
        let syllable = VALID_SYLLABLES[at];
        prop_assert!(!ime().candidates(syllable, 1).is_empty(), "{}", syllable);
    }
}
