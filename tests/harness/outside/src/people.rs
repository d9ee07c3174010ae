//! A made-up applicant, and what is handed in.

use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine, Organisation};
use kiosk_wire::{Personal, Submission};
use uuid::Uuid;

/// Of three characters: masked, two of them are stars.
pub const NAME: &str = "张三丰";
/// The example of GB 11643; its last four characters hold a letter.
pub const NUMBER: &str = "11010519491231002X";
/// Where a message goes.
pub const PHONE: &str = "13812345678";
/// As it stands on the card.
pub const ADDRESS: &str = "北京市朝阳区测试路";
/// What is answered at the terminal.
pub const VENUE: &str = "人民剧院";

/// For which the person acts.
pub const ORGANISATION: &str = "宜春市幸福演艺有限公司";
/// Its code, whose check character holds.
pub const ORGANISATION_CODE: &str = "91360902MA35K7DE1F";

/// An item of the shipped catalogue, as far as a submission names it.
#[derive(Clone, Debug)]
pub struct Item {
    pub code: String,
    pub version: u32,
    pub department: String,
}

impl Item {
    /// The item of most tests: promised in one working day.
    pub fn performance() -> Self {
        Self { code: "commercial-performance".into(), version: 2, department: "culture".into() }
    }
}

/// One original that was brought.
pub fn material(name: &str, deferrable: bool) -> MaterialLine {
    MaterialLine { code: "form".into(), name: name.into(), originals: 1, copies: 0, deferrable, brought: true }
}

/// What the person hands in.
pub fn paper() -> Submission {
    Submission {
        salt: Uuid::now_v7().simple().to_string(),
        applicant: Applicant {
            name: Personal::from(NAME),
            document: DocumentFamily::ResidentNumber,
            number: Personal::from(NUMBER),
            sex: None,
            birth_date: None,
            address: Some(Personal::from(ADDRESS)),
            valid_until: None,
            assurance: Assurance::SamVerified,
            signature: None,
        },
        acting_for: ActingFor::Organisation,
        organisation: Some(Organisation {
            name: Personal::from(ORGANISATION),
            code: Some(Personal::from(ORGANISATION_CODE)),
        }),
        phone: Some(Personal::from(PHONE)),
        situations: [("what".to_owned(), "first".to_owned())].into(),
        answers: [("venue".to_owned(), Personal::from(VENUE))].into(),
        materials: vec![material("演出申请登记表", false)],
    }
}
