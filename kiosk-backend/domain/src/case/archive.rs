//! A closed case as one bundle (see [`crate::case::bundle`]): gathered in full, with everything that was ever sealed.

use std::io::{Seek, Write};

use hall_rules::notice::Document;
use hall_rules::{CaseState, Right};
use hall_store::papers::FileRow;
use hall_store::{self as store, Connection, StoreError, StoreResult};
use hall_words::Reason;
use kiosk_wire::SubmissionId;
use serde_json::{Value, json};

use crate::case::bundle::{self, BundleError, BundledEvent, Manifest, Writer};
use crate::case::joint::parts;
use crate::case::seen::seen_case;
use crate::case::sniff::FileKind;
use crate::case::{clocks, fields, files, notes, record};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;
use crate::ground::shared::Shared;

/// Writes a notice as a page of its own, with all it needs in it.
pub type NoticePage = fn(Document) -> Result<String, String>;

const README: &str = "\
这是一个办件的归档包。case.json 是办件内容，events.json 是全部经过，notices 是文书（用浏览器打开 .html 可打印），files 是附件。
manifest.json 列出每个文件的 SHA-256，由大厅的密钥签名。核验：kiosk-backend case verify 文件名。

This is the archive of one case. case.json says what it was about, events.json what happened, notices holds the papers
it made (open the .html in a browser), files its attachments. manifest.json has the SHA-256 of each file and is signed
with the hall's key. Verify it with: kiosk-backend case verify FILE
";

/// What goes into a bundle, gathered in one view of the database.
pub struct Gathered {
    manifest: Manifest,
    texts: Vec<(String, Vec<u8>)>,
    files: Vec<(String, FileRow)>,
}

impl Gathered {
    /// The case's number.
    pub fn receipt(&self) -> &str {
        &self.manifest.receipt
    }
}

/// Whether a case is over and can be taken out.
pub(crate) fn is_closed(state: CaseState) -> bool {
    state.is_final()
}

/// Gathers a case for someone who may take it out; that they did is on record.
pub async fn gather(hall: &Hall, actor: &Actor, id: SubmissionId, page: NoticePage) -> Result<Gathered, Refusal> {
    actor.must(Right::ExportCases)?;
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    hall.store()
        .write(move |tx| {
            let row = seen_case(tx, &acting, id)?;
            must_be_closed(row.state)?;
            let gathered = all_of(tx, &acting.moment, id, &shared, page)?;
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CaseExported, Some(id), "")?;
            Ok(gathered)
        })
        .await
}

/// The same at the command line, by id or number.
pub fn gather_by_name(hall: &Hall, name: &str, page: NoticePage) -> Result<Gathered, Refusal> {
    let moment = Moment::of(hall);
    let shared = hall.shared();
    let name = name.trim().to_owned();
    hall.store().write_blocking(move |tx| {
        let id = match name.parse() {
            Ok(id) => Some(id),
            Err(_) => store::cases::by_receipt(tx, &name.replace([' ', '-'], ""))?,
        };
        let none = || Refusal::from(Reason::NoSuchCaseNamed { name: name.clone() });
        let id = id.ok_or_else(none)?;
        let head = store::cases::head(tx, id)?.ok_or_else(none)?;
        must_be_closed(head.state)?;
        let gathered = all_of(tx, &moment, id, &shared, page)?;
        audit::write(tx, moment.now_ms, Who::CommandLine, Action::CaseExported, Some(id), "")?;
        Ok(gathered)
    })
}

fn must_be_closed(state: CaseState) -> Result<(), Refusal> {
    if is_closed(state) {
        return Ok(());
    }
    Err(Reason::CaseNotClosed.into())
}

/// Writes a gathered case.
pub fn write<W: Write + Seek>(hall: &Hall, gathered: Gathered, out: W) -> Result<W, BundleError> {
    let mut writer = Writer::new(out);
    for (path, bytes) in &gathered.texts {
        writer.add(path, bytes)?;
    }
    for (path, row) in &gathered.files {
        writer.add_pieces(path, hall.vault().read(&row.sha256, row.content)?)?;
    }
    writer.finish(gathered.manifest, &hall.keys().hall)
}

fn pretty(value: &Value) -> StoreResult<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|cause| StoreError::Corrupt(cause.to_string()))
}

fn all_of(
    connection: &Connection,
    moment: &Moment,
    id: SubmissionId,
    shared: &Shared,
    page: NoticePage,
) -> StoreResult<Gathered> {
    let lost = || StoreError::Corrupt(format!("case {id} has no row"));
    let row = store::cases::get(connection, id, kiosk_wire::StaffId(uuid::Uuid::nil()))?.ok_or_else(lost)?;
    let made = record::submission_of(connection, &moment.keys, row.entry)?;
    let item = record::item(connection, &row.item, row.item_version)?;
    let past = store::case_events::history(connection, id)?;
    let limits = clocks::limits(moment, item.as_ref(), made.as_ref(), row.green);
    let mut texts = vec![("README.txt".to_owned(), README.as_bytes().to_vec())];
    let (notices, papers) = notices(connection, moment, id, page)?;
    texts.extend(papers);
    let (attached, files) = attachments(connection, moment, id)?;
    let answers = made.as_ref().map(|made| record::answers(made, item.as_ref(), shared)).unwrap_or_default();
    let case = json!({
        "format": "hall-case", "id": id, "receipt": row.receipt, "hall": moment.name,
        "item": { "code": row.item, "version": row.item_version, "name": item.as_ref().map(|item| &item.name) },
        "department": row.department, "window": row.window.as_ref().map(|(_, name)| name), "kiosk": row.kiosk.1,
        "state": row.state, "green_channel": row.green,
        "submission": made, "answers": answers,
        "keyed": keyed(connection, moment, id)?,
        "notes": notes::of_case(connection, moment, id)?.iter()
            .map(|note| json!({ "event": note.n, "text": note.text, "by": note.by, "at_ms": note.at_ms })).collect::<Value>(),
        "mandates": notes::mandates(connection, moment, id)?.iter()
            .map(|(mandate, by, at_ms)| json!({ "mandate": mandate, "checked_by": by, "at_ms": at_ms })).collect::<Value>(),
        "departments": parts(connection, moment, id, shared)?,
        "clocks": clocks::views(moment, &hall_rules::clock::clocks(&past, &limits)),
        "notices": notices, "files": attached,
    });
    texts.push((bundle::CASE.to_owned(), pretty(&case)?));
    texts.push((bundle::EVENTS.to_owned(), pretty(&json!(events(connection, id)?))?));
    texts.push(("audit.json".to_owned(), pretty(&audit_of(connection, id)?)?));
    let manifest = Manifest {
        format: "hall-case-bundle".into(),
        version: 1,
        case: id,
        receipt: row.receipt,
        hall: moment.name.clone(),
        exported_ms: moment.now_ms,
        files: Vec::new(),
    };
    Ok(Gathered { manifest, texts, files })
}

fn events(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<BundledEvent>> {
    let names = store::case_events::events(connection, id)?;
    let records = store::case_events::records(connection, id)?;
    let bundled = records.into_iter().zip(names).map(|((record, hash), row)| BundledEvent {
        record,
        staff: row.staff,
        kiosk: row.kiosk,
        hash: hash.map(hex::encode),
    });
    Ok(bundled.collect())
}

type Papers = Vec<(String, Vec<u8>)>;

fn notices(
    connection: &Connection,
    moment: &Moment,
    id: SubmissionId,
    page: NoticePage,
) -> StoreResult<(Value, Papers)> {
    let (mut list, mut papers) = (Vec::new(), Papers::new());
    for row in store::notices::of_case(connection, id)? {
        let Some((sealed, hash)) = store::notices::sealed(connection, id, row.n)? else { continue };
        let text = moment.keys.sealer.open(&sealed, &store::notices::context(id, row.n))?;
        let document: Document =
            serde_json::from_str(text.expose()).map_err(|cause| StoreError::Corrupt(cause.to_string()))?;
        let path = format!("notices/{:02}-{}", row.n, row.kind.code());
        list.push(json!({
            "n": row.n, "kind": row.kind, "number": document.number, "made_ms": row.made_ms, "by": row.by,
            "sha256": hex::encode(hash), "path": format!("{path}.json"),
        }));
        papers.push((format!("{path}.json"), text.expose().as_bytes().to_vec()));
        let html = page(document).map_err(StoreError::Corrupt)?;
        papers.push((format!("{path}.html"), html.into_bytes()));
    }
    Ok((Value::Array(list), papers))
}

fn attachments(
    connection: &Connection,
    moment: &Moment,
    id: SubmissionId,
) -> StoreResult<(Value, Vec<(String, FileRow)>)> {
    let rows = store::papers::files(connection, id)?;
    let (mut list, mut files) = (Vec::new(), Vec::new());
    for (view, row) in files::of_case(connection, moment, id)?.into_iter().zip(rows) {
        let extension = FileKind::from_word(&row.kind).map_or("bin", FileKind::word);
        // The name is a person's words: the path says the number only.
        let path = format!("files/{:03}.{extension}", view.n);
        list.push(json!({
            "event": view.n, "name": view.name, "size": view.size, "sha256": hex::encode(row.sha256),
            "by": view.by, "at_ms": view.at_ms, "path": path,
        }));
        files.push((path, row));
    }
    Ok((Value::Array(list), files))
}

fn keyed(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Value> {
    let all = fields::history(connection, moment, id)?;
    let one = |(field, keyed): &(String, fields::Keyed)| json!({ "field": field, "value": keyed.value.expose(), "by": keyed.by, "at_ms": keyed.at_ms });
    Ok(all.iter().map(one).collect())
}

fn parts(connection: &Connection, moment: &Moment, id: SubmissionId, shared: &Shared) -> StoreResult<Value> {
    let one = |part: &parts::PartView| {
        json!({
            "department": part.department, "window": part.window, "days": part.days, "state": part.state,
            "asked_ms": part.asked_ms, "ended_ms": part.ended_ms, "by": part.by, "said": part.said,
        })
    };
    Ok(parts::of_case(connection, moment, shared, id)?.iter().map(one).collect())
}

fn audit_of(connection: &Connection, id: SubmissionId) -> StoreResult<Value> {
    let one = |entry: &store::audit::AuditEntry| {
        json!({
            "seq": entry.seq, "at_ms": entry.at_ms, "actor": entry.actor, "action": entry.action,
            "detail": entry.detail, "prev": hex::encode(entry.prev), "hash": hex::encode(entry.hash),
        })
    };
    Ok(store::audit::of_case(connection, id.0)?.iter().map(one).collect())
}
