//! By what a case is found: blind indexes of person, number, name, initials and phone.

use std::sync::Arc;

use hall_rules::initials::READINGS;
use hall_store::cases::Indexes;
use hall_store::keys::Keys;
use hall_store::seal::{BlindIndex, IndexOf};
use hall_store::{self as store, Store, StoreError};
use kiosk_wire::Submission;

use crate::case::record;

/// How many cases of an older release are indexed in one transaction.
const OLDER_AT_ONCE: usize = 500;

pub(crate) fn indexes(keys: &Keys, submission: &Submission) -> Indexes {
    let applicant = &submission.applicant;
    let number = applicant.number.expose();
    let last = number.char_indices().rev().nth(3).map_or(number.as_str(), |(at, _)| &number[at..]);
    let person = hall_rules::PersonKey::new(applicant.document, number);
    let index = |of, value: &str| keys.sealer.index(of, value);
    Indexes {
        person: index(IndexOf::PersonKey, person.expose()),
        last4: index(IndexOf::LastFour, last),
        name: index(IndexOf::Name, applicant.name.expose()),
        initials: initials(keys, applicant.name.expose()),
        phone: submission.phone.as_ref().map(|phone| index(IndexOf::Phone, phone.expose())),
    }
}

/// The blind indexes of person, last four, name and phone that a case made of this has.
pub(crate) fn person_indexes(keys: &Keys, submission: &Submission) -> [Option<BlindIndex>; 4] {
    let Indexes { person, last4, name, phone, .. } = indexes(keys, submission);
    [Some(person), Some(last4), Some(name), phone]
}

/// The blind indexes of a name's initials. A name without letters has that of nothing, so that it counts as indexed.
fn initials(keys: &Keys, name: &str) -> [Option<BlindIndex>; READINGS] {
    let mut all = hall_rules::initials::readings(name);
    if all.is_empty() {
        all.push(String::new());
    }
    let mut indexes = [None; READINGS];
    for (place, reading) in indexes.iter_mut().zip(all) {
        *place = Some(keys.sealer.index(IndexOf::Initials, &reading));
    }
    indexes
}

/// Lets cases of an older release be found by initials, once.
pub fn index_older(store: &Store, keys: &Arc<Keys>) -> Result<(), StoreError> {
    let missing = store.read_blocking(store::cases::without_initials)?;
    for some in missing.chunks(OLDER_AT_ONCE) {
        let (some, keys) = (some.to_vec(), keys.clone());
        store.write_blocking(move |tx| {
            for (id, entry) in some {
                // A payload that does not open is told on the case's page; it must not keep the hall closed.
                if let Ok(Some(made)) = record::submission_of(tx, &keys, entry) {
                    store::cases::set_initials(tx, id, &initials(&keys, made.applicant.name.expose()))?;
                }
            }
            Ok::<_, StoreError>(())
        })?;
    }
    Ok(())
}
