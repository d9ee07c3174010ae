//! One sign-in on its way to the provider and back.
//!
//! Everything that must fit together in the end – state, nonce, the verifier of PKCE – is derived from one secret that
//! lies in a cookie of the browser that began. So nothing is stored before somebody comes back, and nobody else can.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hall_store::sessions::Digest;
use sha2::{Digest as _, Sha256};

/// How long somebody may take at the provider, milliseconds: to find a phone for a second factor, and no longer.
pub const FLOW_MS: i64 = 10 * 60 * 1000;
/// The longest path to come back to, bytes; a cookie has 4096 in all (RFC 6265, 6.1).
const LONGEST_NEXT: usize = 1024;

/// One sign-in on its way.
pub struct Flow {
    /// `random.milliseconds.path`, each in a form that a cookie takes.
    cookie: String,
    started_ms: i64,
    next: String,
}

impl Flow {
    /// Begins one that is to end at `next`, a path of ours. `secret` is unguessable.
    pub fn begin(secret: &str, next: &str, now_ms: i64) -> Self {
        let next = if next.len() > LONGEST_NEXT { "/" } else { next };
        let cookie = format!("{secret}.{now_ms}.{}", URL_SAFE_NO_PAD.encode(next));
        Self { cookie, started_ms: now_ms, next: next.to_owned() }
    }

    /// Reads what [`Flow::cookie`] wrote; none when it is no such thing or too old.
    pub fn read(cookie: &str, now_ms: i64) -> Option<Self> {
        let (rest, next) = cookie.rsplit_once('.')?;
        let (_, started_ms) = rest.rsplit_once('.')?;
        let started_ms: i64 = started_ms.parse().ok()?;
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let age = now_ms.checked_sub(started_ms)?;
        (0..FLOW_MS).contains(&age).then(|| Self { cookie: cookie.to_owned(), started_ms, next })
    }

    /// What the browser keeps.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Where to go in the end.
    pub fn next(&self) -> &str {
        &self.next
    }

    /// When it began, milliseconds since the epoch.
    pub fn started_ms(&self) -> i64 {
        self.started_ms
    }

    /// When it is too old.
    pub fn ends_ms(&self) -> i64 {
        self.started_ms.saturating_add(FLOW_MS)
    }

    /// What the provider sends back unread.
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// What the provider signs.
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What proves that whoever redeems the code is who asked for it (RFC 7636, 4.1).
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// What the provider is told of the verifier beforehand: its SHA-256 (RFC 7636, 4.2, S256).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// The name under which it is remembered that it came back.
    pub fn key(&self) -> Digest {
        self.hash("came back")
    }

    fn derived(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.hash(what))
    }

    fn hash(&self, what: &str) -> Digest {
        let mut hasher = Sha256::new();
        for part in ["oidc ", what, "\0", &self.cookie] {
            hasher.update(part);
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_what_began() {
        let flow = Flow::begin("secret", "/cases/7?x=1", 1_000);
        let read = Flow::read(flow.cookie(), 2_000).expect("reads");
        assert_eq!((read.next(), read.ends_ms()), ("/cases/7?x=1", 1_000 + FLOW_MS));
        assert_eq!((read.state(), read.nonce(), read.key()), (flow.state(), flow.nonce(), flow.key()));
        let values = [flow.state(), flow.nonce(), flow.verifier(), flow.challenge()];
        for (n, value) in values.iter().enumerate() {
            assert_eq!(value.len(), 43, "RFC 7636 wants 43 to 128 characters");
            assert!(!values[..n].contains(value), "none of them tells another");
        }
        assert_eq!(flow.challenge(), URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier())));
        assert_ne!(Flow::begin("other", "/cases/7?x=1", 1_000).state(), flow.state());
        assert_eq!(Flow::begin("secret", &"/x".repeat(1_000), 0).next(), "/");
    }

    #[test]
    fn what_is_too_old_or_was_touched_is_none() {
        let flow = Flow::begin("secret", "/", 1_000);
        assert!(Flow::read(flow.cookie(), 999 + FLOW_MS).is_some());
        for (cookie, now) in
            [(flow.cookie(), 1_000 + FLOW_MS), (flow.cookie(), 999), ("", 0), ("a.b.c", 0), ("a.1.%", 1)]
        {
            assert!(Flow::read(cookie, now).is_none(), "{cookie} at {now}");
        }
        let younger = flow.cookie().replace(".1000.", ".2000.");
        let younger = Flow::read(&younger, 1_000 + FLOW_MS).expect("reads");
        assert_ne!(younger.state(), flow.state(), "who makes it younger has another state, which nobody sent back");
    }
}
