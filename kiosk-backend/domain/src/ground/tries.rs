//! Every counter against guessing, by kind: what is counted, how often, and what outlives a restart.
//!
//! Two things make a counter worth having: nobody can win their tries back, and nobody else can use them up. So each kind
//! has a table of its own. Where the key is a thing of ours (a case, an account), there are only so many, none is ever
//! forgotten before its time, and what failed is on disk; what anybody can invent (numbers and names that there are not,
//! addresses) is bounded, apart, and a flood of it reaches nothing else. And whoever is known has a way of their own that
//! no stranger's tries lead to: a browser in which somebody signed in before, the hall's networks, a terminal.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hall_store::{self as store, Connection, StoreError, StoreResult};

use crate::ground::limit::{Key, Limiter, Rule, Wait};

const MINUTE_MS: i64 = 60_000;

/// How long wrong passwords count.
pub const PASSWORD_SPAN_MS: i64 = 15 * MINUTE_MS;

/// How many keys of a kind that anybody can invent are remembered: some 15 MiB at most.
const INVENTED: usize = 100_000;

/// Keys of ours are never forgotten before their time.
const OURS: usize = usize::MAX;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attempt {
    /// Last characters for the number of a case, on the public page.
    Receipt,
    /// The same at a terminal: a way that nobody outside the hall can close.
    ReceiptAtTerminal,
    /// Numbers that no case has, wherever they are tried: they look as if they were counted like the others.
    NoReceipt,
    /// All look-ups from one address or terminal.
    LookupFrom,
    /// Passwords for an account, from anywhere but known browsers.
    Password,
    /// Passwords for names that no account has.
    NoName,
    /// Passwords for one name from one address.
    PasswordFrom,
    /// Passwords for one account in one browser in which its owner signed in before.
    PasswordInBrowser,
    /// All passwords from one address.
    SignInFrom,
    /// The present password, typed by whoever is signed in to change it.
    PasswordChange,
    /// Enrolment codes from one address.
    EnrolFrom,
}

impl Attempt {
    const ALL: [Self; 11] = [
        Self::Receipt,
        Self::ReceiptAtTerminal,
        Self::NoReceipt,
        Self::LookupFrom,
        Self::Password,
        Self::NoName,
        Self::PasswordFrom,
        Self::PasswordInBrowser,
        Self::SignInFrom,
        Self::PasswordChange,
        Self::EnrolFrom,
    ];

    /// How often. Four characters have ten thousand values: five a day leave somebody who found a number more than two
    /// years for half of them. Enrolment codes have 60 bits: there the count only spares the log.
    fn rule(self) -> Rule {
        let (most, span_ms, keys) = match self {
            Self::Receipt | Self::ReceiptAtTerminal => (5, 24 * 60 * MINUTE_MS, OURS),
            Self::NoReceipt => (5, 24 * 60 * MINUTE_MS, INVENTED),
            Self::LookupFrom => (60, 15 * MINUTE_MS, INVENTED),
            Self::Password => (20, PASSWORD_SPAN_MS, OURS),
            Self::NoName => (20, PASSWORD_SPAN_MS, INVENTED),
            Self::PasswordFrom => (5, PASSWORD_SPAN_MS, INVENTED),
            Self::PasswordInBrowser | Self::PasswordChange => (5, PASSWORD_SPAN_MS, OURS),
            Self::SignInFrom => (30, PASSWORD_SPAN_MS, INVENTED),
            Self::EnrolFrom => (5, 10 * MINUTE_MS, INVENTED),
        };
        Rule { most, span_ms, keys }
    }

    /// Its word on disk, for those that outlive a restart.
    fn kept_as(self) -> Option<&'static str> {
        match self {
            Self::Receipt => Some("receipt"),
            Self::ReceiptAtTerminal => Some("receipt-at-terminal"),
            Self::Password => Some("password"),
            Self::NoReceipt
            | Self::LookupFrom
            | Self::NoName
            | Self::PasswordFrom
            | Self::PasswordInBrowser
            | Self::SignInFrom
            | Self::PasswordChange
            | Self::EnrolFrom => None,
        }
    }
}

/// What one try is counted under.
pub type Counted = (Attempt, Key);

/// All counters.
pub struct Tries(Mutex<BTreeMap<Attempt, Limiter>>);

impl Tries {
    /// As they were when the process ended.
    pub fn open(connection: &Connection, now_ms: i64) -> StoreResult<Self> {
        let mut all: BTreeMap<_, _> = Attempt::ALL.map(|kind| (kind, Limiter::new(kind.rule()))).into();
        for (word, key, at_ms) in store::tries::live(connection, now_ms)? {
            let kind = Attempt::ALL.into_iter().find(|kind| kind.kept_as() == Some(&word));
            if let Some(limiter) = kind.and_then(|kind| all.get_mut(&kind)) {
                limiter.restore(Key(key), at_ms);
            }
        }
        Ok(Self(Mutex::new(all)))
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Attempt, Limiter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a try that is about to be made under all of these, or under none when one of them must wait.
    pub fn count(&self, under: &[Counted], now_ms: i64) -> Result<(), Wait> {
        let mut all = self.all();
        for (n, (kind, key)) in under.iter().enumerate() {
            let Some(Err(wait)) = all.get_mut(kind).map(|limiter| limiter.count(*key, now_ms)) else { continue };
            for (kind, key) in under.iter().take(n) {
                all.entry(*kind).and_modify(|limiter| limiter.forgive(*key));
            }
            if wait.first {
                tracing::warn!(kind = ?kind, seconds = wait.seconds(), "too many wrong tries");
            }
            return Err(wait);
        }
        Ok(())
    }

    /// Takes a try back that was counted under these: it was right.
    pub fn forgive(&self, under: &[Counted]) {
        let mut all = self.all();
        for (kind, key) in under {
            all.entry(*kind).and_modify(|limiter| limiter.forgive(*key));
        }
    }

    /// Forgets what was tried under these keys: somebody proved who they are.
    pub fn forget(&self, under: &[Counted]) {
        let mut all = self.all();
        for (kind, key) in under {
            all.entry(*kind).and_modify(|limiter| limiter.forget(|known| known == key));
        }
    }

    /// Forgets all wrong passwords of one account, here and on disk.
    pub fn forget_account(&self, connection: &Connection, account: &Key) -> StoreResult<()> {
        for limiter in self.all().values_mut() {
            limiter.forget(|key| key.whose() == account.whose());
        }
        store::tries::forget(connection, account.whose())
    }

    /// The most wrong passwords of one account that count now, from one place or from all.
    pub fn most_of_account(&self, account: &Key, now_ms: i64) -> usize {
        let of = |limiter: &Limiter| limiter.most(now_ms, |key| key.whose() == account.whose());
        self.all().values().map(of).max().unwrap_or(0)
    }
}

/// Puts a try that was wrong on disk, where its kind outlives a restart.
pub fn keep(connection: &Connection, under: &[Counted], now_ms: i64) -> Result<(), StoreError> {
    for (kind, key) in under {
        if let Some(word) = kind.kept_as() {
            store::tries::add(connection, word, &key.0, now_ms, now_ms.saturating_add(kind.rule().span_ms))?;
        }
    }
    Ok(())
}
