//! Typing over the words of the shipped catalogue.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use inputx_pinyin::VALID_SYLLABLES;
use proptest::prelude::*;

use super::*;
use crate::testing::shipped;

fn ime() -> &'static Ime {
    static IME: OnceLock<Ime> = OnceLock::new();
    IME.get_or_init(|| Ime::load(&shipped()))
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

/// Candidates of the first page and three more, as `entry.rs` has them.
const THREE_PAGES: usize = 6 + 3 * 50;

#[test]
fn every_standard_character_is_within_three_pages_of_its_syllable() {
    let table = include_str!("../../../../assets/pinyin/characters.tsv");
    let mut seen = BTreeSet::new();
    for (syllable, characters) in table.lines().filter_map(|line| line.split_once('\t')) {
        let candidates = among(syllable, THREE_PAGES);
        for character in characters.chars() {
            assert!(candidates.contains(&character.to_string()), "{syllable} {character}");
            seen.insert(character);
        }
    }
    // The table's 8,105 and 〇.
    assert_eq!(seen.len(), 8_106);
}

/// The tables are searched as sorted.
#[test]
fn the_tables_are_in_order() {
    for table in [
        include_str!("../../../../assets/pinyin/characters.tsv"),
        include_str!("../../../../assets/pinyin/names.tsv"),
        include_str!("../../../../assets/pinyin/first.tsv"),
    ] {
        let keys: Vec<&str> = table.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert!(keys.is_sorted() && keys.len() > 400);
    }
}

#[test]
fn other_rare_characters_of_names_come_last() {
    for (letters, character) in
        [("yan", "龑"), ("zhe", "喆"), ("kun", "堃"), ("lv", "侣"), ("tao", "焘"), ("dao", "焘")]
    {
        assert!(among(letters, 2_000).contains(&character.to_owned()), "{letters} {character}");
    }
}

#[test]
fn a_plain_syllable_opens_with_a_character() {
    for syllable in VALID_SYLLABLES.iter().filter(|syllable| !characters::standard(syllable).is_empty()) {
        let first = first(syllable);
        assert_eq!(first.chars().count(), 1, "{syllable}: {first}");
    }
}

#[test]
fn names_of_departments_come_first() {
    let departments = shipped().departments;
    for department in &departments {
        let name = &department.name.zh;
        let letters: String =
            name.chars().map(|c| if c == '行' { "xing".into() } else { spell::readings(c)[0].clone() }).collect();
        assert_eq!(first(&letters), *name, "{letters}");
    }
    assert!(departments.len() > 10);
}

#[test]
fn endings_of_places_and_organisations_come_right() {
    for (letters, text) in [
        ("taopuzhen", "桃浦镇"),
        ("wangjiazhen", "王家镇"),
        ("hepingjiedao", "和平街道"),
        ("renmindadao", "人民大道"),
        ("zhongshandonglu", "中山东路"),
        ("wenhuaxian", "文化县"),
        ("xincunxiang", "新村乡"),
        ("jianzhuyuan", "建筑员"),
        ("dianlixiehui", "电力协会"),
        ("hongqiqu", "红旗区"),
    ] {
        assert!(among(letters, 3).contains(&text.to_owned()), "{letters}: {:?}", among(letters, 6));
    }
}

#[test]
fn exact_words_come_before_the_catalogues_phrases() {
    // 车辆, 广告, 设立 and 拟任 are words of the catalogue that these letters would abbreviate, confuse or begin.
    for letters in ["chen", "yang", "sheli", "lin", "shanghai", "linren"] {
        let first = first(letters);
        assert!(!["车辆", "广告", "拟任", "社会"].contains(&first.as_str()), "{letters}: {first}");
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

/// Letters and the text that a person means by them: places, names of firms and of people, papers, callings, everyday
/// words.
const TYPED: &str = include_str!("../../tests/cases/typing.tsv");

#[test]
fn what_people_type_comes_first_or_soon() {
    let cases: Vec<(&str, &str)> = TYPED.lines().filter_map(|line| line.split_once('\t')).collect();
    let place = |letters: &str, text: &str| among(letters, 60).iter().position(|candidate| candidate == text);
    let places: Vec<Option<usize>> = cases.iter().map(|(letters, text)| place(letters, text)).collect();
    let within = |limit: usize| places.iter().flatten().filter(|&&place| place < limit).count() * 100 / cases.len();
    let late = || cases.iter().zip(&places).filter(|(_, place)| **place != Some(0)).collect::<Vec<_>>();
    assert!(within(1) >= 80 && within(5) >= 93, "{} %, {} %: {:?}", within(1), within(5), late());
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
