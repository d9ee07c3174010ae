//! Accounts as their administrator and their owner keep them: added and reset with a one-time code that must be changed
//! at the first sign-in, closed, unlocked, signed out from afar. Nobody but its owner ever knows a password.

use hall_rules::{Right, Role};
use hall_store::sessions::{Digest, Listed};
use hall_store::staff::StaffRow;
use hall_store::{self as store, Connection, StoreError, Tx};
use hall_words::Reason;
use kiosk_wire::{Code, Personal, StaffId, WindowId};

use crate::ground::actor::{Actor, Staff};
use crate::ground::audit::{self, Action, Who};
use crate::ground::codes::{in_groups, new_code, normal};
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;
use crate::people::secrets::{CODE_MS, PASSWORD_CHARACTERS, hash_secret, opens};
use crate::people::staff::{self, named, windows_by_name};
use crate::people::{city_accounts, sign_in};

/// From so many wrong passwords on an account is worth a word in the list.
const TRIES_TOLD: usize = 5;

/// One account in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Whose.
    pub staff: Staff,
    /// Browsers signed in now.
    pub sessions: usize,
    /// Wrong passwords within the last quarter of an hour, when they are many.
    pub tries: Option<usize>,
    /// Until when a one-time code waits to be changed.
    pub code_until_ms: Option<i64>,
    /// Who they are at the city's provider of accounts.
    pub subject: Option<String>,
}

/// Someone to add.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Name, unique.
    pub name: String,
    pub role: Role,
    /// Names of their windows.
    pub windows: Vec<String>,
}

/// A new one-time code, as shown, and what is stored of it.
async fn code() -> Result<(String, String), Refusal> {
    let code = new_code()?;
    let plain = code.clone();
    let phc = tokio::task::spawn_blocking(move || hash_secret(&plain)).await.map_err(|e| Refusal::internal(&e))??;
    Ok((in_groups(&code), phc))
}

/// Everyone's account, open ones first.
pub async fn list(hall: &Hall, actor: &Actor) -> Result<Vec<AccountRow>, Refusal> {
    actor.must(Right::ManageAccounts)?;
    let looking = hall.clone();
    Ok(hall
        .store()
        .read(move |connection| {
            let mut rows = Vec::new();
            for staff in staff::all(connection)? {
                rows.push(account(&looking, connection, staff)?);
            }
            rows.sort_by_key(|row| row.staff.disabled);
            Ok::<_, StoreError>(rows)
        })
        .await?)
}

fn account(hall: &Hall, connection: &Connection, staff: Staff) -> Result<AccountRow, StoreError> {
    let (now, issuer) = (hall.now_ms(), hall.settings().issuer.clone());
    let row = store::staff::get(connection, staff.id)?;
    let key = row.as_ref().map(|row| sign_in::account_key(row, ""));
    let tries = key.map_or(0, |key| hall.tries().most_of_account(&key, now));
    Ok(AccountRow {
        sessions: store::sessions::of(connection, staff.id, now)?.len(),
        tries: Some(tries).filter(|tries| *tries >= TRIES_TOLD),
        code_until_ms: row.and_then(|row| row.code_until_ms),
        subject: city_accounts::subject_of(connection, staff.id, issuer.as_deref())?,
        staff,
    })
}

/// One account and its open sessions: the owner's, or anyone's for who manages them.
pub async fn one(hall: &Hall, actor: &Actor, id: StaffId) -> Result<(AccountRow, Vec<Listed>), Refusal> {
    if actor.staff.id != id {
        actor.must(Right::ManageAccounts)?;
    }
    let looking = hall.clone();
    hall.store()
        .read(move |connection| {
            let staff = staff::read(connection, id)?.ok_or_else(nobody)?;
            let sessions = store::sessions::of(connection, id, looking.now_ms())?;
            Ok((account(&looking, connection, staff)?, sessions))
        })
        .await
}

fn nobody() -> Refusal {
    Reason::NoSuchAccount.into()
}

/// Names of all windows.
pub async fn windows(hall: &Hall) -> Result<Vec<(WindowId, String)>, Refusal> {
    let all = hall.store().read(store::staff::windows).await?;
    Ok(all.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Adds someone. Returns who, and their one-time code: it is shown once and kept nowhere.
pub async fn add(hall: &Hall, actor: &Actor, new: NewAccount) -> Result<(StaffId, String), Refusal> {
    actor.must(Right::ManageAccounts)?;
    let name = named(&new.name, Reason::NameShape)?;
    let (shown, phc) = code().await?;
    let (now, actor) = (hall.now_ms(), actor.clone());
    let row = StaffRow {
        id: StaffId(uuid::Uuid::now_v7()),
        name,
        role: new.role,
        password_phc: phc,
        code_until_ms: Some(now + CODE_MS),
        card_hash: None,
        pin_phc: None,
        disabled_ms: None,
    };
    let id = row.id;
    hall.store()
        .write(move |tx| {
            let windows = windows_by_name(tx, &new.windows)?;
            staff::insert(tx, Who::Staff(&actor), &row, &windows, now)
        })
        .await?;
    Ok((id, shown))
}

/// Gives an account a new one-time code and signs its owner out everywhere.
pub async fn reset(hall: &Hall, actor: &Actor, id: StaffId) -> Result<String, Refusal> {
    let (shown, phc) = code().await?;
    let now = hall.now_ms();
    manage(hall, actor, id, move |tx, who, row| reset_in(tx, who, row, &phc, now)).await?;
    Ok(shown)
}

/// The same at the server's command line, for a hall whose only administrator forgot their password.
pub fn reset_at_server(hall: &Hall, name: &str) -> Result<String, Refusal> {
    let code = new_code()?;
    let (phc, now, name) = (hash_secret(&code)?, hall.now_ms(), name.trim().to_owned());
    hall.store().write_blocking(move |tx| {
        let row = store::staff::by_name(tx, &name)?.ok_or_else(nobody)?;
        reset_in(tx, Who::CommandLine, &row, &phc, now)
    })?;
    Ok(in_groups(&code))
}

fn reset_in(tx: &mut Tx<'_>, who: Who<'_>, row: &StaffRow, phc: &str, now: i64) -> Result<(), Refusal> {
    if row.disabled_ms.is_some() {
        return Err(Reason::AccountClosed.into());
    }
    store::staff::set_password(tx, row.id, phc, Some(now + CODE_MS))?;
    store::sessions::end_all(tx, row.id, None, now)?;
    Ok(audit::write(tx, now, who, Action::PasswordReset, None, &row.name)?)
}

/// Closes an account: its owner is signed out at once, and terminals forget them with the next roster.
pub async fn disable(hall: &Hall, actor: &Actor, id: StaffId) -> Result<(), Refusal> {
    if actor.staff.id == id {
        return Err(Reason::OwnAccount.into());
    }
    let now = hall.now_ms();
    manage(hall, actor, id, move |tx, who, row| {
        if !store::staff::disable(tx, &row.name, now)? {
            return Err(Reason::AccountClosedAlready.into());
        }
        store::sessions::end_all(tx, row.id, None, now)?;
        audit::write(tx, now, who, Action::StaffDisabled, None, &row.name)?;
        Ok(tx.revise()?)
    })
    .await
}

/// Forgets wrong passwords, so that their owner need not wait.
pub async fn unlock(hall: &Hall, actor: &Actor, id: StaffId) -> Result<(), Refusal> {
    let (now, known) = (hall.now_ms(), hall.clone());
    manage(hall, actor, id, move |tx, who, row| {
        known.tries().forget_account(tx, &sign_in::account_key(row, ""))?;
        Ok(audit::write(tx, now, who, Action::AccountUnlocked, None, &row.name)?)
    })
    .await
}

/// Says who somebody is at the city's provider of accounts; an empty subject: nobody.
pub async fn set_subject(hall: &Hall, actor: &Actor, id: StaffId, subject: &str) -> Result<(), Refusal> {
    let (issuer, subject) = city_accounts::typed(hall, subject)?;
    let now = hall.now_ms();
    manage(hall, actor, id, move |tx, who, row| city_accounts::set_in(tx, who, row, &issuer, subject.as_deref(), now))
        .await
}

/// The same at the server's command line.
pub fn set_subject_at_server(hall: &Hall, name: &str, subject: &str) -> Result<(), Refusal> {
    let (issuer, subject) = city_accounts::typed(hall, subject)?;
    let (now, name) = (hall.now_ms(), name.trim().to_owned());
    hall.store().write_blocking(move |tx| {
        let row = store::staff::by_name(tx, &name)?.ok_or_else(nobody)?;
        city_accounts::set_in(tx, Who::CommandLine, &row, &issuer, subject.as_deref(), now)
    })
}

async fn manage<F>(hall: &Hall, actor: &Actor, id: StaffId, work: F) -> Result<(), Refusal>
where
    F: FnOnce(&mut Tx<'_>, Who<'_>, &StaffRow) -> Result<(), Refusal> + Send + 'static,
{
    actor.must(Right::ManageAccounts)?;
    let actor = actor.clone();
    hall.store()
        .write(move |tx| {
            let row = store::staff::get(tx, id)?.ok_or_else(nobody)?;
            work(tx, Who::Staff(&actor), &row)
        })
        .await
}

/// Ends one session: the owner's, or anyone's for who manages accounts.
pub async fn end_session(hall: &Hall, actor: &Actor, whose: StaffId, session: &str) -> Result<(), Refusal> {
    if actor.staff.id != whose {
        actor.must(Right::ManageAccounts)?;
    }
    let gone = || Refusal::from(Reason::SessionGone);
    let mut short = [0; 16];
    hex::decode_to_slice(session, &mut short).map_err(|_| gone())?;
    let (now, actor) = (hall.now_ms(), actor.clone());
    hall.store()
        .write(move |tx| {
            let row = store::staff::get(tx, whose)?.ok_or_else(nobody)?;
            if !store::sessions::end_listed(tx, whose, &short, now)? {
                return Err(gone());
            }
            Ok(audit::write(tx, now, Who::Staff(&actor), Action::SessionEnded, None, &row.name)?)
        })
        .await
}

/// The actor's own new password. Every other session of theirs ends.
pub async fn change_password(
    hall: &Hall,
    actor: &Actor,
    session: Digest,
    old: Personal<String>,
    new: Personal<String>,
) -> Result<(), Refusal> {
    let (id, now) = (actor.staff.id, hall.now_ms());
    if new.expose().chars().count() < PASSWORD_CHARACTERS {
        return Err(Reason::PasswordShort { least: PASSWORD_CHARACTERS }.into());
    }
    let row = hall.store().read(move |connection| store::staff::get(connection, id)).await?.ok_or_else(nobody)?;
    let under = sign_in::counted_change(&row);
    sign_in::count(hall, &actor.from, &under).await?;
    let checked = tokio::task::spawn_blocking(move || {
        if !opens(&row, old.expose(), now) {
            return Err(Reason::PasswordWrong.into());
        }
        if normal(old.expose()) == normal(new.expose()) {
            return Err(Reason::PasswordSame.into());
        }
        hash_secret(new.expose())
    });
    let checked = checked.await.map_err(|cause| Refusal::internal(&cause))?;
    if checked.as_ref().err().is_none_or(|refusal| refusal.code() != Code::SignInRefused) {
        hall.tries().forgive(&under);
    }
    let phc = checked?;
    let actor = actor.clone();
    hall.store()
        .write(move |tx| {
            store::staff::set_password(tx, id, &phc, None)?;
            store::sessions::end_all(tx, id, Some(&session), now)?;
            Ok(audit::write(tx, now, Who::Staff(&actor), Action::PasswordChanged, None, "")?)
        })
        .await
}
