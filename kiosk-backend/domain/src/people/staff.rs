//! Staff accounts: passwords and PINs as argon2id, cards as hashes.

use std::sync::LazyLock;

use hall_rules::Role;
use hall_store::staff::{StaffRow, WindowRow};
use hall_store::{self as store, Connection, StoreError, Tx};
use hall_words::Reason;
use kiosk_wire::{Personal, PinLimits, StaffId, WindowId};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::ground::actor::Staff;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;
use crate::people::secrets::{self, PASSWORD_CHARACTERS, hash_secret, verify_secret};

/// Argon2 takes 19 MiB a try: this many at once bound the memory that sign-ins can take.
static TRIES_AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Verified against for names that do not exist, so that both refusals take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_secret("nobody has this password").unwrap_or_default());

/// Checks name and password. Equal refusals for an unknown name, a wrong password and a closed account.
pub async fn sign_in(hall: &Hall, name: &str, password: Personal<String>) -> Result<Staff, Refusal> {
    let name = name.trim().to_owned();
    let row = hall.store().read(move |connection| store::staff::by_name(connection, &name)).await?;
    let (known, now) = (row.clone(), hall.now_ms());
    let permit = TRIES_AT_ONCE.acquire().await.map_err(|cause| Refusal::internal(&cause))?;
    let matches = tokio::task::spawn_blocking(move || {
        match known {
            Some(row) => secrets::opens(&row, password.expose(), now),
            None => {
                // As long as for a name that exists, and never right.
                verify_secret(password.expose(), &NOBODY);
                false
            }
        }
    })
    .await
    .map_err(|cause| Refusal::internal(&cause))?;
    drop(permit);
    match row {
        Some(row) if matches && row.disabled_ms.is_none() => {
            get(hall, row.id).await?.ok_or_else(|| Refusal::internal(&"a member of staff vanished"))
        }
        _ => Err(Reason::SignIn.into()),
    }
}

/// Someone by id, disabled or not.
pub async fn get(hall: &Hall, id: StaffId) -> Result<Option<Staff>, Refusal> {
    Ok(hall.store().read(move |connection| read(connection, id)).await?)
}

/// Someone by id, within a transaction.
pub fn read(connection: &Connection, id: StaffId) -> Result<Option<Staff>, StoreError> {
    let Some(row) = store::staff::get(connection, id)? else { return Ok(None) };
    view(connection, row).map(Some)
}

/// Everyone.
pub fn all(connection: &Connection) -> Result<Vec<Staff>, StoreError> {
    store::staff::all(connection)?.into_iter().map(|row| view(connection, row)).collect()
}

fn view(connection: &Connection, row: StaffRow) -> Result<Staff, StoreError> {
    Ok(Staff {
        windows: store::staff::windows_of(connection, row.id)?,
        id: row.id,
        name: row.name,
        role: row.role,
        disabled: row.disabled_ms.is_some(),
        must_change: row.code_until_ms.is_some(),
        has_card: row.card_hash.is_some(),
    })
}

/// Someone to add.
pub struct NewStaff {
    /// Name, unique.
    pub name: String,
    /// Names of their windows.
    pub windows: Vec<String>,
    pub role: Role,
    pub password: Personal<String>,
    /// Card UID in hex and PIN.
    pub card: Option<(String, Personal<String>)>,
}

/// Adds someone.
pub fn add(hall: &Hall, new: NewStaff) -> Result<StaffId, Refusal> {
    let name = named(&new.name, Reason::NameShape)?;
    if new.password.expose().chars().count() < PASSWORD_CHARACTERS {
        return Err(Reason::PasswordShort { least: PASSWORD_CHARACTERS }.into());
    }
    let card = new.card.as_ref().map(|(uid, pin)| card_and_pin(uid, pin, hall.settings().staff_pin)).transpose()?;
    let (card_hash, pin_phc) = card.unzip();
    let row = StaffRow {
        id: StaffId(uuid::Uuid::now_v7()),
        name,
        role: new.role,
        password_phc: hash_secret(new.password.expose())?,
        code_until_ms: None,
        card_hash,
        pin_phc,
        disabled_ms: None,
    };
    let now = hall.now_ms();
    hall.store().write_blocking(move |tx| {
        let windows = windows_by_name(tx, &new.windows)?;
        insert(tx, Who::CommandLine, &row, &windows, now)?;
        Ok(row.id)
    })
}

/// Keeps a new account, unless its name or card is somebody's.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    who: Who<'_>,
    row: &StaffRow,
    windows: &[WindowId],
    now: i64,
) -> Result<(), Refusal> {
    if store::staff::by_name(tx, &row.name)?.is_some() {
        return Err(Reason::NameTaken { name: format!("{:?}", row.name) }.into());
    }
    if let Some(hash) = &row.card_hash {
        is_free(tx, hash, &row.name)?;
    }
    store::staff::add(tx, row, windows, now)?;
    audit::write(tx, now, who, Action::StaffAdded, None, &row.name)?;
    Ok(tx.revise()?)
}

/// Refuses a card that is somebody else's.
fn is_free(tx: &Connection, card_hash: &str, name: &str) -> Result<(), Refusal> {
    match store::staff::by_card(tx, card_hash)?.filter(|owner| owner.name != name) {
        Some(owner) => Err(Reason::CardTaken { name: format!("{:?}", owner.name) }.into()),
        None => Ok(()),
    }
}

/// Gives an account a card and a PIN in place of what it had, or takes its card away. Terminals know it with the next
/// roster; a PIN that was locked by wrong ones is free again, as it is another one.
pub fn set_card(hall: &Hall, name: &str, card: Option<(String, Personal<String>)>) -> Result<(), Refusal> {
    let (name, now) = (name.trim().to_owned(), hall.now_ms());
    let card = card.map(|(uid, pin)| card_and_pin(&uid, &pin, hall.settings().staff_pin)).transpose()?;
    hall.store().write_blocking(move |tx| {
        if let Some((hash, _)) = &card {
            is_free(tx, hash, &name)?;
        }
        let held = card.as_ref().map(|(hash, pin)| (hash.as_str(), pin.as_str()));
        if !store::staff::set_card(tx, &name, held)? {
            return Err(Reason::NobodyNamed { name: format!("{name:?}") }.into());
        }
        let action = if held.is_some() { Action::StaffCardSet } else { Action::StaffCardTaken };
        audit::write(tx, now, Who::CommandLine, action, None, &name)?;
        Ok(tx.revise()?)
    })
}

/// Closes an account.
pub fn disable(hall: &Hall, name: &str) -> Result<(), Refusal> {
    let (name, now) = (name.trim().to_owned(), hall.now_ms());
    hall.store().write_blocking(move |tx| {
        if !store::staff::disable(tx, &name, now)? {
            return Err(Reason::NobodyNamed { name: format!("{name:?}") }.into());
        }
        audit::write(tx, now, Who::CommandLine, Action::StaffDisabled, None, &name)?;
        tx.revise()?;
        Ok(())
    })
}

/// Adds a window.
pub fn add_window(
    hall: &Hall,
    name: &str,
    phone: Option<String>,
    departments: Vec<String>,
) -> Result<WindowId, Refusal> {
    let row =
        WindowRow { id: WindowId(uuid::Uuid::now_v7()), name: named(name, Reason::WindowName)?, phone, departments };
    known_departments(hall, &row.departments)?;
    let now = hall.now_ms();
    hall.store().write_blocking(move |tx| {
        for window in store::staff::windows(tx)? {
            if window.name == row.name {
                return Err(Reason::WindowTaken { name: format!("{:?}", row.name) }.into());
            }
            if let Some(taken) = row.departments.iter().find(|code| window.departments.contains(code)) {
                let (department, window) = (format!("{taken:?}"), format!("{:?}", window.name));
                return Err(Reason::DepartmentTaken { department, window }.into());
            }
        }
        store::staff::add_window(tx, &row, now)?;
        audit::write(tx, now, Who::CommandLine, Action::WindowAdded, None, &row.name)?;
        tx.revise()?;
        Ok(row.id)
    })
}

/// Once a catalogue is there, a department that it does not have is a slip.
fn known_departments(hall: &Hall, departments: &[String]) -> Result<(), Refusal> {
    if hall.catalogue().is_none() {
        return Ok(());
    }
    let known = &hall.shared().departments;
    match departments.iter().find(|code| known.iter().all(|known| known.code != **code)) {
        None => Ok(()),
        Some(code) => {
            let known: Vec<&str> = known.iter().map(|known| known.code.as_str()).collect();
            Err(Reason::NoSuchDepartment { code: format!("{code:?}"), known: known.join(", ") }.into())
        }
    }
}

pub(crate) fn windows_by_name(connection: &Connection, names: &[String]) -> Result<Vec<WindowId>, Refusal> {
    let windows = store::staff::windows(connection)?;
    names
        .iter()
        .map(|name| {
            windows.iter().find(|window| window.name == *name).map(|window| window.id).ok_or_else(|| {
                let known: Vec<&str> = windows.iter().map(|window| window.name.as_str()).collect();
                Reason::NoSuchWindow { name: format!("{name:?}"), known: known.join(", ") }.into()
            })
        })
        .collect()
}

pub(crate) fn named(name: &str, otherwise: Reason) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(otherwise.into());
    }
    Ok(name.to_owned())
}

/// Checks a card's UID and a PIN; returns the hash of the one and the PHC string of the other.
fn card_and_pin(uid: &str, pin: &Personal<String>, limits: PinLimits) -> Result<(String, String), Refusal> {
    let text: String = uid.chars().filter(|c| !matches!(c, ' ' | ':' | '-')).collect();
    let bytes = hex::decode(&text).map_err(|_| Reason::CardNotHex)?;
    check_uid(&bytes)?;
    let pin = pin.expose();
    if !limits.allow(pin) {
        return Err(Reason::PinDigits { least: limits.least.into(), most: limits.most.into() }.into());
    }
    if pin.bytes().all(|digit| pin.as_bytes().first() == Some(&digit)) || "0123456789876543210".contains(pin) {
        return Err(Reason::PinGuessable.into());
    }
    Ok((hex::encode(Sha256::digest(&bytes)), hash_secret(pin)?))
}

/// Refuses UIDs that do not name one card (ISO/IEC 14443-3, 6.5.4: a UID that begins with `08` is random).
fn check_uid(uid: &[u8]) -> Result<(), Refusal> {
    Err(match uid {
        _ if !matches!(uid.len(), 4 | 7 | 10) => Reason::CardLength,
        _ if uid.iter().all(|byte| *byte == 0) => Reason::CardZeros,
        [0x08, _, _, _] => Reason::CardRandom,
        _ => return Ok(()),
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_without_a_name_of_their_own_are_refused() {
        let pin = Personal::from("2580");
        for (uid, says) in
            [("00000000", "all zeros"), ("08A1B2C3", "random"), ("04A1B2", "4, 7 or 10"), ("xyz", "not hex")]
        {
            let refusal = card_and_pin(uid, &pin, PinLimits::default()).expect_err(uid);
            assert!(refusal.problem().title.contains(says), "{refusal}");
            assert_eq!(refusal.problem().field.as_deref(), Some("card-uid"));
        }
        let (hash, phc) = card_and_pin("04:a1:b2:c3:d4:e5:f6", &pin, PinLimits::default()).expect("a good card");
        assert_eq!(hash, hex::encode(Sha256::digest([0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6])));
        assert!(verify_secret("2580", &phc) && !verify_secret("2581", &phc));
    }

    #[test]
    fn pins_that_anyone_tries_are_refused() {
        for pin in ["1111", "1234", "9876", "12a4", "123", "123456789"] {
            assert!(card_and_pin("04A1B2C3", &Personal::from(pin), PinLimits::default()).is_err(), "{pin}");
        }
    }
}
