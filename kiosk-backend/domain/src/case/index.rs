//! By what a case is found: blind indexes of person, number, name, its initials and words, phone, and the organisation.
//! What folds together is `hall_rules::folding`; a release that folds otherwise indexes all cases again, while the hall
//! works.

use hall_rules::initials::readings;
use hall_rules::{PersonKey, folding};
use hall_store::cases::{ALSO, Indexes};
use hall_store::keys::Keys;
use hall_store::seal::{BlindIndex, IndexOf};
use hall_store::{self as store, Connection, Store, StoreError, StoreResult, Tx, meta};
use kiosk_wire::submission::Organisation;
use kiosk_wire::{Submission, SubmissionId};

use crate::case::record;
use crate::ground::hall::Hall;

/// How many cases are indexed again in one transaction: some milliseconds, so that nobody's step waits long.
const AT_ONCE: u32 = 100;

/// The text that says how far cases are indexed: [`folding::VERSION`], and the last case or [`DONE`].
const INDEXED: &str = "indexed";
const DONE: &str = "all";

/// Before every case.
const FIRST: SubmissionId = SubmissionId(uuid::Uuid::nil());

pub(crate) fn indexes(keys: &Keys, submission: &Submission) -> Indexes {
    let applicant = &submission.applicant;
    let (name, number) = (applicant.name.expose(), applicant.number.expose());
    let folded = folding::Name::of(name);
    let index = |of, value: &str| keys.sealer.index(of, value);
    Indexes {
        person: index(IndexOf::PersonKey, PersonKey::new(applicant.document, number).expose()),
        last4: index(IndexOf::LastFour, &folding::last_four(number)),
        name: index(IndexOf::Name, &folded.whole()),
        also: also(keys, name, &folded, submission.organisation.as_ref()),
        phone: submission.phone.as_ref().map(|phone| index(IndexOf::Phone, &folding::phone(phone.expose()))),
    }
}

/// The blind indexes of person, last four, name and phone that a case made of this has.
pub(crate) fn person_indexes(keys: &Keys, submission: &Submission) -> [Option<BlindIndex>; 4] {
    let Indexes { person, last4, name, phone, .. } = indexes(keys, submission);
    [Some(person), Some(last4), Some(name), phone]
}

/// The blind indexes of a name's initials and words, and of the organisation's names, initials and code.
fn also(
    keys: &Keys,
    name: &str,
    folded: &folding::Name,
    organisation: Option<&Organisation>,
) -> [Option<BlindIndex>; ALSO] {
    let of = |of, values: Vec<String>| values.into_iter().map(move |value| keys.sealer.index(of, &value));
    let names = organisation.map(|one| folding::organisation(one.name.expose())).unwrap_or_default();
    let short = names.last().map(|name| readings(name)).unwrap_or_default();
    let code = organisation.and_then(|one| one.code.as_ref()).map(|code| folding::number(code.expose()));
    let all = of(IndexOf::Initials, readings(name))
        .chain(of(IndexOf::NameWord, folded.words().map(str::to_owned).collect()))
        .chain(of(IndexOf::Organisation, names))
        .chain(of(IndexOf::Initials, short))
        .chain(of(IndexOf::OrganisationCode, code.into_iter().collect()));
    let mut indexes = [None; ALSO];
    for (place, index) in indexes.iter_mut().zip(all) {
        *place = Some(index);
    }
    indexes
}

/// Whether every case is indexed as this release folds.
pub fn is_done(connection: &Connection) -> StoreResult<bool> {
    Ok(reached(connection)?.is_none())
}

/// The case after which the others are still to be indexed again.
fn reached(connection: &Connection) -> StoreResult<Option<SubmissionId>> {
    let text = meta::text(connection, INDEXED)?.unwrap_or_default();
    let last = text.split_once(' ').filter(|(version, _)| *version == folding::VERSION.to_string());
    Ok(match last.map(|(_, last)| last) {
        Some(DONE) => None,
        last => Some(last.and_then(|last| last.parse().ok()).unwrap_or(FIRST)),
    })
}

/// A hall that has no case yet has none to index again. Writes once at most: commands beside the server begin so too.
pub fn begin(store: &Store) -> Result<(), StoreError> {
    let known = |connection: &Connection| {
        Ok::<_, StoreError>(is_done(connection)? || !store::cases::named_after(connection, FIRST, 1)?.is_empty())
    };
    if store.read_blocking(known)? {
        return Ok(());
    }
    store.write_blocking(|tx| meta::set_text(tx, INDEXED, &format!("{} {DONE}", folding::VERSION)))
}

/// Indexes the next cases again; false when there are none left. What is done is kept, so that a restart goes on.
pub async fn again(hall: &Hall) -> StoreResult<bool> {
    let Some(after) = hall.store().read(reached).await? else { return Ok(false) };
    let keys = hall.keys();
    let work = move |tx: &mut Tx<'_>| {
        let some = store::cases::named_after(tx, after, AT_ONCE)?;
        let last = some.last().map_or_else(|| DONE.to_owned(), |(id, _)| id.to_string());
        for (id, entry) in some {
            // A payload that does not open is told on the case's page and by `verify`; it must not stop the others.
            if let Ok(Some(made)) = record::submission_of(tx, &keys, entry) {
                store::cases::index(tx, id, &indexes(&keys, &made))?;
            }
        }
        meta::set_text(tx, INDEXED, &format!("{} {last}", folding::VERSION))?;
        Ok::<_, StoreError>(last != DONE)
    };
    hall.store().write_patiently(work).await
}
