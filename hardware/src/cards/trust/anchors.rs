//! Keys of authorities, found by the name of whom they belong to, so that a long list costs no more than a short one.

use std::collections::BTreeMap;

use crate::cards::signature::certificate::Certificate;
use crate::cards::signature::fault::Unusable;
use crate::cards::signature::key::PublicKey;
use crate::cards::signature::name::Name;

/// Keys of authorities. Nothing of a certificate but these is kept.
#[derive(Clone, Debug, Default)]
pub(in crate::cards) struct Anchors {
    keys: Vec<PublicKey>,
    by_name: BTreeMap<Name, Vec<usize>>,
    /// By the key's own identifier, for states that write their name anew.
    by_identifier: BTreeMap<Vec<u8>, Vec<usize>>,
}

impl Anchors {
    /// Adds the key of a certificate, if it is one that can be used and not there yet.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let Some(certificate) = Certificate::parse(bytes) else { return };
        let Ok(key) = certificate.key else { return };
        let named = self.by_name.entry(certificate.subject).or_default();
        if named.iter().any(|at| self.keys[*at] == key) {
            return;
        }
        named.push(self.keys.len());
        if let Some(identifier) = certificate.key_identifier {
            self.by_identifier.entry(identifier.to_vec()).or_default().push(self.keys.len());
        }
        self.keys.push(key);
    }

    pub(in crate::cards) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether one of them signed this certificate.
    ///
    /// # Errors
    /// It was signed in a way that is not known here.
    pub(in crate::cards) fn sign(&self, certificate: &Certificate<'_>) -> Result<bool, Unusable> {
        let named = self.by_name.get(&certificate.issuer);
        let identified = certificate.authority_key_identifier.and_then(|key| self.by_identifier.get(key));
        for at in identified.into_iter().chain(named).flatten() {
            if certificate.is_signed_by(&self.keys[*at])? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
