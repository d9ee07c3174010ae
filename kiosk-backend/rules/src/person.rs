//! Is this the same person? A resident ID card and a social security card with one number are one person.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::folding;

/// Families of documents: within one, a number names one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentFamily {
    /// 公民身份号码, on a resident ID card, a residence permit for HK, Macau and Taiwan residents, a foreign permanent
    /// resident ID card of the new form, or a social security card.
    ResidentNumber,
    /// Foreign permanent resident ID card, old 15-character number.
    ForeignResidentOld,
    TravelDocument,
}

impl DocumentFamily {
    /// Its code, as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::ResidentNumber => "resident_number",
            Self::ForeignResidentOld => "foreign_resident_old",
            Self::TravelDocument => "travel_document",
        }
    }
}

/// Document family and number, in one form. It is personal data: `Debug` hides it, it is wiped when dropped, and a
/// database stores only a keyed hash of it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Zeroize, ZeroizeOnDrop)]
pub struct PersonKey(String);

impl PersonKey {
    /// The key of a document; [`folding::number`] makes `…00x` and `…００Ｘ` one.
    pub fn new(family: DocumentFamily, number: &str) -> Self {
        let mut key = String::with_capacity(family.code().len() + 1 + number.len());
        key.push_str(family.code());
        key.push(':');
        key.push_str(&Zeroizing::new(folding::number(number)));
        Self(key)
    }

    /// The text to hash.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_person() {
        let id_card = PersonKey::new(DocumentFamily::ResidentNumber, "11010519491231002X");
        for typed in [" 11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２ｘ"]
        {
            assert_eq!(id_card, PersonKey::new(DocumentFamily::ResidentNumber, typed), "{typed}");
        }
        assert_ne!(id_card, PersonKey::new(DocumentFamily::TravelDocument, "11010519491231002X"));
        assert_eq!(id_card.expose(), "resident_number:11010519491231002X");
        assert_eq!(format!("{id_card:?}"), "PersonKey(…)");
    }
}
