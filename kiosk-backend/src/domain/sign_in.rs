//! Signing in with name and password, for pages and for the JSON interface alike: one count of tries for both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kiosk_wire::{Code, Personal};
use sha2::{Digest as _, Sha256};

use super::audit::{self, Action, Who};
use super::staff;
use super::views::{Actor, Staff};
use crate::app::App;
use crate::problem::Refusal;
use crate::store::sessions::{self, Digest, Session};

/// Tries are counted over this long, milliseconds.
pub const SPAN_MS: i64 = 15 * 60 * 1000;
/// Wrong passwords for one name from one address.
const TRIES_OF_NAME_FROM: u32 = 5;
/// Wrong passwords for one name from anywhere: more, so that one desk cannot lock another's account out by itself.
const TRIES_OF_NAME: u32 = 20;
/// Wrong passwords from one address: a hall may share one.
const TRIES_FROM: u32 = 30;

/// A session that has just begun.
pub struct Opened {
    /// Its token; the store keeps only the hash.
    pub token: String,
    /// When it ends whatever its owner does.
    pub ends_ms: i64,
    /// Whose it is.
    pub staff: Staff,
}

/// A new unguessable token: 256 random bits.
pub fn new_token() -> Result<String, Refusal> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|cause| Refusal::internal(&cause))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Opens a session for whoever proves to be `name`, in place of the one under `replaces`. `from` is an address.
pub async fn sign_in(
    app: &App,
    from: &str,
    name: &str,
    password: Personal<String>,
    replaces: Option<Digest>,
) -> Result<Opened, Refusal> {
    let keys = Keys::of(name, from);
    count(app, from, keys).await?;
    match staff::sign_in(app, name, password).await {
        Ok(staff) => open(app, Actor { staff, from: from.to_owned() }, Proof::Password(keys), replaces).await,
        Err(refusal) => {
            if refusal.code() == Code::SignInRefused {
                let (now, from) = (app.now_ms(), from.to_owned());
                let write = app.store().write(move |tx| {
                    audit::write(tx, now, Who::Unknown(&from), Action::SignInRefused, None, "").map_err(Refusal::from)
                });
                write.await?;
            }
            Err(refusal)
        }
    }
}

/// What tries are counted under.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    name_from: Digest,
    name: Digest,
    from: Digest,
}

impl Keys {
    fn of(name: &str, from: &str) -> Self {
        let name = name.trim().to_lowercase();
        let key = |kind: &str, parts: &[&str]| -> Digest {
            let mut hasher = Sha256::new();
            hasher.update(kind.as_bytes());
            for part in parts {
                hasher.update([0]);
                hasher.update(part.as_bytes());
            }
            hasher.finalize().into()
        };
        Self { name_from: key("name-from", &[&name, from]), name: key("name", &[&name]), from: key("from", &[from]) }
    }
}

/// The key under which tries of a name are kept.
pub(super) fn name_key(name: &str) -> Digest {
    Keys::of(name, "").name
}

/// Counts a try to change the password as one to sign in: an open page is no way around the limit.
pub(super) async fn count_change(app: &App, actor: &Actor) -> Result<(), Refusal> {
    count(app, &actor.from, Keys::of(&actor.staff.name, &actor.from)).await
}

/// Counts the try before the password is looked at, so that many at one instant cannot all slip through.
async fn count(app: &App, from: &str, keys: Keys) -> Result<(), Refusal> {
    let (now, from) = (app.now_ms(), from.to_owned());
    let wait_ms = app
        .store()
        .write(move |tx| {
            let mut wait_ms = 0;
            let limits = [
                (keys.name_from, Some(&keys.name), TRIES_OF_NAME_FROM),
                (keys.name, Some(&keys.name), TRIES_OF_NAME),
                (keys.from, None, TRIES_FROM),
            ];
            for (key, name, most) in limits {
                let (tries, since) = sessions::count_try(tx, &key, name, now, SPAN_MS)?;
                if tries > most {
                    wait_ms = wait_ms.max(since + SPAN_MS - now);
                }
                // Once for each time somebody runs into the limit, not once a try.
                if tries == most + 1 {
                    audit::write(tx, now, Who::Unknown(&from), Action::SignInRefused, None, "too many tries")?;
                }
            }
            Ok::<_, Refusal>(wait_ms)
        })
        .await?;
    if wait_ms == 0 {
        return Ok(());
    }
    let seconds = u64::try_from(wait_ms / 1000).unwrap_or_default() + 1;
    let advice = format!("Wait {} minutes, or ask an administrator", seconds.div_ceil(60));
    Err(Refusal::new(Code::TooManyTries, "Too many wrong passwords", advice).retry_after_s(seconds))
}

/// How somebody proved who they are.
pub(super) enum Proof {
    /// By their password, which was counted under these.
    Password(Keys),
    /// By the word of the city's provider of accounts.
    Provider,
}

/// Opens a session for someone who proved who they are.
pub(super) async fn open(app: &App, actor: Actor, proof: Proof, replaces: Option<Digest>) -> Result<Opened, Refusal> {
    let token = new_token()?;
    let (now, staff) = (app.now_ms(), actor.staff.clone());
    let ends_ms = now + sessions::LONGEST_MS;
    let by_provider = matches!(proof, Proof::Provider);
    let session = Session { staff: staff.id, started_ms: now, used_ms: now, ends_ms, by_provider };
    let key = sessions::digest(&token);
    app.store()
        .write(move |tx| {
            if let Proof::Password(keys) = &proof {
                sessions::forget_tries(tx, &keys.name_from)?;
                sessions::uncount_try(tx, &keys.name)?;
                sessions::uncount_try(tx, &keys.from)?;
            }
            if let Some(replaces) = replaces {
                sessions::end(tx, &replaces, now)?;
            }
            sessions::start(tx, &key, &session, &actor.from)?;
            let how = if by_provider { "oidc" } else { "" };
            audit::write(tx, now, Who::Staff(&actor), Action::SignedIn, None, how).map_err(Refusal::from)
        })
        .await?;
    Ok(Opened { token, ends_ms, staff })
}
