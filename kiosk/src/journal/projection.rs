//! What the journal's facts amount to: who is in which compartment, which numbers were given out, what was answered.
//!
//! A pure fold. [`Projection::apply`] takes every fact, believable or not, because it happened; [`Projection::refuses`]
//! judges what is only about to be written. When in doubt a compartment may hold paper.

use std::collections::BTreeMap;

use kiosk_wire::entry::{MoveReason, SetAsideReason, VoidReason};
use kiosk_wire::kiosk_api::CompartmentState;
use kiosk_wire::{CompartmentNo, DirectiveId, DirectiveOutcome, Fact, ReceiptNumber, StaffId, SubmissionId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many answered directives are remembered, newest first. A directive lives for minutes and its id sorts by time,
/// so a repeated one is always among them.
const ANSWERS_KEPT: usize = 4096;

/// The sum of a journal's facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    compartments: BTreeMap<CompartmentNo, Compartment>,
    submissions: BTreeMap<SubmissionId, Known>,
    answers: BTreeMap<DirectiveId, DirectiveOutcome>,
    receipts: u32,
}

/// One compartment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compartment {
    /// What may be in it.
    pub holds: Holds,
    /// Why it is not offered until staff return it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<SetAsideReason>,
}

/// What may be in a compartment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "holds", rename_all = "snake_case")]
pub enum Holds {
    /// Nothing: never used, or affirmed empty.
    #[default]
    Nothing,
    /// A door was or is about to be opened for this submission's paper.
    Deposit {
        /// Whose.
        submission: SubmissionId,
    },
    /// Paper, seen put in.
    Paper {
        /// Whose.
        submission: SubmissionId,
    },
    /// Nobody knows.
    Unconfirmed {
        /// Whose it may be, when known.
        submission: Option<SubmissionId>,
    },
    /// A door was or is about to be opened for staff.
    Opened {
        /// Whose paper is expected, when known.
        submission: Option<SubmissionId>,
        /// By whom.
        staff: StaffId,
    },
    /// A door was or is about to be opened for staff who put a result in.
    Loading {
        /// Whose.
        submission: SubmissionId,
        /// By whom.
        staff: StaffId,
    },
    /// A result for its applicant.
    Result {
        /// Whose.
        submission: SubmissionId,
    },
    /// Opened and shut; nobody entitled has said yet that it is empty.
    ToBeConfirmed {
        /// Whose paper was in it, when known.
        submission: Option<SubmissionId>,
    },
}

impl Holds {
    /// Whose paper may be in it.
    pub fn submission(self) -> Option<SubmissionId> {
        match self {
            Self::Nothing => None,
            Self::Deposit { submission }
            | Self::Paper { submission }
            | Self::Loading { submission, .. }
            | Self::Result { submission } => Some(submission),
            Self::Unconfirmed { submission } | Self::Opened { submission, .. } | Self::ToBeConfirmed { submission } => {
                submission
            }
        }
    }
}

impl Compartment {
    /// Whether it may be offered to an applicant.
    pub fn is_free(&self) -> bool {
        self.holds == Holds::Nothing && self.set_aside.is_none()
    }

    /// As the heartbeat tells it.
    pub fn state(&self) -> CompartmentState {
        match (self.set_aside, self.holds) {
            (Some(_), _) | (None, Holds::Unconfirmed { .. }) => CompartmentState::SetAside,
            (None, Holds::Nothing) => CompartmentState::Free,
            (None, Holds::Deposit { .. } | Holds::Loading { .. }) => CompartmentState::Reserved,
            (None, Holds::Paper { .. }) => CompartmentState::Paper,
            (None, Holds::Result { .. }) => CompartmentState::Result,
            (None, Holds::Opened { .. } | Holds::ToBeConfirmed { .. }) => CompartmentState::ToBeConfirmed,
        }
    }

    fn set_aside(&mut self, why: SetAsideReason) {
        let doubtful = match why {
            SetAsideReason::DoorStuck => false,
            SetAsideReason::FoundSomething
            | SetAsideReason::Unconfirmed
            | SetAsideReason::Forced
            | SetAsideReason::Unknown => true,
        };
        if doubtful && self.holds == Holds::Nothing {
            self.holds = Holds::Unconfirmed { submission: None };
        }
        self.set_aside = Some(why);
    }

    /// Someone entitled says it is empty. That settles doubts about the content, not about the door.
    fn affirm_empty(&mut self) {
        self.holds = Holds::Nothing;
        self.set_aside = self.set_aside.filter(|why| match why {
            SetAsideReason::DoorStuck | SetAsideReason::Forced => true,
            SetAsideReason::FoundSomething | SetAsideReason::Unconfirmed | SetAsideReason::Unknown => false,
        });
    }
}

/// A submission whose paper or result may still be here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The number its applicant has.
    pub receipt: ReceiptNumber,
    /// Item code.
    pub item: String,
    /// Department code; decides whose staff may open.
    pub department: String,
    /// Position of the entry that carries its payload.
    pub seq: u64,
    /// Whether a deposit of it ended, one way or another.
    pub ended: bool,
}

/// Why something about to be written is not true of what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The compartment is not free.
    #[error("compartment {0} is not free")]
    NotFree(CompartmentNo),
    /// The compartment does not hold this submission.
    #[error("compartment {0} does not hold this submission")]
    OtherContent(CompartmentNo),
    /// The compartment was not opened and shut by staff since paper was put in.
    #[error("compartment {0} was not opened and shut since paper was put in")]
    NotLookedInto(CompartmentNo),
    /// The submission is not known, or known already where it must be new.
    #[error("submission {0} is not as expected")]
    Submission(SubmissionId),
}

impl Projection {
    /// The sum of `facts`, given with their positions.
    pub fn replay<'a>(facts: impl IntoIterator<Item = (u64, &'a Fact)>) -> Self {
        let mut projection = Self::default();
        for (seq, fact) in facts {
            projection.apply(seq, fact);
        }
        projection
    }

    /// One compartment; one that was never mentioned holds nothing.
    pub fn compartment(&self, no: CompartmentNo) -> Compartment {
        self.compartments.get(&no).cloned().unwrap_or_default()
    }

    /// Every compartment that was ever mentioned.
    pub fn compartments(&self) -> &BTreeMap<CompartmentNo, Compartment> {
        &self.compartments
    }

    /// A submission whose paper may still be here.
    pub fn submission(&self, id: SubmissionId) -> Option<&Known> {
        self.submissions.get(&id)
    }

    /// All of them.
    pub fn submissions(&self) -> impl Iterator<Item = (SubmissionId, &Known)> {
        self.submissions.iter().map(|(id, known)| (*id, known))
    }

    /// How a directive was last answered.
    pub fn answer(&self, id: DirectiveId) -> Option<DirectiveOutcome> {
        self.answers.get(&id).copied()
    }

    /// Directives whose last answer is `outcome`.
    pub fn answered(&self, outcome: DirectiveOutcome) -> impl Iterator<Item = DirectiveId> {
        self.answers.iter().filter(move |(_, was)| **was == outcome).map(|(id, _)| *id)
    }

    /// How many receipt numbers this journal has given out.
    pub fn receipts(&self) -> u32 {
        self.receipts
    }

    /// Deposits that were begun and not ended, each with its compartment: after a crash nobody knows about them.
    pub fn open_deposits(&self) -> Vec<(CompartmentNo, SubmissionId)> {
        let holds = |(no, place): (&CompartmentNo, &Compartment)| (*no, place.holds);
        let open = |(no, holds)| if let Holds::Deposit { submission } = holds { Some((no, submission)) } else { None };
        self.compartments.iter().map(holds).filter_map(open).collect()
    }

    /// Results that staff were putting in, each with its compartment.
    pub fn open_loadings(&self) -> Vec<(CompartmentNo, SubmissionId)> {
        let holds = |(no, place): (&CompartmentNo, &Compartment)| (*no, place.holds);
        let open =
            |(no, holds)| if let Holds::Loading { submission, .. } = holds { Some((no, submission)) } else { None };
        self.compartments.iter().map(holds).filter_map(open).collect()
    }

    /// Results that wait for their applicant, each with its compartment.
    pub fn results(&self) -> Vec<(CompartmentNo, SubmissionId)> {
        let holds = |(no, place): (&CompartmentNo, &Compartment)| (*no, place.holds);
        let held = |(no, holds)| if let Holds::Result { submission } = holds { Some((no, submission)) } else { None };
        self.compartments.iter().map(holds).filter_map(held).collect()
    }

    /// Submissions whose paper lies here, seen put in.
    pub fn papers(&self) -> Vec<SubmissionId> {
        let paper =
            |place: &Compartment| if let Holds::Paper { submission } = place.holds { Some(submission) } else { None };
        self.compartments.values().filter_map(paper).collect()
    }

    /// Submissions and corrections that were prepared and for which no door was ever meant to open.
    pub fn idle_submissions(&self) -> Vec<SubmissionId> {
        let held: Vec<_> =
            self.compartments.values().filter_map(|compartment| compartment.holds.submission()).collect();
        let idle = |(id, known): (&SubmissionId, &Known)| (!known.ended && !held.contains(id)).then_some(*id);
        self.submissions.iter().filter_map(idle).collect()
    }

    /// Whether `fact`, about to be written, is untrue of what is known. Facts about the past are never refused.
    pub fn refuses(&self, fact: &Fact) -> Option<Refusal> {
        let free = |no: CompartmentNo| (!self.compartment(no).is_free()).then_some(Refusal::NotFree(no));
        let known = |id: SubmissionId| (!self.submissions.contains_key(&id)).then_some(Refusal::Submission(id));
        match fact {
            Fact::SubmissionPrepared { submission, .. } => {
                self.submissions.contains_key(submission).then_some(Refusal::Submission(*submission))
            }
            Fact::DepositIntended { submission, compartment } => free(*compartment).or_else(|| known(*submission)),
            Fact::DepositMoved { submission, to, .. } => free(*to).or_else(|| known(*submission)),
            Fact::LoadIntended { compartment, .. } => free(*compartment),
            Fact::DepositReopened { submission, compartment } => {
                let holds = self.compartment(*compartment).holds;
                let same = [Holds::Paper { submission: *submission }, Holds::Deposit { submission: *submission }];
                (!same.contains(&holds)).then_some(Refusal::OtherContent(*compartment))
            }
            Fact::PickupIntended { submission, compartment, .. } => {
                let held = self.compartment(*compartment).holds == (Holds::Result { submission: *submission });
                (!held).then_some(Refusal::OtherContent(*compartment))
            }
            Fact::CollectionIntended { compartment, .. } => {
                let in_use = matches!(self.compartment(*compartment).holds, Holds::Deposit { .. });
                in_use.then_some(Refusal::OtherContent(*compartment))
            }
            Fact::EmptinessAffirmed { compartment, .. } | Fact::PickupAffirmed { compartment, .. } => {
                let shut = matches!(self.compartment(*compartment).holds, Holds::ToBeConfirmed { .. });
                (!shut).then_some(Refusal::NotLookedInto(*compartment))
            }
            Fact::JournalCreated { .. }
            | Fact::Started { .. }
            | Fact::Deposited { .. }
            | Fact::DepositUnconfirmed { .. }
            | Fact::DepositVoided { .. }
            | Fact::CollectionClosed { .. }
            | Fact::DirectiveAnswered { .. }
            | Fact::StaffRefused { .. }
            | Fact::CompartmentSetAside { .. }
            | Fact::CompartmentReturned { .. }
            | Fact::DoorForced { .. }
            | Fact::RolledBack { .. }
            | Fact::TechnicianOpened { .. }
            | Fact::CorrectionPrepared { .. }
            | Fact::ResultLoaded { .. }
            | Fact::LoadVoided { .. }
            | Fact::PickedUp { .. }
            | Fact::Rated { .. }
            | Fact::Unknown => None,
        }
    }

    /// Takes in the fact at position `seq`.
    pub fn apply(&mut self, seq: u64, fact: &Fact) {
        match fact {
            Fact::SubmissionPrepared { submission, receipt, item, item_version: _, department } => {
                self.receipts += 1;
                let known = Known {
                    receipt: receipt.clone(),
                    item: item.clone(),
                    department: department.clone(),
                    seq,
                    ended: false,
                };
                self.submissions.insert(*submission, known);
            }
            Fact::CorrectionPrepared { submission, receipt, item, department } => {
                self.know(*submission, (receipt, item, department), seq);
            }
            Fact::LoadIntended { submission, receipt, item, department, compartment, staff, directive: _ } => {
                self.know(*submission, (receipt, item, department), seq);
                self.at(*compartment).holds = Holds::Loading { submission: *submission, staff: *staff };
            }
            Fact::ResultLoaded { submission, compartment, staff: _ } => {
                self.at(*compartment).holds = Holds::Result { submission: *submission };
                if let Some(known) = self.submissions.get_mut(submission) {
                    known.seq = seq;
                }
                self.end(*submission);
            }
            Fact::LoadVoided { submission, compartment, staff: _, maybe_opened } => {
                self.at(*compartment).holds = if *maybe_opened {
                    Holds::ToBeConfirmed { submission: Some(*submission) }
                } else {
                    Holds::Nothing
                };
                self.end(*submission);
                self.forget_settled();
            }
            Fact::PickedUp { submission, compartment } => {
                self.at(*compartment).holds = Holds::ToBeConfirmed { submission: Some(*submission) };
            }
            Fact::DepositIntended { submission, compartment } | Fact::DepositReopened { submission, compartment } => {
                self.at(*compartment).holds = Holds::Deposit { submission: *submission };
            }
            Fact::DepositMoved { submission, from, to, why } => self.moved(*submission, *from, *to, *why),
            Fact::Deposited { submission, compartment } => {
                self.at(*compartment).holds = Holds::Paper { submission: *submission };
                self.end(*submission);
            }
            Fact::DepositUnconfirmed { submission, compartment, why: _ } => {
                let place = self.at(*compartment);
                place.holds = Holds::Unconfirmed { submission: Some(*submission) };
                place.set_aside(SetAsideReason::Unconfirmed);
                self.end(*submission);
            }
            Fact::DepositVoided { submission, why } => self.voided(*submission, *why),
            Fact::CollectionIntended { submission, compartment, staff, authority: _ } => {
                let place = self.at(*compartment);
                let submission = place.holds.submission().or(*submission);
                place.holds = Holds::Opened { submission, staff: *staff };
            }
            Fact::CollectionClosed { submission, compartment, .. } => {
                let place = self.at(*compartment);
                place.holds = Holds::ToBeConfirmed { submission: place.holds.submission().or(*submission) };
            }
            Fact::EmptinessAffirmed { compartment, .. } | Fact::PickupAffirmed { compartment, .. } => {
                self.at(*compartment).affirm_empty();
                self.forget_settled();
            }
            Fact::CompartmentSetAside { compartment, why, submission } => {
                let place = self.at(*compartment);
                place.set_aside(*why);
                if place.holds == (Holds::Unconfirmed { submission: None }) {
                    place.holds = Holds::Unconfirmed { submission: *submission };
                }
            }
            Fact::CompartmentReturned { compartment, .. } => {
                *self.at(*compartment) = Compartment::default();
                self.forget_settled();
            }
            Fact::DoorForced { compartment } => self.at(*compartment).set_aside(SetAsideReason::Forced),
            Fact::TechnicianOpened { compartment, .. } => {
                let place = self.at(*compartment);
                if place.holds == Holds::Nothing {
                    place.holds = Holds::ToBeConfirmed { submission: None };
                }
            }
            Fact::DirectiveAnswered { directive, outcome } => {
                self.answers.insert(*directive, *outcome);
                while self.answers.len() > ANSWERS_KEPT {
                    self.answers.pop_first();
                }
            }
            Fact::JournalCreated { .. }
            | Fact::Started { .. }
            | Fact::StaffRefused { .. }
            | Fact::RolledBack { .. }
            // Until the door is shut behind the applicant, the result is held to be in.
            | Fact::PickupIntended { .. }
            | Fact::Rated { .. }
            | Fact::Unknown => {}
        }
    }

    /// A submission that was made earlier, perhaps elsewhere, has something here again.
    fn know(&mut self, id: SubmissionId, words: (&ReceiptNumber, &String, &String), seq: u64) {
        let (receipt, item, department) = words;
        let (receipt, item, department) = (receipt.clone(), item.clone(), department.clone());
        self.submissions.insert(id, Known { receipt, item, department, seq, ended: false });
    }

    fn at(&mut self, no: CompartmentNo) -> &mut Compartment {
        self.compartments.entry(no).or_default()
    }

    fn end(&mut self, submission: SubmissionId) {
        if let Some(known) = self.submissions.get_mut(&submission) {
            known.ended = true;
        }
    }

    /// The compartment left behind was commanded open for this submission, so its paper may be in it.
    fn moved(&mut self, submission: SubmissionId, from: CompartmentNo, to: CompartmentNo, why: MoveReason) {
        let left = self.at(from);
        left.holds = match why {
            MoveReason::TooSmall => Holds::ToBeConfirmed { submission: Some(submission) },
            MoveReason::DoorStuck | MoveReason::FoundSomething => Holds::Unconfirmed { submission: Some(submission) },
        };
        match why {
            MoveReason::TooSmall => {}
            MoveReason::DoorStuck => left.set_aside(SetAsideReason::DoorStuck),
            MoveReason::FoundSomething => left.set_aside(SetAsideReason::FoundSomething),
        }
        self.at(to).holds = Holds::Deposit { submission };
    }

    fn voided(&mut self, submission: SubmissionId, why: VoidReason) {
        for place in self.compartments.values_mut() {
            if place.holds == (Holds::Deposit { submission }) || place.holds == (Holds::Paper { submission }) {
                place.holds = match why {
                    VoidReason::NoDoorOpened => Holds::Nothing,
                    VoidReason::TakenBack => Holds::ToBeConfirmed { submission: Some(submission) },
                };
            }
        }
        self.end(submission);
        self.forget_settled();
    }

    /// A submission that ended and is in no compartment is the backend's business only.
    fn forget_settled(&mut self) {
        let compartments = &self.compartments;
        let held = |id: &SubmissionId| compartments.values().any(|place| place.holds.submission() == Some(*id));
        self.submissions.retain(|id, known| !known.ended || held(id));
    }
}
