//! A terminal without a screen: an identity, and a journal that is written as the real one writes it, or as badly as a
//! test wants.

use ed25519_dalek::SigningKey;
use kiosk_wire::entry::UnconfirmedReason;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest, JournalPush};
use kiosk_wire::signed::{Purpose, TokenClaims};
use kiosk_wire::{
    CompartmentNo, Envelope, Fact, Header, JournalId, ReceiptNumber, Signed, Stamp, Submission, SubmissionId,
};
use uuid::Uuid;

use crate::people::{Item, paper};

/// Monday 23 November 2026, 10:00 in the hall: when most tests begin.
pub const MONDAY: i64 = 1_795_399_200_000;

/// A terminal that is enrolled.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub identity: EnrolAnswer,
    pub key: SigningKey,
    pub journal: JournalId,
    /// What was written and not taken out.
    pub entries: Vec<Envelope>,
    pub now_ms: i64,
    /// What it stamps entries with, in place of a clock that is right.
    pub stamp: Option<Stamp>,
    /// Number and hash of the last entry that was taken out.
    taken: (u64, [u8; 32]),
    receipts: u32,
}

/// What a terminal with this key asks for with a code.
pub fn enrolment(code: String, key: &SigningKey) -> EnrolRequest {
    EnrolRequest { code, public_key: hex::encode(key.verifying_key().as_bytes()), software: "test".into() }
}

/// A key for each number.
pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// A key of its own.
pub fn any_key() -> SigningKey {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(16).for_each(|half| half.copy_from_slice(Uuid::new_v4().as_bytes()));
    SigningKey::from_bytes(&bytes)
}

impl Terminal {
    /// With a journal that says only that it begins.
    pub fn new(identity: EnrolAnswer, key: SigningKey) -> Self {
        let journal = JournalId(Uuid::now_v7());
        let taken = (0, [0; 32]);
        let mut terminal =
            Self { identity, key, journal, entries: Vec::new(), now_ms: MONDAY, stamp: None, taken, receipts: 0 };
        terminal.write(Fact::JournalCreated { software: "test".into() });
        terminal
    }

    /// Its disk is another: a journal of its own, which says only that it begins.
    pub fn begin_anew(&mut self) {
        self.journal = JournalId(Uuid::now_v7());
        self.entries.clear();
        self.taken = (0, [0; 32]);
        self.write(Fact::JournalCreated { software: "test".into() });
    }

    /// A token that is good for a minute.
    pub fn token(&self, now_ms: i64) -> String {
        self.token_of(&TokenClaims {
            kiosk: self.identity.kiosk,
            audience: self.identity.audience.clone(),
            issued_ms: now_ms,
            expires_ms: now_ms + 60_000,
        })
    }

    /// A token that claims whatever it is told.
    pub fn token_of(&self, claims: &TokenClaims) -> String {
        let signed = Signed::seal(claims, Purpose::Token, &self.key).expect("claims are JSON");
        signed.to_token().expect("what is signed is text")
    }

    /// What is sent to have these entries taken.
    pub fn push_of(&self, entries: &[Envelope]) -> JournalPush {
        JournalPush { journal: self.journal, entries: entries.to_vec(), clock: None }
    }

    /// The next entry says this.
    pub fn write(&mut self, fact: Fact) {
        self.write_with(fact, None);
    }

    /// The next entry says this and has a payload.
    pub fn write_with(&mut self, fact: Fact, payload: Option<String>) {
        self.write_text(&self.header(fact), payload);
    }

    fn header(&self, fact: Fact) -> String {
        // It started a day before, and knows the backend's time.
        let right = || Stamp {
            wall_ms_utc: self.now_ms,
            mono_ms: u64::try_from(self.now_ms - MONDAY + 86_400_000).expect("not before it started"),
            server_offset_ms: Some(0),
            ..Stamp::default()
        };
        let at = self.stamp.unwrap_or_else(right);
        serde_json::to_string(&Header { v: kiosk_wire::VERSION, at, fact }).expect("a header is JSON")
    }

    /// Writes whatever it is told as the next entry.
    pub fn write_text(&mut self, header: &str, payload: Option<String>) {
        let (seq, prev) = match self.entries.last() {
            Some(last) => (last.seq, hash(last)),
            None => self.taken,
        };
        self.entries.push(Envelope::seal(self.journal, seq + 1, prev, header.to_owned(), payload));
    }

    /// Takes out what was written since the last time.
    pub fn take(&mut self) -> Vec<Envelope> {
        if let Some(last) = self.entries.last() {
            self.taken = (last.seq, hash(last));
        }
        std::mem::take(&mut self.entries)
    }

    /// A submission under the next receipt number.
    pub fn prepare(&mut self) -> SubmissionId {
        self.prepare_with(text_of(&paper()))
    }

    /// The same with any text in the place of a submission.
    pub fn prepare_with(&mut self, payload: String) -> SubmissionId {
        self.prepare_for(Item::performance(), payload)
    }

    /// The same for another item.
    pub fn prepare_for(&mut self, item: Item, payload: String) -> SubmissionId {
        let submission = SubmissionId(Uuid::now_v7());
        self.receipts += 1;
        let receipt = hall_rules::ReceiptNumber::make(&self.identity.receipt_prefix, 1, self.receipts);
        let receipt = ReceiptNumber(receipt.expect("a prefix of three digits").as_str().into());
        let Item { code: item, version: item_version, department } = item;
        let fact = Fact::SubmissionPrepared { submission, receipt, item, item_version, department };
        self.write_with(fact, Some(payload));
        submission
    }

    /// Paper into a box.
    pub fn deposit(&mut self, no: u16) -> SubmissionId {
        self.deposit_of(no, Item::performance(), &paper())
    }

    /// Such a paper for such an item into a box.
    pub fn deposit_of(&mut self, no: u16, item: Item, paper: &Submission) -> SubmissionId {
        let submission = self.prepare_for(item, text_of(paper));
        let compartment = CompartmentNo(no);
        self.write(Fact::DepositIntended { submission, compartment });
        self.write(Fact::Deposited { submission, compartment });
        submission
    }

    /// Paper into a box, and nobody saw whether.
    pub fn deposit_unconfirmed(&mut self, no: u16) -> SubmissionId {
        self.deposit_unconfirmed_of(no, Item::performance(), &paper(), UnconfirmedReason::Interrupted)
    }

    /// The same for another item, and why nobody saw it.
    pub fn deposit_unconfirmed_of(
        &mut self,
        no: u16,
        item: Item,
        paper: &Submission,
        why: UnconfirmedReason,
    ) -> SubmissionId {
        let submission = self.prepare_for(item, text_of(paper));
        let compartment = CompartmentNo(no);
        self.write(Fact::DepositIntended { submission, compartment });
        self.write(Fact::DepositUnconfirmed { submission, compartment, why });
        submission
    }
}

fn hash(entry: &Envelope) -> [u8; 32] {
    let mut hash = [0; 32];
    hex::decode_to_slice(&entry.hash, &mut hash).expect("a hash in hex");
    hash
}

/// A submission as it is sent.
pub fn text_of(paper: &Submission) -> String {
    serde_json::to_string(paper).expect("a submission is JSON")
}
