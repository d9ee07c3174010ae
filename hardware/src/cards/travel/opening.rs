//! How the chip is opened: by PACE (`dmrtd`'s) or by BAC (ICAO Doc 9303-11, 4.3). BAC is ours, because `dmrtd` makes its
//! keys of whole dates only, and documents of people whose birth date is not wholly known have none.

use dmrtd::auth::HashAlgo;
use dmrtd::crypto::iso9797;
use dmrtd::crypto::kdf::DeriveKey;
use dmrtd::lds::asn1_object_identifiers::{CipherAlgorithm, KeyLength, MappingType};
use dmrtd::lds::efcard_access::EfCardAccess;
use dmrtd::proto::access_key::{AccessKey, PACE_REF_KEY_TAG_MRZ};
use dmrtd::proto::pace_session::{PaceAction, PaceSession};
use zeroize::Zeroizing;

use super::SELECT;
use super::chip::{Chip, MISREAD};
use super::messaging::{Session, Suite, Way, triple_des};
use crate::FailureKind;
use crate::cards::apdu::{OK, exchange};
use crate::cards::{CardError, MrzKey};

/// Instruction MANAGE SECURITY ENVIRONMENT, with which PACE begins.
const MANAGE_SECURITY: u8 = 0x22;

/// Opens the chip: by PACE where it offers a kind of PACE that `dmrtd` speaks, else, or where it then will not begin,
/// by BAC if it `has_bac`. `true`: by PACE.
///
/// # Errors
/// The line's; [`CardError::WrongMrz`]; a refusal; a misread; an opening that is not supported.
pub(super) fn open(
    chip: &mut Chip<'_>,
    key: &MrzKey,
    access: Option<&EfCardAccess>,
    has_bac: bool,
) -> Result<bool, CardError> {
    if let Some(access) = access.filter(|access| can_run(access)) {
        match by_pace(chip, key, access) {
            Ok(()) => return Ok(true),
            Err((MANAGE_SECURITY, error)) if has_bac && error.kind() == FailureKind::Refused => {
                tracing::info!(%error, "a chip that announces PACE refuses to begin it; trying BAC");
            }
            Err((_, error)) => return Err(wrong_key(error)),
        }
    }
    if !has_bac {
        return Err(CardError::BadField {
            field: "chip",
            why: "it opens only by a kind of PACE that is not supported",
        });
    }
    chip.command("opening by BAC", [0x00, 0xA4, 0x04, 0x0C], &SELECT[5..], 0)?;
    by_bac(chip, key).map_err(wrong_key).map(|()| false)
}

/// ECDH or DH with generic mapping and AES, over parameters that `dmrtd` has. Triple DES, integrated mapping and chip
/// authentication mapping are not among them.
fn can_run(access: &EfCardAccess) -> bool {
    access.pace_info().is_some_and(|info| {
        info.is_pace_domain_parameter_supported
            && info.protocol.cipher_algorithm == CipherAlgorithm::Aes
            && info.protocol.mapping_type == MappingType::Gm
    })
}

fn wrong_key(error: CardError) -> CardError {
    if matches!(error, CardError::Refused { status, .. } if is_wrong_key(status)) { CardError::WrongMrz } else { error }
}

/// Whether a chip says that the key is wrong: verification failed (also with the tries that are left), security status
/// not satisfied, secure messaging objects wrong.
fn is_wrong_key(status: u16) -> bool {
    matches!(status, 0x6300 | 0x63C0..=0x63CF | 0x6982 | 0x6988)
}

/// Errors come with the last instruction that was sent.
fn by_pace(chip: &mut Chip<'_>, key: &MrzKey, access: &EfCardAccess) -> Result<(), (u8, CardError)> {
    let step = "opening by PACE";
    let mut asked = 0;
    let mut outcome = || {
        let info = access.pace_info().ok_or(MISREAD)?;
        let parameters = info.parameter_id.and_then(|id| u32::try_from(id).ok()).ok_or(MISREAD)?;
        let mut session =
            PaceSession::new(Password::of(key), info.protocol.clone(), parameters).map_err(|_| MISREAD)?;
        loop {
            match session.next().map_err(|_| MISREAD)? {
                PaceAction::SendApdu(command) => {
                    asked = command.get(1).copied().unwrap_or_default();
                    let answer = exchange(chip.card, step, &command)?;
                    if !answer.is_ok() {
                        return Err(CardError::Refused { step, status: answer.status() });
                    }
                    let whole = Zeroizing::new([answer.data(), &OK.to_be_bytes()].concat());
                    session.feed_response(&whole).map_err(|_| MISREAD)?;
                }
                PaceAction::Done(messaging) => {
                    chip.protect_by(Box::new(messaging));
                    return Ok(());
                }
            }
        }
    };
    outcome().map_err(|error| (asked, error))
}

/// What both sides know before they talk: the hash of the machine readable lines' fields (ICAO Doc 9303-11, 9.7.2 and
/// 9.7.3).
struct Password(Zeroizing<Vec<u8>>);

impl Password {
    fn of(key: &MrzKey) -> Self {
        Self(Zeroizing::new(HashAlgo::Sha1.digest(key.information().as_bytes())))
    }
}

impl AccessKey for Password {
    fn pace_ref_key_tag(&self) -> u8 {
        PACE_REF_KEY_TAG_MRZ
    }

    fn kpi(&self, cipher: CipherAlgorithm, length: KeyLength) -> Result<Vec<u8>, String> {
        Ok(match (cipher, length) {
            (CipherAlgorithm::DeSede, _) => DeriveKey::des_ede(&self.0, true),
            (CipherAlgorithm::Aes, KeyLength::S128) => DeriveKey::aes128(&self.0, true),
            (CipherAlgorithm::Aes, KeyLength::S192) => DeriveKey::aes192(&self.0, true),
            (CipherAlgorithm::Aes, KeyLength::S256) => DeriveKey::aes256(&self.0, true),
        })
    }
}

fn by_bac(chip: &mut Chip<'_>, key: &MrzKey) -> Result<(), CardError> {
    let step = "opening by BAC";
    let done = |answer: super::chip::Answer, length: usize| match answer.status {
        OK if answer.data.len() == length => Ok(answer.data),
        OK => Err(MISREAD),
        status => Err(CardError::Refused { step, status }),
    };
    let challenge = done(chip.command(step, [0x00, 0x84, 0x00, 0x00], &[], 8)?, 8)?;
    // Eight bytes that the chip must give back, and our half of the session's secret.
    let mut ours = Zeroizing::new([0; 24]);
    getrandom::fill(&mut *ours)
        .map_err(|error| CardError::ReaderFailed { detail: format!("no random numbers: {error}") })?;
    let (nonce, half) = ours.split_at(8);

    let (encryption, signature) = Suite::TripleDes.keys(&Password::of(key).0[..16]);
    let plain = Zeroizing::new([nonce, &challenge, half].concat());
    let hidden = triple_des(&encryption, &plain, Way::Encrypt).ok_or(MISREAD)?;
    let sum = iso9797::mac_alg3(&signature, &hidden, true).map_err(|_| MISREAD)?;
    let sent = [hidden, sum].concat();
    let answer = done(chip.command(step, [0x00, 0x82, 0x00, 0x00], &sent, 40)?, 40)?;

    let (hidden, sum) = answer.split_at(32);
    if iso9797::mac_alg3(&signature, hidden, true).map_err(|_| MISREAD)? != sum {
        return Err(MISREAD);
    }
    let plain = Zeroizing::new(triple_des(&encryption, hidden, Way::Decrypt).ok_or(MISREAD)?);
    if plain[..8] != *challenge || plain[8..16] != *nonce {
        return Err(MISREAD);
    }
    let secret: Zeroizing<Vec<u8>> =
        Zeroizing::new(half.iter().zip(&plain[16..]).map(|(one, other)| one ^ other).collect());
    let counter = challenge[4..].iter().chain(&nonce[4..]).fold(0, |sum, byte| sum << 8 | u128::from(*byte));
    chip.protect_by(Box::new(Session::new(Suite::TripleDes, &secret, counter)));
    Ok(())
}
