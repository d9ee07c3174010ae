//! Names of people: no dictionary has them, but their characters come from a few hundred.

use std::collections::HashMap;

use super::characters;
use super::lexicon::{NAT, Word};

/// Family names and the characters of given names, commoner ones first.
const PEOPLE: &str = include_str!("../../../../assets/pinyin/people.txt");
/// The cost of the commonest given name, and of the commonest family name before one character and before two: whole
/// names of three are seldom written, and sound like much else.
const GIVEN: u32 = 112 * NAT / 10;
const FAMILY: u32 = 2 * NAT;
const FAMILY_OF_THREE: u32 = 6 * NAT;

/// Characters or family names with their rank, by letters.
type Ranked = HashMap<String, Vec<(&'static str, u32)>>;

/// Family names, and first and last characters of given names.
pub(super) struct People {
    family: Ranked,
    first: Ranked,
    last: Ranked,
}

impl People {
    pub(super) fn load() -> Self {
        Self { family: ranked("family "), first: ranked("first "), last: ranked("last ") }
    }

    /// Given names of two characters, and whole names, that `letters` spell.
    pub(super) fn names(&self, letters: &str) -> Vec<Word> {
        let mut names = self.given(letters);
        for (family, rest) in splits(letters) {
            for &(text, rank) in self.family.get(family).into_iter().flatten() {
                let single = [&self.first, &self.last].into_iter().filter_map(|ranked| ranked.get(rest)).flatten();
                let single = single.map(|&(given, other)| (FAMILY + GIVEN + rarity(other), given.to_owned()));
                let double = self.given(rest).into_iter().map(|given| (FAMILY_OF_THREE + given.cost, given.text));
                names.extend(single.chain(double).map(|(cost, given)| Word {
                    cost: cost + rarity(rank),
                    text: format!("{text}{given}"),
                    place: false,
                }));
            }
        }
        names.sort_by(|a, b| a.cost.cmp(&b.cost).then_with(|| a.text.cmp(&b.text)));
        names
    }

    fn given(&self, letters: &str) -> Vec<Word> {
        let mut names = Vec::new();
        for (head, tail) in splits(letters) {
            for &(first, rank) in self.first.get(head).into_iter().flatten() {
                for &(last, other) in self.last.get(tail).into_iter().flatten() {
                    names.push(Word {
                        cost: GIVEN + rarity(rank) + rarity(other) - if first == last { NAT } else { 0 },
                        text: format!("{first}{last}"),
                        place: false,
                    });
                }
            }
        }
        names
    }
}

/// Every way to cut letters in two.
fn splits(letters: &str) -> impl Iterator<Item = (&str, &str)> {
    (1..letters.len()).map(|at| letters.split_at(at))
}

/// What the rank of a character in its list costs: sixty-three places make a factor of e.
fn rarity(rank: u32) -> u32 {
    rank * 70
}

fn ranked(list: &str) -> Ranked {
    let line = PEOPLE.lines().find_map(|line| line.strip_prefix(list)).unwrap_or_default();
    let mut ranked = Ranked::new();
    for (text, rank) in line.split(' ').zip(0_u32..) {
        let mut spelt = vec![String::new()];
        for character in text.chars() {
            let readings = characters::readings(character);
            spelt = spelt.iter().flat_map(|head| readings.iter().map(move |r| format!("{head}{r}"))).collect();
        }
        for letters in spelt {
            ranked.entry(letters).or_default().push((text, rank));
        }
    }
    ranked
}
