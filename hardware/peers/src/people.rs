//! A deck of cards by name. Everyone in it is made up; numbers have valid check digits and belong to nobody: they are
//! the examples of the standard GB 11643 and of the immigration bureau's leaflets, or were made here.

use crate::apdus::{Card, Social};
use crate::eid::Eid;
use crate::faults::{CardFaults, Damage};
use crate::specimen;
use crate::text::{self, Foreigner, Resident};

/// One card of the deck.
#[derive(Clone, Debug)]
pub struct NamedCard {
    /// Name to ask for it.
    pub name: &'static str,
    /// For a person who looks at the deck, in Chinese.
    pub title: &'static str,
    /// What it is for, in English.
    pub note: &'static str,
    /// What is printed on it for machines, as a scanner sends it; on travel documents.
    pub lines: Option<&'static str>,
    pub card: Card,
    /// How it misbehaves.
    pub faults: CardFaults,
}

/// No card has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no card {wanted:?}; there are: {known}")]
pub struct NoSuchCard {
    wanted: String,
    known: String,
}

/// Serial number of the clerk's card, for rosters.
pub const CLERK_UID: &str = "04A1B2C3D4E580";
/// Serial number of the second clerk's card.
pub const SECOND_CLERK_UID: &str = "04A1B2C3D4E581";
/// Serial number of the chief's card.
pub const CHIEF_UID: &str = "04A1B2C3D4E582";

/// The person on `wang-xiuying`.
pub const WANG_XIUYING: Resident<'static> = Resident {
    name: "王秀英",
    sex: "2",
    ethnicity: "01",
    birth: "19491231",
    address: "北京市朝阳区和平里街道样例胡同12号院3号楼",
    number: "11010519491231002X",
    issuer: "北京市公安局朝阳分局",
    valid_from: "20060815",
    valid_to: "长期",
};

/// The person on `li-jianguo` and on `li-jianguo-social`.
pub const LI_JIANGUO: Resident<'static> = Resident {
    name: "李建国",
    sex: "1",
    ethnicity: "11",
    birth: "19800101",
    address: "安徽省巢湖市庐江县样例镇幸福村民组7号",
    number: "34052419800101001X",
    issuer: "庐江县公安局",
    valid_from: "20170301",
    valid_to: "20370301",
};

/// A third person, for visits back to back.
pub const ZHAO_MIN: Resident<'static> = Resident {
    name: "赵敏",
    sex: "2",
    ethnicity: "02",
    birth: "19920618",
    address: "内蒙古自治区呼和浩特市新城区样例街5号",
    number: "15010219920618002X",
    issuer: "呼和浩特市公安局新城区分局",
    valid_from: "20180901",
    valid_to: "20380901",
};

/// The card of that name.
///
/// # Errors
/// [`NoSuchCard`]; it lists those there are.
pub fn by_name(name: &str) -> Result<NamedCard, NoSuchCard> {
    let mut deck = deck();
    match deck.iter().position(|card| card.name == name) {
        Some(at) => Ok(deck.swap_remove(at)),
        None => {
            let known = deck.iter().map(|card| card.name).collect::<Vec<_>>().join(", ");
            Err(NoSuchCard { wanted: name.to_owned(), known })
        }
    }
}

/// Every card.
pub fn deck() -> Vec<NamedCard> {
    let mut deck = people();
    deck.extend(staff());
    deck.extend(trouble());
    deck
}

fn named(name: &'static str, title: &'static str, note: &'static str, card: Card) -> NamedCard {
    NamedCard { name, title, note, lines: None, card, faults: CardFaults::default() }
}

fn people() -> Vec<NamedCard> {
    let social = Social {
        number: LI_JIANGUO.number.to_owned(),
        name: LI_JIANGUO.name.to_owned(),
        sex: '1',
        ethnicity: 11,
        birth: LI_JIANGUO.birth.to_owned(),
        issued: "20190520".to_owned(),
        valid_to: "20490520".to_owned(),
    };
    let resident = |person| Card::resident(text::resident(&person));
    vec![
        named(
            "wang-xiuying",
            "王秀英 身份证",
            "resident ID card, number ends in 002X, valid for ever",
            resident(WANG_XIUYING),
        ),
        named("li-jianguo", "李建国 身份证", "resident ID card, number ends in 001X", resident(LI_JIANGUO)),
        named("zhao-min", "赵敏 身份证", "resident ID card, number ends in 002X", resident(ZHAO_MIN)),
        named(
            "rare-name",
            "𠮷田\u{E863}华 身份证",
            "resident ID card; its name has a surrogate pair and a private-use character",
            resident(Resident { name: "𠮷田\u{E863}华", ..LI_JIANGUO }),
        ),
        named("li-jianguo-social", "李建国 社保卡", "social security card of the same person", Card::social(social)),
        named("chan-tai-man", "陳大文 港澳居民居住证", "layout J", hong_kong_permit()),
        named("sato-hanako", "SATO HANAKO 永久居留身份证", "layout Y", foreigner_permit()),
        named("joeorg", "JÕEORG 爱沙尼亚身份证", "identity card of Estonia", Card::foreign(Eid::estonia())),
        named("specimen", "SPECIMEN 比利时身份证", "identity card of Belgium", Card::foreign(Eid::belgium())),
        named("john-smith", "JOHN SMITH 永久居留证(旧版)", "layout I", foreigner_permit_old()),
        NamedCard {
            lines: Some(specimen::ANNA.lines),
            ..named(
                "anna-eriksson",
                "ERIKSSON ANNA MARIA 护照",
                "passport; number L898902C3, born 1974-08-12, valid until 2032-04-15; signed by whom this hall trusts",
                specimen::trusted(),
            )
        },
        NamedCard {
            lines: Some(specimen::PETER.lines),
            ..named(
                "peter-stevenson",
                "STEVENSON PETER JOHN 护照",
                "passport; number D23145890, born 1969-08-06, valid until 2034-06-23; its signer is not known here",
                specimen::untrusted(),
            )
        },
    ]
}

fn hong_kong_permit() -> Card {
    let person = Resident {
        name: "陳大文",
        sex: "1",
        ethnicity: "",
        birth: "19900307",
        address: "广东省深圳市南山区样例路88号",
        number: "810000199003070015",
        issuer: "深圳市公安局",
        valid_from: "20210105",
        valid_to: "20310105",
    };
    Card::resident(text::hong_kong_macau_taiwan(&person, "H12345678", "01"))
}

fn foreigner_permit() -> Card {
    Card::resident(text::foreigner(&Foreigner {
        chinese_name: "佐藤花子",
        latin_name: "SATO HANAKO OF THE VERY LONG FAMILY NAME LINE",
        sex: "1",
        birth: "19850101",
        number: "932682198501010017",
        nationality: "JPN",
        valid_from: "20231201",
        valid_to: "20331201",
    }))
}

fn foreigner_permit_old() -> Card {
    Card::resident(text::foreigner_old(&Foreigner {
        chinese_name: "史密斯",
        latin_name: "SMITH, JOHN",
        sex: "1",
        birth: "19700704",
        number: "USA110070070417",
        nationality: "USA",
        valid_from: "20190704",
        valid_to: "20290704",
    }))
}

fn staff() -> Vec<NamedCard> {
    vec![
        named("clerk", "工作人员卡 甲", "staff card", Card::serial(&[0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80])),
        named("second-clerk", "工作人员卡 乙", "staff card", Card::serial(&[0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x81])),
        named("chief", "科长卡", "staff card", Card::serial(&[0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x82])),
        named("stranger", "未登记的卡", "a card that no roster knows", Card::serial(&[0x04, 1, 2, 3, 4, 5, 6])),
        named("phone", "手机", "random serial number, as phones have", Card::serial(&[0x08, 0x3F, 0x91, 0x27])),
    ]
}

fn trouble() -> Vec<NamedCard> {
    let broken = |faults| NamedCard { faults, ..named("", "", "", Card::resident(text::resident(&LI_JIANGUO))) };
    let damage = |damage| broken(CardFaults { damage, ..CardFaults::default() });
    let wrong = Resident { number: "340524198001010011", ..LI_JIANGUO };
    let expired = Resident { valid_from: "20050301", valid_to: "20150301", ..LI_JIANGUO };
    let bad_date = Resident { birth: "19800231", ..LI_JIANGUO };
    vec![
        named("expired", "过期身份证", "its last day was 2015-03-01", Card::resident(text::resident(&expired))),
        named("check-digit", "校验码错误的身份证", "wrong check digit", Card::resident(text::resident(&wrong))),
        named("bad-date", "日期错误的身份证", "born on 31 February", Card::resident(text::resident(&bad_date))),
        named("blank", "空白卡", "holds nothing of use", Card::default()),
        NamedCard {
            lines: Some(specimen::ANNA.lines),
            ..named(
                "forged-passport",
                "被改过的护照",
                "passport altered after it was signed; number L898902C3, born 1974-08-12, valid until 2032-04-15",
                specimen::forged(),
            )
        },
        NamedCard {
            lines: Some(specimen::ANNA.lines),
            ..named(
                "copied-passport",
                "复制的护照",
                "chip copied from ERIKSSON ANNA MARIA's; number L898902C3, born 1974-08-12, valid until 2032-04-15",
                specimen::copied(),
            )
        },
        NamedCard {
            name: "torn",
            title: "过早取走的身份证",
            note: "taken away at the second command",
            ..broken(CardFaults { tear_at: Some(2), ..CardFaults::default() })
        },
        NamedCard {
            name: "mute",
            title: "无响应的卡",
            note: "never answers a command",
            ..broken(CardFaults { mute_from: Some(1), ..CardFaults::default() })
        },
        NamedCard {
            name: "slow",
            title: "很慢的身份证",
            note: "800 ms for each command",
            ..broken(CardFaults { delay_ms: 800, ..CardFaults::default() })
        },
        NamedCard { name: "garbage", title: "损坏的身份证", note: "meaningless data", ..damage(Damage::Garbage) },
        NamedCard {
            name: "forged-length",
            title: "长度被篡改的身份证",
            note: "announces more bytes than it has",
            ..damage(Damage::ForgedLength)
        },
        NamedCard {
            name: "short", title: "数据不全的身份证", note: "half of the data", ..damage(Damage::Short)
        },
        NamedCard {
            name: "long", title: "数据过长的身份证", note: "300 bytes too many", ..damage(Damage::Long)
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GB 11643-1999, after ISO 7064, MOD 11-2: each character weighs twice what the next does.
    fn is_valid(number: &str) -> bool {
        let value = |character: char| if character == 'X' { Some(10) } else { character.to_digit(10) };
        let sum = number.chars().try_fold(0, |sum, character| Some((sum * 2 + value(character)?) % 11));
        number.len() == 18 && sum == Some(1)
    }

    #[test]
    fn the_examples_of_the_standard_are_valid() {
        assert!(is_valid("11010519491231002X") && is_valid("440524188001010014"));
        assert!(!is_valid("110105194912310021") && !is_valid("1101051949123100X2"));
    }

    #[test]
    fn names_are_unique_and_found() {
        for card in deck() {
            assert_eq!(by_name(card.name).unwrap().title, card.title);
        }
        let error = by_name("nobody").unwrap_err().to_string();
        assert!(error.contains("\"nobody\"") && error.contains("wang-xiuying"), "{error}");
    }

    #[test]
    fn numbers_are_valid_but_for_the_one_that_is_not() {
        for number in [WANG_XIUYING.number, LI_JIANGUO.number, ZHAO_MIN.number, "810000199003070015"] {
            assert!(is_valid(number), "{number}");
        }
        // The immigration bureau's leaflet.
        assert!(is_valid("932682198501010017"));
        assert!(!is_valid("340524198001010011"));
    }
}
