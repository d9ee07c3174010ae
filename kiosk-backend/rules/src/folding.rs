//! One form for what people write in many: names, document numbers, phones, and whatever is keyed in.
//!
//! [`name`], [`Name::words`], [`number`], [`last_four`] and [`phone`] make the form that is indexed and the form that is
//! searched, wherever either happens. Stored indexes are made of it: whoever changes what folds together counts
//! [`VERSION`] up, and cases are indexed again.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

/// Counts the changes of what folds together.
pub const VERSION: u64 = 1;

/// The most words of a name that are indexed one by one.
pub const WORDS: usize = 6;

/// The most ways in which an organisation's name is indexed.
pub const ORGANISATION: usize = 2;

/// Legal forms at the end of an organisation's name, longer ones first.
const LEGAL_FORMS: [&str; 5] = ["股份有限公司", "有限责任公司", "有限公司", "合伙企业", "公司"];

/// How many characters of a number receipts and windows ask for.
pub const LAST: usize = 4;

/// First of the private-use characters by which GB 18030-2000 wrote what Unicode had not assigned yet.
const OLD_PRIVATE: u32 = 0xE815;
/// What U+E815 to U+E864 were, in order: the two-byte codes FE50 to FEA0 of GB 18030-2022, table of double-byte part 3.
const ASSIGNED: &str = "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻";

/// Traditional characters, each followed by its simplified one, by code point. From the characters of OpenCC
/// (TSCharacters, Apache-2.0), first choice of each; a table of our own, so that indexes do not change with a library.
static SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut characters = include_str!("folding/simplified.txt").chars().filter(|c| *c != '\n');
    std::iter::from_fn(|| characters.next().zip(characters.next())).collect()
});

/// The text with assigned characters in place of the private-use ones that older systems wrote (GB 18030-2000 and
/// -2005): for showing, printing and comparing. What is stored stays as it came.
pub fn assigned(text: &str) -> Cow<'_, str> {
    let known = |c: char| u32::from(c).checked_sub(OLD_PRIVATE).filter(|at| *at < 80);
    if !text.chars().any(|c| known(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let now = |c: char| known(c).and_then(|at| ASSIGNED.chars().nth(usize::try_from(at).ok()?)).unwrap_or(c);
    Cow::Owned(text.chars().map(now).collect())
}

/// A person's name without what people write differently: width, dots, spaces, apostrophes, accents, case, traditional
/// characters, private-use characters, and the order of names in Latin letters.
pub fn name(text: &str) -> String {
    Name::of(text).whole()
}

/// A person's name, folded: for whoever wants more than one form of it.
pub struct Name(Vec<String>);

impl Name {
    /// Folds it.
    pub fn of(text: &str) -> Self {
        Self(all_words(text))
    }

    /// As [`name`] has it.
    pub fn whole(&self) -> String {
        if self.0.len() < 2 || !self.0.iter().all(|word| word.is_ascii()) {
            return self.0.concat();
        }
        let mut words: Vec<&str> = self.0.iter().map(String::as_str).collect();
        words.sort_unstable();
        words.concat()
    }

    /// Its words, when it has several: each finds its bearer. At most [`WORDS`] of two letters or more.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let several = if self.0.len() < 2 { &[] } else { self.0.as_slice() };
        several.iter().map(String::as_str).filter(|word| word.chars().nth(1).is_some()).take(WORDS)
    }

    /// The one word that it is, when that was typed to find a name that has it.
    pub fn only_word(&self) -> Option<&str> {
        match self.0.as_slice() {
            [word] if word.chars().nth(1).is_some() => Some(word),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(…)")
    }
}

/// The ways in which an organisation is looked for: its whole name, and what is left of it without place and legal form,
/// such as 幸福超市 of 宜春市幸福超市有限公司. At most [`ORGANISATION`].
pub fn organisation(text: &str) -> Vec<String> {
    let whole = name(text);
    let form = LEGAL_FORMS.iter().find_map(|form| whole.strip_suffix(form));
    let mut core = form.unwrap_or(&whole);
    while let Some(rest) = without_place(core) {
        core = rest;
    }
    let core = core.to_owned();
    let mut all = vec![whole];
    all.extend(Some(core).filter(|core| core.chars().nth(1).is_some() && !all.contains(core)));
    all
}

/// The name without the province, city or county that it begins with. A supermarket's 市 is none.
fn without_place(name: &str) -> Option<&str> {
    let mut begins = name.char_indices().take(4).skip(2);
    let place = |(at, c): &(usize, char)| "省市县区".contains(*c) && !name[..*at].ends_with('超');
    let (at, c) = begins.find(place)?;
    Some(&name[at + c.len_utf8()..]).filter(|rest| rest.chars().nth(1).is_some())
}

fn all_words(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for c in decomposed(&assigned(text)) {
        if c.is_alphanumeric() && c != '\u{2BC}' && !is_mark(c) {
            for upper in c.to_uppercase() {
                fold_letter(simplified(upper), &mut folded);
            }
        } else if !is_apostrophe(c) && !is_mark(c) && !is_invisible(c) {
            folded.push(' ');
        }
    }
    folded.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Letters that do not decompose, as machine readable zones write them (ICAO 9303-3, section 6, table A).
fn fold_letter(c: char, folded: &mut String) {
    match c {
        'Æ' => folded.push_str("AE"),
        'Ø' | 'Œ' => folded.push_str("OE"),
        'Þ' => folded.push_str("TH"),
        'Đ' | 'Ð' => folded.push('D'),
        'Ħ' => folded.push('H'),
        'Ł' => folded.push('L'),
        'Ŧ' => folded.push('T'),
        _ => folded.push(c),
    }
}

fn simplified(c: char) -> char {
    SIMPLIFIED.binary_search_by_key(&c, |(traditional, _)| *traditional).map_or(c, |at| SIMPLIFIED[at].1)
}

/// A document number: its digits and Latin letters, in capitals. Labels, brackets and what separates are left out.
pub fn number(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    }
    decomposed(text).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// The last [`LAST`] characters of a number.
pub fn last_four(text: &str) -> String {
    let number = number(text);
    number[number.len().saturating_sub(LAST)..].to_owned()
}

/// A phone number: its digits without country code and extension.
pub fn phone(text: &str) -> String {
    let text = keyed(text).to_lowercase();
    let main = EXTENSIONS.iter().fold(text.as_str(), |main, mark| main.split(mark).next().unwrap_or_default());
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    ["0086", "86"]
        .iter()
        .find_map(|country| digits.strip_prefix(country).filter(|rest| rest.len() == 11 && rest.starts_with('1')))
        .unwrap_or(&digits)
        .to_owned()
}

/// What people write between a number and its extension, in lower case.
pub(crate) const EXTENSIONS: [&str; 6] = ["转", "分机", "ext", "#", "x", "*"];

/// What was keyed in, as a keyboard set to English would have written it: full-width forms, the punctuation of input
/// methods, spaces and dashes of any kind; invisible marks are gone. Chinese characters stay as they are.
pub fn keyed(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '。' | '｡' => '.',
        '、' | '､' => ',',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' => '-',
        '〜' => '~',
        '￥' => '¥',
        '【' => '[',
        '】' => ']',
        _ if c.is_whitespace() && !c.is_control() => ' ',
        _ => c,
    };
    text.chars().filter(|c| !is_invisible(*c)).map(plain).collect()
}

/// A text without the marks in it that nobody sees and somebody copied along.
pub fn seen(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

fn decomposed(text: &str) -> impl Iterator<Item = char> + '_ {
    const { DecomposingNormalizerBorrowed::new_nfkd() }.normalize_iter(text.chars())
}

/// `'` in its forms, and what stands for it in transcriptions.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '\u{2018}' | '\u{2019}' | '\u{2BB}' | '\u{2BC}' | '\u{2BF}')
}

/// Accents, and all else that combines with the letter before it.
fn is_mark(c: char) -> bool {
    const { CanonicalCombiningClassMapBorrowed::new() }.get_u8(c) != 0
}

/// What is not seen: soft hyphen, zero-width and direction marks, byte order mark, variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_one_however_it_is_written() {
        for (card, typed) in [
            ("买买提·吐尔逊", "买买提•吐尔逊"),
            ("买买提·吐尔逊", "买买提．吐尔逊"),
            ("买买提·吐尔逊", "买买提・吐尔逊"),
            ("买买提·吐尔逊", "买买提.吐尔逊"),
            ("买买提·吐尔逊", "买买提 吐尔逊"),
            ("买买提·吐尔逊", "买买提吐尔逊"),
            ("ERIKSSON ANNA MARIA", "ERIKSSON  ANNA MARIA"),
            ("ERIKSSON ANNA MARIA", "Anna Maria Eriksson"),
            ("ERIKSSON ANNA MARIA", "eriksson, anna-maria"),
            ("ERIKSSON<<ANNA<MARIA", "ＥＲＩＫＳＳＯＮ　ＡＮＮＡ　ＭＡＲＩＡ"),
            ("O'BRIEN SEAN", "O’Brien Seán"),
            ("OBRIEN SEAN", "O'Brien, Sean"),
            ("SOERENSEN JOERGEN", "Jørgen Sørensen"),
            ("王小明", "王 小明"),
            ("王小明", "王\u{200B}小明"),
            ("张\u{E863}", "张䶮"),
            ("張偉", "张伟"),
            ("劉𠀋", "刘𠀋"),
            ("ﾔﾏﾀﾞ", "ヤマダ"),
        ] {
            assert_eq!(name(card), name(typed), "{card} {typed}");
        }
        for (one, other) in [("张伟", "张玮"), ("ANNA LEE", "ANNE LEE"), ("王小明", "小明王"), ("𠀋", "𠀌")]
        {
            assert_ne!(name(one), name(other));
        }
        assert_eq!(name("· "), "");
    }

    #[test]
    fn each_word_of_a_name_finds_it() {
        let words = |text: &str| Name::of(text).words().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words("ERIKSSON ANNA MARIA"), ["ERIKSSON", "ANNA", "MARIA"]);
        assert_eq!(words("买买提·吐尔逊"), ["买买提", "吐尔逊"]);
        assert_eq!(words("王小明"), Vec::<String>::new());
        assert_eq!(words("LI X"), ["LI"]);
        let word = |text: &str| Name::of(text).only_word().map(str::to_owned);
        assert_eq!(word(" Eriksson "), Some("ERIKSSON".to_owned()));
        for not in ["anna maria", "a", "", "王"] {
            assert_eq!(word(not), None, "{not}");
        }
    }

    #[test]
    fn an_organisation_is_found_by_what_people_call_it() {
        for (name, core) in [
            ("宜春市幸福超市有限公司", Some("幸福超市")),
            ("江西省宜春市袁州区丰源（集团）有限责任公司", Some("丰源集团")),
            ("幸福超市", None),
            ("大家超市连锁有限公司", Some("大家超市连锁")),
            ("宜春市公司", Some("宜春市")),
            ("宜春慈善總會", None),
            ("Acme Trading Ltd", None),
        ] {
            let found = organisation(name);
            assert_eq!(found[0], super::name(name));
            assert_eq!(found.get(1).map(String::as_str), core, "{name}");
        }
        assert_eq!(organisation("宜春市　幸福超市 有限公司"), organisation("宜春市幸福超市有限公司"));
    }

    #[test]
    fn old_private_characters_are_shown_as_what_they_were() {
        assert_eq!(ASSIGNED.chars().count(), 80);
        for (old, now) in [('\u{E815}', '⺁'), ('\u{E816}', '𠂇'), ('\u{E863}', '䶮'), ('\u{E864}', '龻')] {
            assert_eq!(assigned(&format!("张{old}")), format!("张{now}"));
        }
        assert!(matches!(assigned("张三"), Cow::Borrowed("张三")));
        assert_eq!(assigned("\u{E814}\u{E865}"), "\u{E814}\u{E865}", "another vendor's own characters");
    }

    #[test]
    fn the_table_of_simplified_characters_is_sorted_and_final() {
        assert!(SIMPLIFIED.len() > 4000, "{}", SIMPLIFIED.len());
        assert!(SIMPLIFIED.is_sorted_by(|a, b| a.0 < b.0));
        for (traditional, plain) in SIMPLIFIED.iter() {
            assert_eq!(simplified(*plain), *plain, "{traditional}");
        }
    }

    #[test]
    fn numbers_and_phones_are_one_however_they_are_typed() {
        for (typed, form) in [
            ("11010519491231002x", "11010519491231002X"),
            ("１１０１０５ 1949－1231 ００２Ｘ", "11010519491231002X"),
            ("身份证号：11010519491231002X", "11010519491231002X"),
            ("A123456(7)", "A1234567"),
            ("E1234\u{200E}5678", "E12345678"),
        ] {
            assert_eq!(number(typed), form, "{typed}");
        }
        assert_eq!(last_four("００２Ｘ"), "002X");
        assert_eq!(last_four("11010519491231002x"), "002X");
        assert_eq!(last_four("7"), "7");
        for (typed, form) in [
            ("13912345678", "13912345678"),
            ("8613912345678", "13912345678"),
            ("+86 139-1234-5678", "13912345678"),
            ("（+86）139 1234 5678", "13912345678"),
            ("008613912345678", "13912345678"),
            ("１３９１２３４５６７８", "13912345678"),
            ("电话：139–1234–5678", "13912345678"),
            ("0795-3998000转8001", "07953998000"),
            ("0795-3998000 ext. 8001", "07953998000"),
            ("400-123-4567", "4001234567"),
            ("8621000", "8621000"),
        ] {
            assert_eq!(phone(typed), form, "{typed}");
        }
    }

    #[test]
    fn what_is_keyed_in_is_as_an_english_keyboard_writes_it() {
        for (typed, plain) in [
            ("１２，０００．５０", "12,000.50"),
            ("2026。2。3", "2026.2.3"),
            ("2026–02—03", "2026-02-03"),
            ("\u{202D}12\u{202C}", "12"),
            ("春\u{3000}晚", "春 晚"),
            ("a\nb", "a\nb"),
        ] {
            assert_eq!(keyed(typed), plain, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,30}") {
            for fold in [name, number, last_four, phone, keyed] {
                let once = fold(&text);
                prop_assert_eq!(fold(&once), once.clone(), "{}", text);
            }
            let once = assigned(&text);
            prop_assert_eq!(assigned(&once), once.clone());
        }

        #[test]
        fn separators_never_matter(parts in proptest::collection::vec("[A-Za-z]{2,6}", 1..4), mark in "[ ,.·•・．<-]{1,2}") {
            prop_assert_eq!(name(&parts.join(&mark)), name(&parts.join(" ")));
        }
    }
}
