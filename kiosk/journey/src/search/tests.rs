//! Searches over a small hand-made catalogue and over the one that ships.

use std::sync::OnceLock;

use hall_rules::Catalogue;
use proptest::prelude::*;

use super::*;
use crate::search::spell;
use crate::testing::shipped;

fn names(index: &SearchIndex, catalogue: &Catalogue, typed: &str) -> Vec<String> {
    index.query(typed, 5).hits.iter().map(|hit| catalogue.items[hit.item].name.zh.clone()).collect()
}

/// The shipped catalogue with only these names, no keywords and no English.
fn named(names: &[&str]) -> (SearchIndex, Catalogue) {
    let mut catalogue = shipped();
    catalogue.items.truncate(names.len());
    for (item, name) in catalogue.items.iter_mut().zip(names) {
        item.name = hall_rules::Text::zh(*name);
        item.keywords.clear();
        item.usage_rank = 0;
    }
    (SearchIndex::build(&catalogue), catalogue)
}

#[test]
fn every_way_of_typing_finds_it() {
    let catalogue = shipped();
    let index = SearchIndex::build(&catalogue);
    for typed in [
        "yyxyc",
        "YYXYC",
        "yingyexingyanchu",
        "yingyexingyan",
        "yingyexingyanch",
        "yingyexyc",
        "yyxyanchu",
        "yinyexinyanchu", // ng and n confused
        "营业性演出",
        "营业性yc",
        "yanchu",
        "ych",
        "yan chu",
        "演唱会",
        "yanchanghui",
        "performances",
        "approval of comm",
    ] {
        let found = names(&index, &catalogue, typed);
        assert!(found.iter().any(|name| name.starts_with("营业性演出审批")), "{typed}: {found:?}");
    }
}

#[test]
fn matches_start_at_a_syllable() {
    let (index, catalogue) = named(&["营业性演出审批"]);
    assert_eq!(names(&index, &catalogue, "ing"), Vec::<String>::new());
    assert_eq!(names(&index, &catalogue, "yeye"), Vec::<String>::new());
    assert_eq!(names(&index, &catalogue, ""), Vec::<String>::new());
    assert_eq!(names(&index, &catalogue, "' -"), Vec::<String>::new());
}

#[test]
fn xian_is_one_syllable_or_two() {
    let (index, catalogue) = named(&["先进", "西安分局", "危险品"]);
    let found = names(&index, &catalogue, "xian");
    assert_eq!(found, ["先进", "西安分局", "危险品"]);
}

#[test]
fn better_matches_come_first() {
    let (index, catalogue) = named(&["关于城市道路", "城市道路", "城市"]);
    assert_eq!(names(&index, &catalogue, "chengshi"), ["城市", "城市道路", "关于城市道路"]);
    assert_eq!(names(&index, &catalogue, "cs"), ["城市道路", "城市", "关于城市道路"]);
}

#[test]
fn proper_spelling_beats_confused_spelling() {
    let (index, catalogue) = named(&["蓝天", "南天"]);
    assert_eq!(names(&index, &catalogue, "nantian"), ["南天", "蓝天"]);
    assert_eq!(names(&index, &catalogue, "lantian"), ["蓝天", "南天"]);
}

#[test]
fn polyphones() {
    let (index, catalogue) = named(&["银行开户", "行驶证"]);
    assert_eq!(names(&index, &catalogue, "yinhang"), ["银行开户"]);
    assert_eq!(names(&index, &catalogue, "xingshi"), ["行驶证"]);
}

#[test]
fn the_matched_characters_are_told() {
    let (index, _) = named(&["挖掘城市道路审批"]);
    assert_eq!(index.query("csdl", 5).hits[0].highlights.first(), Some(&(2..6)));
    assert_eq!(index.query("chengshid", 5).hits[0].highlights.first(), Some(&(2..5)));
    let catalogue = shipped();
    let index = SearchIndex::build(&catalogue);
    let hit = &index.query("网吧", 5).hits[0];
    assert_eq!((catalogue.items[hit.item].code.as_str(), hit.keyword.as_deref()), ("internet-cafe", Some("网吧")));
    assert_eq!(hit.highlights, []);
    let english = &index.query("food", 5).hits[0];
    assert_eq!((catalogue.items[english.item].code.as_str(), english.english), ("food-licence", true));
    assert_eq!(english.highlights.first(), Some(&(0..4)));
}

/// Everyday phrases and the numbers of the files of the items meant.
const PHRASES: &str = include_str!("../../tests/cases/search.tsv");

#[test]
fn everyday_phrases_find_their_items() {
    let (index, catalogue) = indexed();
    let cases: Vec<(&str, &str)> = PHRASES.lines().filter_map(|line| line.split_once('\t')).collect();
    let place = |phrase: &str, numbers: &str| {
        let wanted = |item: usize| numbers.split(',').any(|number| number.parse() == Ok(item + 1));
        index.query(phrase, 3).hits.iter().position(|hit| wanted(hit.item))
    };
    let places: Vec<Option<usize>> = cases.iter().map(|(phrase, numbers)| place(phrase, numbers)).collect();
    let within = |limit: usize| places.iter().flatten().filter(|&&place| place < limit).count() * 100 / cases.len();
    let late: Vec<String> = cases
        .iter()
        .zip(&places)
        .filter(|(_, place)| **place != Some(0))
        .map(|((phrase, numbers), _)| format!("{phrase} {numbers}: {:?}", names(index, catalogue, phrase)))
        .collect();
    assert!(within(1) >= 85 && within(3) >= 95, "{} %, {} %: {late:#?}", within(1), within(3));
}

/// Any name or keyword with a character or syllable more, before or after it, still finds its item.
#[test]
fn a_syllable_more_than_is_written_finds_something() {
    let (index, catalogue) = indexed();
    let mut missed = Vec::new();
    for item in &catalogue.items {
        let chinese = item.keywords.iter().filter(|keyword| keyword.chars().all(|c| !spell::readings(c).is_empty()));
        for keyword in chinese.filter(|keyword| keyword.chars().count() >= 2) {
            let pinyin: String = keyword.chars().map(|c| spell::readings(c)[0].clone()).collect();
            for typed in [format!("{keyword}吗"), format!("补{keyword}"), format!("{pinyin}ma"), format!("bu{pinyin}")]
            {
                if index.query(&typed, 5).hits.is_empty() {
                    missed.push(typed);
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn sounds_and_letters_that_are_confused() {
    let (index, catalogue) = indexed();
    for (typed, wanted) in [
        ("kaihuandian", "food-licence"),
        ("jaizhao", "driving-licence"),
        ("shebaoak", "social-security-card"),
        ("lvguan", "hygiene-permit"),
        ("lantinongyao", "pesticide-licence"),
        ("canjizheng", "disability-certificate"),
        ("buyexingyanchu", "commercial-performance"),
        ("nonyao", "pesticide-licence"),
        ("longyao", "pesticide-licence"),
    ] {
        let found: Vec<&str> =
            index.query(typed, 3).hits.iter().map(|hit| catalogue.items[hit.item].code.as_str()).collect();
        assert!(found.contains(&wanted), "{typed}: {found:?}");
    }
}

#[test]
fn people_find_things_in_english() {
    let (index, catalogue) = indexed();
    for (typed, wanted) in [
        ("shop", "sole-trader"),
        ("RESTAURANT", "food-licence"),
        ("driving license", "driving-licence"),
        ("open a restaurant", "food-licence"),
        ("hairdresser", "hygiene-permit"),
        ("concert", "commercial-performance"),
        ("start a company", "company"),
        ("cigarettes", "tobacco-licence"),
        ("disabled", "disability-certificate"),
        ("pension", "flexible-worker-pension"),
        ("selling a house", "property-transfer"),
        ("teacher", "teacher-qualification"),
        ("lost social security card", "social-security-card"),
        ("elevator", "special-equipment"),
    ] {
        let found: Vec<&str> =
            index.query(typed, 3).hits.iter().map(|hit| catalogue.items[hit.item].code.as_str()).collect();
        assert!(found.contains(&wanted), "{typed}: {found:?}");
    }
}

/// The first `count` initials of a name.
fn initials(name: &str, count: usize) -> String {
    name.chars().filter_map(|c| spell::readings(c).first().and_then(|r| r.chars().next())).take(count).collect()
}

/// How many items are among the first five after `count` initials.
fn reached(catalogue: &Catalogue, count: usize) -> usize {
    let index = SearchIndex::build(catalogue);
    let items = catalogue.items.iter().enumerate();
    items
        .filter(|(at, item)| index.query(&initials(&item.name.zh, count), 5).hits.iter().any(|hit| hit.item == *at))
        .count()
}

#[test]
fn four_initials_bring_an_item_among_the_first_five() {
    let catalogue = shipped();
    let reached = reached(&catalogue, 4);
    assert!(reached * 100 >= catalogue.items.len() * 95, "{reached} of {}", catalogue.items.len());
}

fn indexed() -> &'static (SearchIndex, Catalogue) {
    static INDEXED: OnceLock<(SearchIndex, Catalogue)> = OnceLock::new();
    INDEXED.get_or_init(|| {
        let catalogue = shipped();
        (SearchIndex::build(&catalogue), catalogue)
    })
}

proptest! {
    #[test]
    fn no_query_panics_and_highlights_lie_within(typed in ".{0,12}", letters in "[a-z]{0,8}") {
        let (index, catalogue) = indexed();
        for query in [typed, letters] {
            let found = index.query(&query, 5);
            prop_assert!(found.hits.len() <= 5 && found.hits.len() <= found.total);
            for hit in found.hits {
                let item = &catalogue.items[hit.item];
                let length = if hit.english { &item.name.en } else { &item.name.zh }.chars().count();
                prop_assert!(hit.highlights.iter().all(|range| !range.is_empty() && range.end <= length));
            }
        }
    }

    #[test]
    fn any_run_of_a_name_finds_it(item in 0_usize..30, start in 0_usize..6, length in 2_usize..8) {
        let (index, catalogue) = indexed();
        let run: String = catalogue.items[item].name.zh.chars().skip(start).take(length).collect();
        prop_assume!(run.chars().any(|c| !spell::readings(c).is_empty()));
        let found = index.query(&run, 30);
        prop_assert!(found.hits.iter().any(|hit| hit.item == item), "{}", run);
    }
}
