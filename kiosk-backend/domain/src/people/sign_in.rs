//! Signing in with name and password, for pages and for the JSON interface alike: one count of tries for both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hall_store::sessions::{self, Digest, Session};
use hall_store::staff::StaffRow;
use hall_store::{self as store, StoreError};
use hall_words::Reason;
use kiosk_wire::{Code, Personal};

use crate::ground::actor::{Actor, Staff};
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::limit::Key;
use crate::ground::origin::Origin;
use crate::ground::refusal::Refusal;
use crate::ground::tries::{self, Attempt, Counted};
use crate::people::browsers::Browser;
use crate::people::staff;

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

/// Where somebody signs in from.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The address.
    pub origin: Origin,
    /// The browser, where it was here before.
    pub browser: Option<Browser>,
}

/// Opens a session for whoever proves to be `name`, in place of the one under `replaces`.
pub async fn sign_in(
    hall: &Hall,
    place: &Place,
    name: &str,
    password: Personal<String>,
    replaces: Option<Digest>,
) -> Result<Opened, Refusal> {
    let wanted = name.trim().to_owned();
    let row = hall.store().read(move |connection| store::staff::by_name(connection, &wanted)).await;
    let row = row.map_err(|cause: StoreError| Refusal::from(cause))?;
    let under = counted(hall, place, name, row.as_ref());
    let from = place.origin.text();
    count(hall, &from, &under).await?;
    match staff::sign_in(hall, name, password).await {
        Ok(staff) => {
            hall.tries().forgive(&under);
            // Whoever knows it begins anew where they are.
            hall.tries().forget(under.split_first().map_or(&[], |(first, _)| std::slice::from_ref(first)));
            open(hall, Actor { staff, from }, false, replaces).await
        }
        Err(refusal) if refusal.code() == Code::SignInRefused => {
            let now = hall.now_ms();
            let write = hall.store().write(move |tx| {
                tries::keep(tx, &under, now)?;
                audit::write(tx, now, Who::Unknown(&from), Action::SignInRefused, None, "").map_err(Refusal::from)
            });
            write.await?;
            Err(refusal)
        }
        Err(failure) => {
            // Nobody looked at the password.
            hall.tries().forgive(&under);
            Err(failure)
        }
    }
}

/// The key of an account. A new password is a new key: what was tried for the old one counts no more, in whichever
/// process it was set.
pub(crate) fn account_key(row: &StaffRow, from: &str) -> Key {
    Key::new(&format!("{}\0{}", row.id, row.password_phc), from)
}

/// What a try is counted under; first what is forgotten when it was right. In a browser that knows the account, and in the
/// hall's own networks, what strangers try elsewhere has no part in it: nobody locks a colleague out at their own desk.
fn counted(hall: &Hall, place: &Place, name: &str, row: Option<&StaffRow>) -> Vec<Counted> {
    if let (Some(browser), Some(row)) = (&place.browser, row)
        && browser.knows(&hall.keys(), row.id)
    {
        return vec![(Attempt::PasswordInBrowser, account_key(row, &browser.number()))];
    }
    let line = place.origin.line();
    let key =
        |from: &str| row.map_or_else(|| Key::new(&name.trim().to_lowercase(), from), |row| account_key(row, from));
    let mut under = vec![(Attempt::PasswordFrom, key(&line)), (Attempt::SignInFrom, Key::new("", &line))];
    if !place.origin.is_in(&hall.settings().hall_networks) {
        under.push((if row.is_some() { Attempt::Password } else { Attempt::NoName }, key("")));
    }
    under
}

/// What a try to change the password is counted under: an open page is no way around the limit, and nobody who has none
/// can use it up.
pub(crate) fn counted_change(row: &StaffRow) -> [Counted; 1] {
    [(Attempt::PasswordChange, account_key(row, "change"))]
}

/// Counts the try before the password is looked at, so that many at one instant cannot all slip through.
pub(crate) async fn count(hall: &Hall, from: &str, under: &[Counted]) -> Result<(), Refusal> {
    let now = hall.now_ms();
    let Err(wait) = hall.tries().count(under, now) else { return Ok(()) };
    if wait.first {
        // Once for each time somebody runs into the limit, not once a try.
        let from = from.to_owned();
        hall.store()
            .write(move |tx| {
                audit::write(tx, now, Who::Unknown(&from), Action::SignInRefused, None, "too many tries")
                    .map_err(Refusal::from)
            })
            .await?;
    }
    Err(Reason::PasswordTries { wait: hall_words::Wait(wait.seconds()) }.into())
}

/// Opens a session for someone who proved who they are, by their password or by the word of the city's provider.
pub(crate) async fn open(
    hall: &Hall,
    actor: Actor,
    by_provider: bool,
    replaces: Option<Digest>,
) -> Result<Opened, Refusal> {
    let token = new_token()?;
    let (now, staff) = (hall.now_ms(), actor.staff.clone());
    let ends_ms = now + sessions::LONGEST_MS;
    let session = Session { staff: staff.id, started_ms: now, used_ms: now, ends_ms, by_provider };
    let key = sessions::digest(&token);
    hall.store()
        .write(move |tx| {
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
