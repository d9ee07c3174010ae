//! What every terminal of a hall must know of it. Signed by the hall's key, kept by the terminal for when it is alone.

use serde::{Deserialize, Serialize};

use crate::kiosk_api::CalendarYear;

/// The signed settings that a terminal holds ([`crate::signed::Purpose::Settings`]). What a field lacks, the built-in
/// value stands for: that of [`HallSettings::default`], which also holds at a terminal that no hall told anything yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HallSettings {
    /// IANA name of its time zone: working days end at its midnight.
    pub time_zone: String,
    /// Size classes of compartments, smallest first. One that is not among them is taken for larger than all of these.
    pub box_sizes: Vec<String>,
    /// PINs of staff cards.
    pub staff_pin: PinLimits,
    /// Where the public finds the hall's server, without a slash at the end: `/p/` and a receipt number after it is the
    /// page that receipts lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The working days that were imported, oldest first.
    pub calendar: Vec<CalendarYear>,
}

/// What a PIN may be, and how often it may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PinLimits {
    /// Its fewest digits.
    pub least: u8,
    /// Its most digits.
    pub most: u8,
    /// Wrong PINs in a row after which a card is locked until its PIN is set anew.
    pub tries: u8,
}

impl Default for PinLimits {
    fn default() -> Self {
        Self { least: 4, most: 8, tries: 5 }
    }
}

impl PinLimits {
    /// What a hall can choose: four digits at least, as ISO 9564-1 has them, as many as the terminal's page shows, and
    /// ten tries, of which each guesses one of ten thousand PINs.
    const WIDEST: Self = Self { least: 4, most: 8, tries: 10 };

    /// Whether these are limits at all.
    pub fn are_sound(self) -> bool {
        self.least >= Self::WIDEST.least
            && self.least <= self.most
            && self.most <= Self::WIDEST.most
            && (1..=Self::WIDEST.tries).contains(&self.tries)
    }

    /// Whether a PIN has as many digits as it may have.
    pub fn allow(self, pin: &str) -> bool {
        (usize::from(self.least)..=usize::from(self.most)).contains(&pin.len())
            && pin.bytes().all(|digit| digit.is_ascii_digit())
    }
}

impl Default for HallSettings {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".into(),
            box_sizes: ["envelope", "small", "A5", "A4", "medium", "A3", "large", "parcel"].map(String::from).into(),
            staff_pin: PinLimits::default(),
            public_url: None,
            calendar: Vec::new(),
        }
    }
}

impl HallSettings {
    /// Where a size class stands among all; names are compared without case.
    pub fn rank(&self, size: &str) -> usize {
        let place = self.box_sizes.iter().position(|known| known.eq_ignore_ascii_case(size));
        place.unwrap_or(self.box_sizes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_built_in_and_what_is_unknown_is_no_matter() {
        let settings: HallSettings = serde_json::from_str(r#"{"box_sizes":["S","L"],"later":1}"#).expect("reads");
        assert_eq!(settings, HallSettings { box_sizes: vec!["S".into(), "L".into()], ..HallSettings::default() });
        assert_eq!([settings.rank("s"), settings.rank("L"), settings.rank("A4")], [0, 1, 2]);
    }

    #[test]
    fn limits_of_pins() {
        let sound = |least, most, tries| PinLimits { least, most, tries }.are_sound();
        assert!(PinLimits::default().are_sound() && sound(6, 6, 3));
        assert!(!sound(3, 8, 5) && !sound(8, 6, 5) && !sound(4, 9, 5) && !sound(4, 8, 0) && !sound(4, 8, 11));
        let six = PinLimits { least: 6, most: 6, tries: 3 };
        assert!(six.allow("246813") && !six.allow("24681") && !six.allow("2468135") && !six.allow("24681a"));
    }
}
