//! The TLS identity: read again when its files change, believed only when it fits, and told in time when it ends.
//!
//! Files are compared by content: a renewal may keep size and time, and a link may lead elsewhere. A pair that does not fit
//! (one file written and the other not yet, a key of another certificate) is told, and the old one is kept.

use std::path::Path;

use axum_server::tls_rustls::RustlsConfig;
use sha2::{Digest as _, Sha256};
use x509_parser::pem::Pem;

use crate::config::Tls;

/// From how long before its end a certificate is worth a word, milliseconds: 14 days.
pub const WARN_MS: i64 = 14 * DAY_MS;
const DAY_MS: i64 = 86_400_000;

/// What is known of the certificate in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// When it ends: the first of its chain.
    pub ends_ms: i64,
    /// Why the files as they are now are not used.
    pub flaw: Option<String>,
}

impl State {
    /// Whole days left, when they are few; none is today, or over already.
    pub fn days_left(&self, now_ms: i64) -> Option<i64> {
        let left = self.ends_ms.saturating_sub(now_ms);
        (left <= WARN_MS).then(|| (left / DAY_MS).max(0))
    }

    /// Whether somebody must do something.
    pub fn wants_attention(&self, now_ms: i64) -> bool {
        self.flaw.is_some() || self.days_left(now_ms).is_some()
    }
}

/// What a look at the files came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// They are as they were.
    Same,
    /// They were renewed, and are used from now on.
    Renewed,
    /// They changed and cannot be used; the old ones still are.
    Unfit,
}

/// The identity in use, and the files it came from.
pub struct Certificates {
    files: Tls,
    config: RustlsConfig,
    looked: [u8; 32],
    /// Terminals have refused it since the start, so that another such one takes nothing away.
    cuts_off: bool,
    state: State,
}

/// The files' content.
struct Pair {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl Pair {
    async fn read(files: &Tls) -> Result<Self, String> {
        Ok(Self { cert: read(&files.cert).await?, key: read(&files.key).await? })
    }

    /// Stands for the content; the key itself is not kept.
    fn digest(&self) -> [u8; 32] {
        let parts = [Sha256::digest(&self.cert), Sha256::digest(&self.key)];
        Sha256::digest(parts.concat()).into()
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(path).await.map_err(|cause| format!("{}: {cause}", path.display()))
}

/// When the first certificate of a chain ends.
fn ends_ms(cert: &[u8]) -> Result<i64, String> {
    let mut ends = Vec::new();
    for pem in Pem::iter_from_buffer(cert) {
        let pem = pem.map_err(|cause| cause.to_string())?;
        let certificate = pem.parse_x509().map_err(|cause| cause.to_string())?;
        ends.push(certificate.validity().not_after.timestamp().saturating_mul(1000));
    }
    ends.into_iter().min().ok_or_else(|| "it holds no certificate".to_owned())
}

/// What is said of a certificate that curl and browsers may take, and terminals do not.
const AUTHORITY: &str = "it is made as an authority's own (CA:TRUE), as `openssl req -x509` does, and terminals refuse it \
                         (CaUsedAsEndEntity): make it anew with `-addext basicConstraints=critical,CA:FALSE`";

/// Whether the first certificate of a chain, the server's own, is made as an authority's.
fn is_authority(cert: &[u8]) -> bool {
    let first = Pem::iter_from_buffer(cert).next().and_then(Result::ok);
    let first = first.as_ref().and_then(|pem| pem.parse_x509().ok());
    first.is_some_and(|first| first.basic_constraints().ok().flatten().is_some_and(|said| said.value.ca))
}

impl Certificates {
    /// Reads the files for the first time; whatever is wrong with them is an error, but for one that browsers get along
    /// with.
    pub async fn open(files: &Tls) -> Result<Self, String> {
        let pair = Pair::read(files).await?;
        let cuts_off = is_authority(&pair.cert);
        if cuts_off {
            tracing::error!(cause = AUTHORITY, "the certificate of [tls] cuts terminals off");
        }
        let (looked, ends_ms) = (pair.digest(), ends_ms(&pair.cert)?);
        let config = RustlsConfig::from_pem(pair.cert, pair.key).await.map_err(|cause| cause.to_string())?;
        Ok(Self { files: files.clone(), config, looked, cuts_off, state: State { ends_ms, flaw: None } })
    }

    /// What connections are accepted with; it changes when the files do.
    pub fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// What is known of it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Looks at the files again.
    pub async fn look(&mut self, now_ms: i64) -> Renewal {
        let taken = match Pair::read(&self.files).await {
            Ok(pair) if pair.digest() == self.looked => return Renewal::Same,
            Ok(pair) => {
                self.looked = pair.digest();
                self.take(pair, now_ms).await
            }
            Err(cause) => {
                // Told once; whatever is there next is looked at anew.
                let again = self.state.flaw.as_ref() == Some(&cause);
                self.looked = [0; 32];
                if again {
                    return Renewal::Same;
                }
                Err(cause)
            }
        };
        match taken {
            Ok(ends_ms) => {
                self.state = State { ends_ms, flaw: None };
                Renewal::Renewed
            }
            Err(cause) => {
                self.state.flaw = Some(cause);
                Renewal::Unfit
            }
        }
    }

    async fn take(&self, pair: Pair, now_ms: i64) -> Result<i64, String> {
        let ends_ms = ends_ms(&pair.cert).map_err(|cause| format!("{}: {cause}", self.files.cert.display()))?;
        if ends_ms <= now_ms && self.state.ends_ms > now_ms {
            return Err(format!("{}: it has ended already", self.files.cert.display()));
        }
        if is_authority(&pair.cert) && !self.cuts_off {
            return Err(format!("{}: {AUTHORITY}", self.files.cert.display()));
        }
        self.config.reload_from_pem(pair.cert, pair.key).await.map_err(|cause| cause.to_string())?;
        Ok(ends_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_399_200_000;

    /// A certificate that ends so many days after [`NOW`], and its key.
    fn made(days: i64) -> (String, String) {
        made_as(days, rcgen::IsCa::NoCa)
    }

    fn made_as(days: i64, is_ca: rcgen::IsCa) -> (String, String) {
        let mut wanted = rcgen::CertificateParams::new(vec!["hall.example".to_owned()]).expect("a name");
        wanted.is_ca = is_ca;
        let ends = i128::from(NOW + days * DAY_MS) * 1_000_000;
        wanted.not_after =
            rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_nanos(u64::try_from(ends).expect("small"));
        let key = rcgen::KeyPair::generate().expect("a key");
        (wanted.self_signed(&key).expect("signs").pem(), key.serialize_pem())
    }

    fn put(files: &Tls, cert: &str, key: &str) {
        std::fs::write(&files.cert, cert).expect("writes");
        std::fs::write(&files.key, key).expect("writes");
    }

    #[tokio::test]
    async fn what_fits_is_taken_and_what_does_not_is_told_and_changes_nothing() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().expect("a folder");
        let files = Tls { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
        let (cert, key) = made(1);
        put(&files, &cert, &key);
        let mut all = Certificates::open(&files).await.expect("opens");
        assert_eq!((all.state().days_left(NOW), all.look(NOW).await), (Some(1), Renewal::Same));
        let served = all.config().get_inner();
        let (next, next_key) = made(90);
        let (ended, ended_key) = made(-1);
        let (authority, its_key) = made_as(90, rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
        for (cert, key, says) in [
            (next.as_str(), key.as_str(), ""),
            (&cert, &next_key, ""),
            ("no certificate", &key, "it holds no certificate"),
            (&cert, "no key", ""),
            ("", "", "it holds no certificate"),
            (&ended, &ended_key, "it has ended already"),
            (&authority, &its_key, "terminals refuse it (CaUsedAsEndEntity)"),
        ] {
            put(&files, cert, key);
            assert_eq!(all.look(NOW).await, Renewal::Unfit, "{says}");
            let flaw = all.state().flaw.clone().expect("it is told");
            assert!(flaw.contains(says) && all.state().wants_attention(NOW), "{flaw}");
            assert_eq!(all.look(NOW).await, Renewal::Same, "it is told once: {says}");
            assert!(std::sync::Arc::ptr_eq(&served, &all.config().get_inner()), "the old one is kept: {says}");
        }
        std::fs::remove_file(&files.key).expect("removes");
        assert_eq!((all.look(NOW).await, all.look(NOW).await), (Renewal::Unfit, Renewal::Same));
        put(&files, &next, &next_key);
        assert_eq!(all.look(NOW).await, Renewal::Renewed);
        assert_eq!(all.state(), &State { ends_ms: NOW + 90 * DAY_MS, flaw: None });
        assert!(!all.state().wants_attention(NOW) && !std::sync::Arc::ptr_eq(&served, &all.config().get_inner()));
        put(&files, &cert, &key);
        assert_eq!(
            (all.look(NOW).await, all.state().days_left(NOW)),
            (Renewal::Renewed, Some(1)),
            "an older one that fits"
        );
    }

    #[test]
    fn an_end_is_told_from_fourteen_days_before_it() {
        let state = State { ends_ms: NOW, flaw: None };
        for (before_ms, days) in [
            (15 * DAY_MS, None),
            (WARN_MS + 1, None),
            (WARN_MS, Some(14)),
            (DAY_MS, Some(1)),
            (1, Some(0)),
            (-DAY_MS, Some(0)),
        ] {
            assert_eq!(state.days_left(NOW - before_ms), days, "{before_ms}");
        }
    }
}
