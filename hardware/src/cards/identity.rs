//! Who a card says it belongs to.

use std::fmt;

use zeroize::Zeroize;

use super::Date;

/// Text that belongs to a person: no `Display`, a `Debug` that says nothing, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Never hand it to a log or an error.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Kinds of document that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// 居民身份证.
    ResidentId,
    /// 港澳台居民居住证, layout "J". Its number begins with 81, 82 or 83.
    HongKongMacauTaiwanPermit,
    /// 外国人永久居留身份证 issued before 2023, layout "I": three letters and twelve digits.
    ForeignerPermitOld,
    /// 外国人永久居留身份证 issued since 2023, layout "Y": eighteen digits beginning with 9.
    ForeignerPermit,
    /// 社会保障卡. Its number is the resident number of its holder.
    SocialSecurityCard,
    /// A passport, or a permit with a chip like one's (往来港澳通行证, 往来台湾通行证, 台胞证, 回乡证). Numbers are those of its
    /// issuer.
    TravelDocument,
    /// The identity card of Estonia. Its number is the personal code.
    EstonianId,
    /// The identity card of Belgium. Its number is the national number.
    BelgianId,
}

/// How far the read can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assurance {
    /// Bytes were read; nothing proves that this chip was issued by the authority. Anyone can make such a card.
    ReadOnly,
    /// The data on the chip are signed by an authority that is trusted here, and the chip has the key that was signed
    /// with them: it is no copy.
    ChipVerified,
    /// The reader's licensed security module opened the card.
    SamVerified,
}

/// What became of the signature on a travel document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authenticity {
    /// It holds, and an authority in the trust list has made it.
    Verified,
    /// As `Verified`, and the chip lacks the key that was signed with its data: it is a copy.
    Copied,
    /// It does not prove anything here, for this reason.
    Unverified(Unverified),
    /// It does not hold: the data were altered, or never signed.
    Failed,
}

/// Why a signature proves nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unverified {
    /// It holds, and there is no list of authorities to compare its maker with.
    NoList,
    /// It holds, and no authority in the list has made it.
    UnknownAuthority,
    /// It is of a kind that cannot be computed here: another curve, hash or key.
    UnknownKind,
    /// It cannot be read here: it is not written as the standard says, or in a way that is not known.
    Malformed,
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoList => "it holds, but no `trust_list` is configured",
            Self::UnknownAuthority => "it holds, but none of the authorities in `trust_list` has made it",
            Self::UnknownKind => "it is of a kind that cannot be verified here",
            Self::Malformed => "it is written in a way that cannot be read here",
        })
    }
}

/// As the card says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
    /// Not said, or a code of its own.
    Unknown,
}

/// Last day of validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidTo {
    /// Up to and including this day.
    Date(Date),
    /// 长期: for ever.
    LongTerm,
    /// The card does not say.
    NotSaid,
}

/// What was read from a person's card. Parsed and checked as far as that needs no clock: the check digit and every
/// date. Whether the card has expired is for the caller, who knows today: [`Identity::expired_on`].
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// What kind of card.
    pub document: Document,
    /// How far the read can be trusted.
    pub assurance: Assurance,
    /// What became of the signature, on travel documents.
    pub authenticity: Option<Authenticity>,
    /// Chinese name, or the name in the letters of its country; empty where only a Latin name is given.
    pub name: Secret,
    /// Name in Latin letters, where the layout has one.
    pub foreign_name: Option<Secret>,
    /// Document number, letters in upper case.
    pub number: Secret,
    pub sex: Sex,
    /// Ethnicity code of GB/T 3304, 1 to 58, where the layout has one.
    pub ethnicity: Option<u8>,
    /// Day of birth.
    pub birth: Option<Date>,
    /// Address as printed, where the layout has one.
    pub address: Option<Secret>,
    /// Who issued the card; on travel documents the state, as the machine readable lines say it.
    pub issuer: Option<String>,
    /// First day of validity.
    pub valid_from: Option<Date>,
    /// Last day of validity.
    pub valid_to: ValidTo,
    /// Number of the travel permit, on layout "J".
    pub permit_number: Option<Secret>,
    /// Three letters of ISO 3166, on layouts "I" and "Y"; as the machine readable lines say it on travel documents.
    pub nationality: Option<String>,
}

impl Identity {
    /// Whether the card is no longer valid on `today`.
    pub fn expired_on(&self, today: Date) -> bool {
        matches!(self.valid_to, ValidTo::Date(last) if last < today)
    }

    /// Whether the card is not yet valid on `today`.
    pub fn not_yet_valid_on(&self, today: Date) -> bool {
        self.valid_from.is_some_and(|first| today < first)
    }
}

/// Says which document and how it was read, nothing of the person.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("document", &self.document)
            .field("assurance", &self.assurance)
            .finish_non_exhaustive()
    }
}
