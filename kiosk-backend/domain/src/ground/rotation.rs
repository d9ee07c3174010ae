//! Another data key: it is made beside the running server, seals from the moment on in which the server takes it up, and
//! everything older is sealed anew while the hall works. An older key goes only when nothing needs it.
//!
//! The server takes a key up in its one writer, between two transactions, and whatever was sealed before and is written
//! after is sealed anew on its way. So what the pass has gone through holds nothing older, and nothing older is added.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hall_store::data_keys::{self, DataKey};
use hall_store::keys::{KeyError, Keys};
use hall_store::seal::{KeyId, Ring};
use hall_store::sealed::{self, PLACES};
use hall_store::vault::{Renewal, Vault};
use hall_store::{Connection, Store, StoreError, StoreResult, Tx, meta};
use serde::Serialize;
use thiserror::Error;

use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;

/// The text that says how far everything is sealed with which key: its number, and a place and what was done of it, or
/// [`DONE`].
const RESEALED: &str = "resealed";
const DONE: &str = "all";
const FILES: &str = "files";
/// How many attachments are looked at before it is noted how far it came.
const LOOKED_AT: usize = 256;

/// Why a key is not rotated or retired.
#[derive(Debug, Error)]
pub enum RotationError {
    /// A key file cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The new key cannot be written.
    #[error("no new key could be made: {cause}. Nothing was changed: key {newest} goes on sealing")]
    NotMade { cause: KeyError, newest: KeyId },
    /// The last rotation has not come to its end.
    #[error(
        "key {newest} is still being taken up: the server seals anew what is older, while it runs. Wait until `key status` \
         says that nothing is left"
    )]
    UnderWay { newest: KeyId },
    /// Numbers of keys have one byte.
    #[error("data key 255 is the last that there can be")]
    NoMore,
    /// Something is sealed with an older key.
    #[error(
        "{held} are sealed with it still, so the key stays. The running server goes through everything once more; what is \
         left after that does not open: see `verify`, and restore it from a backup or keep the key"
    )]
    Needed { held: String },
}

/// An older key, and what is sealed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Older {
    pub id: KeyId,
    /// Whether its file lies among the keys.
    pub here: bool,
    /// Whether the database counts on it: it was taken up here, and not retired.
    pub counted_on: bool,
    /// How many values, by table; `attachments` are files.
    pub holds: Vec<(&'static str, u64)>,
}

impl std::fmt::Display for Older {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held: Vec<String> = self.holds.iter().map(|(what, count)| format!("{what} {count}")).collect();
        write!(f, "key {}: {}", self.id, held.join(", "))
    }
}

/// How it stands with the data keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The key that seals.
    pub newest: KeyId,
    /// Since when; 0 of the first.
    pub since_ms: i64,
    /// Whether what is older is still being sealed anew.
    pub under_way: bool,
    /// The others that are here or hold something, lowest first.
    pub older: Vec<Older>,
}

/// The same in short, for the console: older keys that were not retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
    pub newest: KeyId,
    pub older: Vec<KeyId>,
    /// Whether what is older is still being sealed anew.
    pub under_way: bool,
}

/// A key that was retired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retired {
    pub id: KeyId,
    /// Where its file lies now.
    pub file: PathBuf,
}

/// How far everything is sealed with the newest key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// Rows of [`PLACES`]: which place, and after which row it goes on.
    Rows(usize, i64),
    /// Attachments, after this one.
    Files(Option<[u8; 32]>),
    All,
}

impl Reached {
    const START: Self = Self::Rows(0, i64::MIN);

    fn keep(self, connection: &Connection, newest: KeyId) -> StoreResult<()> {
        let far = match self {
            Self::Rows(place, after) => format!("{} {after}", PLACES.get(place).map_or("", |place| place.table)),
            Self::Files(last) => format!("{FILES} {}", last.map(hex::encode).unwrap_or_default()),
            Self::All => DONE.to_owned(),
        };
        meta::set_text(connection, RESEALED, &format!("{newest} {far}"))
    }

    fn read(connection: &Connection, keys: &[DataKey]) -> StoreResult<Self> {
        let [.., _, newest] = keys else { return Ok(Self::All) };
        let text = meta::text(connection, RESEALED)?.unwrap_or_default();
        let Some(far) = text.strip_prefix(&format!("{} ", newest.id)) else { return Ok(Self::START) };
        let (place, after) = far.split_once(' ').unwrap_or((far, ""));
        let mut last = [0; 32];
        Ok(match place {
            DONE => Self::All,
            FILES => Self::Files(hex::decode_to_slice(after, &mut last).ok().map(|()| last)),
            table => {
                let place = PLACES.iter().position(|place| place.table == table);
                place.map_or(Self::START, |place| Self::Rows(place, after.parse().unwrap_or(i64::MIN)))
            }
        })
    }
}

/// The number of the newest key that the database knows, how far it is, and all of them.
fn reached(connection: &Connection) -> StoreResult<(KeyId, Reached, Vec<DataKey>)> {
    let keys = data_keys::all(connection)?;
    Ok((keys.last().map_or(1, |key| key.id), Reached::read(connection, &keys)?, keys))
}

fn needed(keys: &[DataKey]) -> Vec<KeyId> {
    keys.iter().filter(|key| key.retired_ms.is_none()).map(|key| key.id).collect()
}

/// Whether there is a key that the database does not know.
fn any_new(keys: &[DataKey], here: &[KeyId]) -> bool {
    here.iter().any(|id| keys.iter().all(|key| key.id != *id))
}

fn take_up_all(connection: &Connection, here: &[KeyId], now_ms: i64) -> StoreResult<()> {
    here.iter().try_for_each(|id| data_keys::take_up(connection, *id, now_ms))
}

/// What the database knows and the keys that are here, which must be all that it needs.
fn compare(store: &Store, keys: &Keys) -> Result<(Vec<DataKey>, Ring), RotationError> {
    // A key is there before it is known, and known to be retired before it goes: of a command that is at it meanwhile, a
    // look at what is known, at the keys, and at what is known again tells the same.
    let mut known = store.read_blocking(data_keys::all)?;
    let ring = keys.read_again()?;
    if keys.needs(&needed(&known), &ring.ids()).is_err() {
        known = store.read_blocking(data_keys::all)?;
        keys.needs(&needed(&known), &ring.ids())?;
    }
    Ok((known, ring))
}

/// Does what reads files, or everything, away from the threads that answer.
async fn aside<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|cause| StoreError::Unavailable(cause.to_string()))?
}

/// Compares the keys that are here with those that the database needs, and takes up what it does not know: a rotation
/// that broke off, or one that a restored backup has not heard of.
pub(crate) fn settle(store: &Store, keys: &Keys, now_ms: i64) -> Result<(), RotationError> {
    let (known, ring) = compare(store, keys)?;
    let here = ring.ids();
    keys.sealer.set_ring(ring);
    if any_new(&known, &here) {
        tracing::warn!(
            newest = keys.sealer.newest(),
            "there is a data key that the database did not know: it seals now"
        );
        store.write_blocking(move |tx| {
            take_up_all(tx, &here, now_ms)?;
            tx.revise()
        })?;
    }
    Ok(())
}

/// Makes the next data key. The running server takes it up within a second; one that does not run, when it starts.
pub fn rotate(hall: &Hall) -> Result<KeyId, RotationError> {
    let (keys, now_ms) = (hall.keys(), hall.now_ms());
    // Of two at once, the second waits for the first and is refused.
    hall.store().write_blocking(move |tx| {
        let (newest, far, _) = reached(tx)?;
        if far != Reached::All {
            return Err(RotationError::UnderWay { newest });
        }
        let next = newest.checked_add(1).ok_or(RotationError::NoMore)?;
        keys.make(next).map_err(|cause| RotationError::NotMade { cause, newest })?;
        data_keys::take_up(tx, next, now_ms)?;
        audit::write(tx, now_ms, Who::CommandLine, Action::KeyRotated, None, &format!("key {next}"))?;
        tx.revise()?;
        Ok(next)
    })
}

/// Takes up the keys that lie in the folder now; whether they are others than before.
pub async fn take_up(hall: &Hall) -> Result<bool, RotationError> {
    let (keys, now_ms) = (hall.keys(), hall.now_ms());
    let (comparing, theirs) = (hall.clone(), keys.clone());
    let (known, ring) = aside(move || compare(comparing.store(), &theirs)).await?;
    let here = ring.ids();
    if here == keys.sealer.ids() && !any_new(&known, &here) {
        return Ok(false);
    }
    let work = move |tx: &mut Tx<'_>| {
        take_up_all(tx, &here, now_ms)?;
        keys.sealer.set_ring(ring);
        Ok::<_, RotationError>(keys.sealer.newest())
    };
    let newest = hall.store().write(work).await?;
    tracing::info!(newest, "data keys were read: the newest seals from now on");
    Ok(true)
}

/// Seals the next few values anew; false when there are none left. What is done is kept, so that a restart goes on.
pub async fn again(hall: &Hall) -> StoreResult<bool> {
    let (newest, far, _) = hall.store().read(reached).await?;
    if newest != hall.keys().sealer.newest() {
        return Ok(false); // it is not taken up yet
    }
    let (what, damaged) = match far {
        Reached::Rows(place, after) => rows(hall, newest, place, after).await?,
        Reached::Files(after) => files(hall, newest, after).await?,
        Reached::All => return Ok(false),
    };
    if damaged > 0 {
        tracing::warn!(what, damaged, "values do not open and stay as they are; `kiosk-backend verify` lists them");
    }
    Ok(true)
}

async fn rows(hall: &Hall, newest: KeyId, place: usize, after: i64) -> StoreResult<(&'static str, u32)> {
    let keys = hall.keys();
    let work = move |tx: &mut Tx<'_>| {
        let done = sealed::renew(tx, &keys.sealer, place, after)?;
        let next = match done.last {
            Some(last) => Reached::Rows(place, last),
            None if place + 1 < PLACES.len() => Reached::Rows(place + 1, i64::MIN),
            None => Reached::Files(None),
        };
        next.keep(tx, newest)?;
        Ok::<_, StoreError>((PLACES.get(place).map_or("", |place| place.table), done.damaged))
    };
    hall.store().write_patiently(work).await
}

async fn files(hall: &Hall, newest: KeyId, after: Option<[u8; 32]>) -> StoreResult<(&'static str, u32)> {
    let vault = hall.vault().clone();
    let (last, renewal, damaged) = aside(move || next_file(&vault, after)).await?;
    let vault = hall.vault().clone();
    let work = move |tx: &mut Tx<'_>| {
        if let Some(renewal) = renewal {
            renewal.take_place(&vault)?;
        }
        last.map_or(Reached::All, |last| Reached::Files(Some(last))).keep(tx, newest)
    };
    hall.store().write_patiently(work).await?;
    Ok((FILES, damaged))
}

/// How far it looked, unless to the end; the first attachment that is to be sealed anew, done aside; how many do not open.
type Looked = (Option<[u8; 32]>, Option<Renewal>, u32);

fn next_file(vault: &Vault, after: Option<[u8; 32]>) -> StoreResult<Looked> {
    let (mut last, mut damaged) = (None, 0);
    let files = vault.after(after.as_ref(), LOOKED_AT)?;
    let looked = files.len();
    for file in files {
        last = Some(file);
        match vault.renew(&file) {
            Ok(None) => {}
            Ok(renewal) => return Ok((last, renewal, damaged)),
            Err(StoreError::Corrupt(_)) => damaged += 1,
            Err(other) => return Err(other),
        }
    }
    Ok((last.filter(|_| looked == LOOKED_AT), None, damaged))
}

/// Goes through everything and counts what other keys than the newest sealed.
fn scan(hall: &Hall, newest: KeyId) -> StoreResult<BTreeMap<KeyId, Vec<(&'static str, u64)>>> {
    let mut held = hall.store().read_blocking(|connection| sealed::under_others(connection, newest))?;
    let (vault, mut last, mut files) = (hall.vault(), None, BTreeMap::<KeyId, u64>::new());
    loop {
        let some = vault.after(last.as_ref(), LOOKED_AT)?;
        let Some(file) = some.last() else { break };
        last = Some(*file);
        for file in some {
            match vault.key_ids(&file) {
                Ok(ids) => ids.into_iter().filter(|id| *id != newest).for_each(|id| *files.entry(id).or_default() += 1),
                // No sealed file at all, or gone meanwhile.
                Err(StoreError::Corrupt(_)) => {}
                Err(other) => return Err(other),
            }
        }
    }
    for (id, count) in files {
        held.entry(id).or_default().push(("attachments", count));
    }
    Ok(held)
}

/// How it stands with the data keys. Everything is looked at: what is said of it holds.
pub fn status(hall: &Hall) -> Result<Status, RotationError> {
    let (newest, far, keys) = hall.store().read_blocking(reached)?;
    let here = hall.keys().read_again()?.ids();
    let mut held = scan(hall, newest)?;
    let counted_on = needed(&keys);
    let all: BTreeSet<KeyId> = here.iter().chain(&counted_on).chain(held.keys()).copied().collect();
    let older = all.into_iter().filter(|id| *id != newest).map(|id| Older {
        id,
        here: here.contains(&id),
        counted_on: counted_on.contains(&id),
        holds: held.remove(&id).unwrap_or_default(),
    });
    Ok(Status {
        newest,
        since_ms: keys.last().map_or(0, |key| key.since_ms),
        under_way: far != Reached::All,
        older: older.collect(),
    })
}

/// The same in short; `None` where there is one key and nothing to do.
pub fn sealing(connection: &Connection) -> StoreResult<Option<Sealing>> {
    let (newest, far, keys) = reached(connection)?;
    let older: Vec<KeyId> = needed(&keys).into_iter().filter(|id| *id != newest).collect();
    Ok((!older.is_empty()).then_some(Sealing { newest, older, under_way: far != Reached::All }))
}

/// Whether everything that was sealed anew is, though an older key is here still: files or rows may have been put back
/// from elsewhere. Where it is not, all is gone through once more.
pub async fn look_again(hall: &Hall) -> Result<(), RotationError> {
    let (newest, far, keys) = hall.store().read(reached).await?;
    if far != Reached::All || needed(&keys).len() < 2 {
        return Ok(());
    }
    let looking = hall.clone();
    let held = aside(move || scan(&looking, newest)).await?;
    if needed(&keys).iter().any(|id| held.contains_key(id)) {
        hall.store().write(move |tx| Reached::START.keep(tx, newest)).await?;
    }
    Ok(())
}

/// What older keys still hold once all was gone through; said in the log.
pub async fn tell_end(hall: &Hall) -> Result<(), RotationError> {
    let asked = hall.clone();
    let status = aside(move || status(&asked)).await?;
    let held: Vec<String> = status.older.iter().filter(|key| !key.holds.is_empty()).map(ToString::to_string).collect();
    if held.is_empty() {
        tracing::info!(
            newest = status.newest,
            "everything is sealed with the newest data key: `key retire` moves older ones away"
        );
    } else {
        let held = held.join("; ");
        tracing::error!(
            held,
            "what does not open could not be sealed with the newest data key: see `kiosk-backend verify`"
        );
    }
    Ok(())
}

/// Retires every key but the newest: proves that nothing needs them, notes it, and moves their files away.
pub fn retire(hall: &Hall) -> Result<Vec<Retired>, RotationError> {
    let Status { newest, under_way, older, .. } = status(hall)?;
    if under_way {
        return Err(RotationError::UnderWay { newest });
    }
    // What names a key that never was here does not open, whatever is kept.
    let older: Vec<Older> = older.into_iter().filter(|key| key.here || key.counted_on).collect();
    let held: Vec<String> = older.iter().filter(|key| !key.holds.is_empty()).map(ToString::to_string).collect();
    if !held.is_empty() {
        hall.store().write_blocking(move |tx| {
            Reached::START.keep(tx, newest)?;
            tx.revise()
        })?;
        return Err(RotationError::Needed { held: held.join("; ") });
    }
    let ids: Vec<KeyId> = older.iter().map(|key| key.id).collect();
    let now_ms = hall.now_ms();
    let noted = ids.clone();
    // Noted first: a key that is noted and still here harms nothing, the other way round the server would not start.
    hall.store().write_blocking(move |tx| {
        for id in noted {
            data_keys::retire(tx, id, now_ms)?;
            audit::write(tx, now_ms, Who::CommandLine, Action::KeyRetired, None, &format!("key {id}"))?;
        }
        tx.revise()
    })?;
    let keys = hall.keys();
    ids.into_iter().map(|id| Ok(Retired { id, file: keys.put_away(id)? })).collect()
}
