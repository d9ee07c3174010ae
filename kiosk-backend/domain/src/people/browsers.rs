//! Browsers in which somebody signed in before. What they try is counted apart from what strangers try, so that nobody
//! can lock a colleague out at their own desk.
//!
//! A browser keeps a random number and one mark for each account that signed in there: a keyed hash of both. It proves
//! nothing but that; whoever steals it may try as often as at any desk.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hall_store::keys::Keys;
use kiosk_wire::StaffId;

use crate::ground::refusal::Refusal;

/// How many accounts one browser is known for: desks are shared by shifts. The oldest goes first.
const MOST: usize = 8;

/// What a browser's cookie says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Browser {
    number: [u8; 16],
    marks: Vec<[u8; 16]>,
}

impl Browser {
    /// Reads a cookie; one of another making is a browser that nobody knows.
    pub fn read(cookie: &str) -> Option<Self> {
        let mut parts = cookie.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok()?.try_into().ok());
        let number = parts.next()??;
        let marks: Option<Vec<_>> = parts.take(MOST).collect();
        Some(Self { number, marks: marks? })
    }

    /// A browser that was never here.
    fn new() -> Result<Self, Refusal> {
        let mut number = [0; 16];
        getrandom::fill(&mut number).map_err(|cause| Refusal::internal(&cause))?;
        Ok(Self { number, marks: Vec::new() })
    }

    /// Its number, to count under.
    pub fn number(&self) -> String {
        hex::encode(self.number)
    }

    /// Whether this account signed in here before.
    pub fn knows(&self, keys: &Keys, who: StaffId) -> bool {
        let mark = keys.browser_mark(&self.number, who);
        self.marks.iter().any(|known| known.iter().zip(mark).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0)
    }

    /// The cookie of this browser, or of a new one, after `who` signed in.
    pub fn with(browser: Option<Self>, keys: &Keys, who: StaffId) -> Result<String, Refusal> {
        let mut browser = browser.map_or_else(Self::new, Ok)?;
        let mark = keys.browser_mark(&browser.number, who);
        browser.marks.retain(|known| *known != mark);
        browser.marks.insert(0, mark);
        browser.marks.truncate(MOST);
        let parts = std::iter::once(&browser.number).chain(&browser.marks).map(|part| URL_SAFE_NO_PAD.encode(part));
        Ok(parts.collect::<Vec<_>>().join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_for_those_who_signed_in_there_and_no_one_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path(), true).expect("keys");
        let who = |n| StaffId(uuid::Uuid::from_u128(n));
        let mut cookie = Browser::with(None, &keys, who(0)).expect("random bytes");
        for n in 1..=8 {
            cookie = Browser::with(Browser::read(&cookie), &keys, who(n)).expect("random bytes");
        }
        let browser = Browser::read(&cookie).expect("ours");
        let known: Vec<u128> = (0..10).filter(|n| browser.knows(&keys, who(*n))).collect();
        assert_eq!(known, (1..=8).collect::<Vec<_>>(), "the oldest of nine went");
        let other = Browser::read(&Browser::with(None, &keys, who(1)).expect("random bytes")).expect("ours");
        let moved = Browser { marks: browser.marks.clone(), ..other };
        assert!(!moved.knows(&keys, who(8)), "marks are of one browser");
        for bad in ["", "x", "AAAA", &format!("{cookie}.x")[..10]] {
            assert_eq!(Browser::read(bad), None, "{bad}");
        }
    }
}
