//! What an applicant hands in, as it is put on record before the door.

use hall_rules::answers::{ACTING_FOR, ActingFor};
use kiosk_wire::kiosk_api::{CaseBrief, MissingMaterial, Todo};
use kiosk_wire::submission::MaterialLine;
use kiosk_wire::{Corrections, Fact, ReceiptNumber, Submission, SubmissionId};

use crate::output::{Entry, Payload};
use crate::visit::Visit;

/// What is put on record before the door: a new submission, or corrections of an earlier one.
pub(crate) fn prepared(visit: &Visit) -> Option<(SubmissionId, Entry)> {
    match &visit.correcting {
        Some(case) => Some((case.submission, correction(case))),
        None => submission(visit),
    }
}

fn correction(case: &CaseBrief) -> Entry {
    let missing = match &case.todo {
        Some(Todo::Correct { missing }) => missing.as_slice(),
        Some(Todo::PickUp { .. } | Todo::Unknown) | None => &[],
    };
    let material = |line: &MissingMaterial| MaterialLine {
        code: line.code.clone(),
        name: line.name.zh.clone(),
        originals: line.originals,
        copies: line.copies,
        deferrable: false,
        brought: true,
    };
    let fact = Fact::CorrectionPrepared {
        submission: case.submission,
        receipt: case.receipt.clone(),
        item: case.item.clone(),
        department: case.department.clone(),
    };
    let materials = missing.iter().map(material).collect();
    Entry { fact, payload: Some(Payload::Corrections(Corrections { salt: String::new(), materials })) }
}

/// Everything the applicant said.
fn submission(visit: &Visit) -> Option<(SubmissionId, Entry)> {
    let (holder, item) = (visit.holder.as_ref()?, visit.item()?);
    let acting_for = visit.answers.get(ACTING_FOR).and_then(ActingFor::from_code)?;
    let asked: Vec<&str> = visit.own_fields().iter().map(|field| field.code.as_str()).collect();
    let situations = visit.answers.0.iter().filter(|(code, _)| *code != ACTING_FOR);
    let answers = visit.values.iter().filter(|(code, value)| {
        asked.contains(&code.as_str()) && visit.taken.contains(*code) && !value.expose().is_empty()
    });
    let materials = visit.materials().into_iter().map(MaterialLine::handed_in);
    let said = Submission {
        salt: String::new(),
        applicant: holder.applicant.clone(),
        acting_for,
        organisation: visit.organisation(),
        phone: visit.phone_given().filter(|phone| !phone.expose().is_empty()),
        situations: situations.map(|(code, option)| (code.clone(), option.clone())).collect(),
        answers: answers.map(|(code, value)| (code.clone(), value.clone())).collect(),
        materials: materials.collect(),
    };
    let fact = Fact::SubmissionPrepared {
        submission: holder.submission,
        receipt: ReceiptNumber(String::new()),
        item: item.code.clone(),
        item_version: item.version,
        department: item.department.clone(),
    };
    Some((holder.submission, Entry { fact, payload: Some(Payload::Submission(Box::new(said))) }))
}
