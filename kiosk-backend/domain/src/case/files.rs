//! Attachments of a case: scans of papers. Told by content, of a bounded size, sealed on disk, each reading on record.

use hall_rules::Right;
use hall_rules::case::Party;
use hall_store::papers::{FileRow, PaperKind};
use hall_store::vault::{Incoming, Outgoing};
use hall_store::{self as store, Connection, StoreError, StoreResult};
use hall_words::Reason;
use kiosk_wire::SubmissionId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::command;
use crate::case::happening::{Happened, Happening};
use crate::case::history;
use crate::case::joint::parts;
use crate::case::seen::seen_case;
use crate::case::sniff::FileKind;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;

/// The largest attachment, bytes: thirty pages scanned at 200 dpi in grey are about half of it.
pub const LARGEST: u64 = 20 << 20;

/// The most attachments of one case.
pub const MOST: usize = 40;

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

/// One attachment, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileView {
    /// Number within the case's history.
    pub n: u64,
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Who attached it.
    pub by: String,
    pub at_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct Named {
    name: String,
}

/// The attachments of a case, oldest first.
pub(crate) fn of_case(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Vec<FileView>> {
    let names = store::papers::of_case(connection, id, PaperKind::File)?;
    let view = |row: FileRow| {
        let paper = names.iter().find(|paper| paper.n == row.n);
        let Some(paper) = paper else { return Err(StoreError::Corrupt(format!("attachment {} has no name", row.n))) };
        let name = name(moment, id, row.n, &paper.sealed)?;
        Ok(FileView { n: row.n, name, size: row.size, by: paper.staff.clone(), at_ms: paper.at_ms })
    };
    store::papers::files(connection, id)?.into_iter().map(view).collect()
}

fn name(moment: &Moment, id: SubmissionId, n: u64, sealed: &[u8]) -> StoreResult<String> {
    let text = moment.keys.sealer.open(sealed, &store::papers::context(id, n))?;
    let named: Named = serde_json::from_str(text.expose()).map_err(|cause| StoreError::Corrupt(cause.to_string()))?;
    Ok(named.name)
}

/// Begins to take an attachment, if the actor may attach one now.
pub async fn begin(hall: &Hall, actor: &Actor, id: SubmissionId) -> Result<Incoming, Refusal> {
    actor.must(Right::TakeSteps)?;
    let acting = Acting::new(hall, actor);
    hall.store()
        .read(move |connection| {
            let row = seen_case(connection, &acting, id)?;
            may_attach(&acting, &row, store::papers::files(connection, id)?.len())
        })
        .await?;
    Ok(hall.vault().begin()?)
}

pub(crate) fn may_attach(acting: &Acting, row: &store::cases::CaseRow, count: usize) -> Result<(), Refusal> {
    let parties = acting.actor.staff.role.parties();
    if !parties.iter().any(|party| matches!(party, Party::Clerk | Party::Approver)) {
        return Err(Reason::FilesNotYours.into());
    }
    if row.state.is_final() {
        return Err(Reason::FilesClosed.into());
    }
    if count >= MOST {
        return Err(Reason::FilesFull { most: MOST }.into());
    }
    Ok(())
}

/// Takes more of it; refuses once it is too large.
pub fn take(incoming: &mut Incoming, bytes: &[u8]) -> Result<(), Refusal> {
    if incoming.size() + bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    Ok(incoming.write(bytes)?)
}

/// The refusal for a file that is too large.
pub fn too_large() -> Refusal {
    Reason::FileLarge { mb: LARGEST >> 20 }.into()
}

/// The whole has come: checks what it is and attaches it.
pub async fn attach(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    incoming: Incoming,
    name: &str,
) -> Result<(), Refusal> {
    let name = checked_name(name)?;
    if incoming.size() == 0 {
        return Err(Reason::FileEmpty.into());
    }
    let (head, tail) = incoming.ends();
    let kind = FileKind::of(head, tail).ok_or(Reason::FileKind)?;
    if !kind.is_named(&name) {
        return Err(Reason::FileMisnamed { kind: kind.word().to_uppercase() }.into());
    }
    let synced = tokio::task::spawn_blocking(move || incoming.sync().map(|()| incoming));
    let incoming = synced.await.map_err(|cause| Refusal::internal(&cause))??;
    command::command_over(hall, actor, id, None, true, move |tx, acting, row| {
        may_attach(acting, row, store::papers::files(tx, id)?.len())?;
        let n = row.version + 1;
        let kept = incoming.keep(|sha256| store::papers::content_of(tx, sha256))?;
        let staff = acting.actor.staff.id;
        let happened = Happened {
            what: Happening::FileAttached,
            at_ms: acting.now_ms,
            staff: Some(staff),
            kiosk: None,
            compartment: None,
            note: None,
            form: None,
        };
        history::append(tx, &acting.moment, id, &happened)?;
        let text = serde_json::to_string(&Named { name }).map_err(|cause| Refusal::internal(&cause))?;
        let sealed = acting.keys.sealer.seal(&text, &store::papers::context(id, n))?;
        store::papers::insert(tx, id, (n, PaperKind::File), acting.now_ms, staff, &sealed)?;
        let row =
            FileRow { n, sha256: kept.sha256, content: kept.content, kind: kind.word().to_owned(), size: kept.size };
        store::papers::add_file(tx, id, &row)?;
        let object = format!("{n} {}", hex::encode(kept.sha256));
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::FileAttached, Some(id), &object)?;
        Ok(())
    })
    .await
}

/// A name without a path, of one line.
fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    Err(Reason::FileName { longest: LONGEST_NAME }.into())
}

/// An attachment to be handed out.
pub struct Handed {
    pub name: String,
    pub kind: FileKind,
    /// Bytes.
    pub size: u64,
    pub content: Outgoing,
}

/// Hands an attachment out to whoever sees the case, or whose department was asked about it. The reading is on record.
pub async fn read(hall: &Hall, actor: &Actor, id: SubmissionId, n: u64) -> Result<Handed, Refusal> {
    actor.must(Right::SeeCases)?;
    let acting = Acting::new(hall, actor);
    let vault = hall.vault().clone();
    hall.store()
        .write(move |tx| {
            if !parts::was_asked(tx, &acting.actor, id)? {
                seen_case(tx, &acting, id)?;
            }
            let none = || Refusal::from(Reason::NoSuchFile);
            let row = store::papers::file(tx, id, n)?.ok_or_else(none)?;
            let papers = store::papers::of_case(tx, id, PaperKind::File)?;
            let paper = papers.iter().find(|paper| paper.n == n).ok_or_else(none)?;
            let name = name(&acting.moment, id, n, &paper.sealed)?;
            let kind = FileKind::from_word(&row.kind).ok_or_else(none)?;
            let content = vault.read(&row.sha256, row.content)?;
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::FileRead, Some(id), &n.to_string())?;
            Ok(Handed { name, kind, size: row.size, content })
        })
        .await
}
