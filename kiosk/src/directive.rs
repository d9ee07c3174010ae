//! Whether a directive may be carried out now. Pure: the present is an argument.
//!
//! A directive is a command. It is judged against the present when it arrives and again when its turn comes, and
//! answered only by a journal entry.

use std::collections::BTreeSet;

use kiosk_wire::{CompartmentNo, Directive, DirectiveId, DirectiveOrder, DirectiveOutcome, KioskId, SubmissionId};

use crate::journal::{Holds, Projection};

/// What a directive is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// This terminal.
    pub kiosk: KioskId,
    /// Newest generation of the backend's data that was heard of.
    pub generation: u64,
    /// It is certainly not earlier than this, milliseconds since the epoch.
    pub earliest_ms: i64,
    /// What the journal says.
    pub projection: &'a Projection,
    /// The compartments that are fitted.
    pub fitted: &'a BTreeSet<CompartmentNo>,
}

/// What to do about a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was answered before; the answer is in the journal. Nothing is done again.
    AnsweredBefore(DirectiveOutcome),
    /// Answer, and do nothing else.
    Answer(DirectiveOutcome),
    /// Keep it until its clerk stands at the terminal.
    Arm,
    /// Forget the one that it names, and answer both.
    Disarm(DirectiveId),
    /// Write down that the compartment is empty.
    Affirm {
        compartment: CompartmentNo,
        /// Whose paper was in it.
        submission: Option<SubmissionId>,
    },
    /// Open the compartment now.
    Open {
        compartment: CompartmentNo,
        /// Whose paper is in it.
        submission: Option<SubmissionId>,
    },
    /// Return the compartment to service.
    Return { compartment: CompartmentNo },
}

/// Judges a directive whose signature was verified.
pub fn decide(directive: &Directive, present: Present<'_>) -> Decision {
    if let Some(outcome) = present.projection.answer(directive.id) {
        return Decision::AnsweredBefore(outcome);
    }
    if directive.kiosk != present.kiosk {
        return Decision::Answer(DirectiveOutcome::NotUnderstood);
    }
    if directive.generation < present.generation {
        return Decision::Answer(DirectiveOutcome::OldGeneration);
    }
    if is_expired(directive, present.earliest_ms) {
        return Decision::Answer(DirectiveOutcome::Expired);
    }
    judge_order(&directive.order, present).unwrap_or_else(Decision::Answer)
}

/// Whether a directive is certainly void by now. `earliest_ms`: it is not earlier than this.
pub fn is_expired(directive: &Directive, earliest_ms: i64) -> bool {
    earliest_ms >= directive.expires_ms
}

/// Whether `directive`, armed earlier, still lets its clerk do what it says.
pub fn is_armed(directive: &Directive, present: Present<'_>) -> bool {
    present.projection.answer(directive.id) == Some(DirectiveOutcome::Armed)
        && directive.generation >= present.generation
        && !is_expired(directive, present.earliest_ms)
        && judge_order(&directive.order, present) == Ok(Decision::Arm)
}

/// The compartment that `directive`, armed earlier, still lets its clerk open to take paper out.
pub fn armed_collection(directive: &Directive, present: Present<'_>) -> Option<(CompartmentNo, SubmissionId)> {
    let DirectiveOrder::ArmCollection { submission, compartment, .. } = directive.order else { return None };
    is_armed(directive, present).then_some((compartment, submission))
}

fn judge_order(order: &DirectiveOrder, present: Present<'_>) -> Result<Decision, DirectiveOutcome> {
    use DirectiveOutcome::{NoLongerTrue, NoSuchCompartment, NotUnderstood};
    let place = |no: CompartmentNo| {
        let fitted = present.fitted.contains(&no);
        if fitted { Ok(present.projection.compartment(no)) } else { Err(NoSuchCompartment) }
    };
    match *order {
        DirectiveOrder::ArmCollection { submission, compartment, .. } => {
            let holds = place(compartment)?.holds;
            if holds.submission() == Some(submission) { Ok(Decision::Arm) } else { Err(NoLongerTrue) }
        }
        DirectiveOrder::DisarmCollection { armed_by } => match present.projection.answer(armed_by) {
            Some(DirectiveOutcome::Armed) => Ok(Decision::Disarm(armed_by)),
            Some(_) | None => Err(NoLongerTrue),
        },
        DirectiveOrder::AffirmEmpty { submission, compartment } => match place(compartment)?.holds {
            Holds::ToBeConfirmed { submission: held } if submission.is_none() || submission == held => {
                Ok(Decision::Affirm { compartment, submission: held })
            }
            Holds::ToBeConfirmed { .. }
            | Holds::Nothing
            | Holds::Deposit { .. }
            | Holds::Paper { .. }
            | Holds::Unconfirmed { .. }
            | Holds::Opened { .. }
            | Holds::Loading { .. }
            | Holds::Result { .. } => Err(NoLongerTrue),
        },
        // Whether a compartment is free is asked when the clerk stands there.
        DirectiveOrder::ArmLoading { submission, .. } => {
            let here = present.projection.compartments().values().any(|place| {
                matches!(place.holds, Holds::Loading { .. } | Holds::Result { .. })
                    && place.holds.submission() == Some(submission)
            });
            if here { Err(NoLongerTrue) } else { Ok(Decision::Arm) }
        }
        DirectiveOrder::OpenNow { submission, compartment, .. } => {
            let holds = place(compartment)?.holds;
            let in_use = matches!(holds, Holds::Deposit { .. } | Holds::Opened { .. } | Holds::Loading { .. });
            if in_use || (submission.is_some() && submission != holds.submission()) {
                return Err(NoLongerTrue);
            }
            Ok(Decision::Open { compartment, submission: holds.submission() })
        }
        DirectiveOrder::ReturnToService { compartment } => {
            let place = place(compartment)?;
            let in_use = matches!(
                place.holds,
                Holds::Deposit { .. }
                    | Holds::Opened { .. }
                    | Holds::Paper { .. }
                    | Holds::Loading { .. }
                    | Holds::Result { .. }
            );
            let doubtful = place.set_aside.is_some() || place.holds != Holds::Nothing;
            if in_use || !doubtful { Err(NoLongerTrue) } else { Ok(Decision::Return { compartment }) }
        }
        DirectiveOrder::Unknown => Err(NotUnderstood),
    }
}

#[cfg(test)]
mod tests {
    use kiosk_wire::entry::{Authority, SetAsideReason};
    use kiosk_wire::{Fact, ReceiptNumber, StaffId};
    use uuid::Uuid;

    use super::*;

    const KIOSK: KioskId = KioskId(Uuid::from_u128(1));
    const STAFF: StaffId = StaffId(Uuid::from_u128(2));

    fn submission(n: u128) -> SubmissionId {
        SubmissionId(Uuid::from_u128(n))
    }

    fn id(n: u128) -> DirectiveId {
        DirectiveId(Uuid::from_u128(n))
    }

    fn directive(order: DirectiveOrder) -> Directive {
        Directive {
            id: id(100),
            kiosk: KIOSK,
            generation: 3,
            issued_ms: 1_000,
            expires_ms: 2_000,
            staff: STAFF,
            staff_name: "王".into(),
            order,
        }
    }

    fn arm(n: u128, no: u16) -> DirectiveOrder {
        DirectiveOrder::ArmCollection {
            submission: submission(n),
            compartment: CompartmentNo(no),
            code_hash: String::new(),
        }
    }

    fn affirm(n: Option<u128>, no: u16) -> DirectiveOrder {
        DirectiveOrder::AffirmEmpty { submission: n.map(submission), compartment: CompartmentNo(no) }
    }

    fn open(n: Option<u128>, no: u16) -> DirectiveOrder {
        let reason = "look".into();
        DirectiveOrder::OpenNow { submission: n.map(submission), compartment: CompartmentNo(no), reason }
    }

    fn back(no: u16) -> DirectiveOrder {
        DirectiveOrder::ReturnToService { compartment: CompartmentNo(no) }
    }

    /// 1 holds paper of 11, 2 nothing, 3 was opened for 13 and shut, 4 a deposit of 14 under way, 5 set aside.
    fn projection() -> Projection {
        let no = CompartmentNo;
        let prepared = |n| Fact::SubmissionPrepared {
            submission: submission(n),
            receipt: ReceiptNumber(String::new()),
            item: String::new(),
            item_version: 1,
            department: String::new(),
        };
        let authority = Authority::Directive { directive: id(1) };
        let facts = [
            prepared(11),
            Fact::Deposited { submission: submission(11), compartment: no(1) },
            prepared(13),
            Fact::Deposited { submission: submission(13), compartment: no(3) },
            Fact::CollectionIntended { submission: None, compartment: no(3), staff: STAFF, authority },
            Fact::CollectionClosed { submission: None, compartment: no(3), staff: STAFF, opening_seen: true },
            prepared(14),
            Fact::DepositIntended { submission: submission(14), compartment: no(4) },
            Fact::CompartmentSetAside { compartment: no(5), why: SetAsideReason::DoorStuck, submission: None },
            Fact::DirectiveAnswered { directive: id(50), outcome: DirectiveOutcome::Armed },
            Fact::DirectiveAnswered { directive: id(51), outcome: DirectiveOutcome::Done },
        ];
        Projection::replay((1..).zip(&facts))
    }

    #[test]
    fn orders_are_judged_by_what_is_so_now() {
        use DirectiveOutcome::{NoLongerTrue, NoSuchCompartment, NotUnderstood};
        let no = CompartmentNo;
        let refused = Decision::Answer;
        let disarm = |n| DirectiveOrder::DisarmCollection { armed_by: id(n) };
        let cases = [
            (arm(11, 1), Decision::Arm),
            (arm(12, 1), refused(NoLongerTrue)),
            (arm(11, 2), refused(NoLongerTrue)),
            (arm(11, 99), refused(NoSuchCompartment)),
            (arm(13, 3), Decision::Arm),
            (disarm(50), Decision::Disarm(id(50))),
            (disarm(51), refused(NoLongerTrue)),
            (disarm(52), refused(NoLongerTrue)),
            (affirm(Some(13), 3), Decision::Affirm { compartment: no(3), submission: Some(submission(13)) }),
            (affirm(None, 3), Decision::Affirm { compartment: no(3), submission: Some(submission(13)) }),
            (affirm(Some(11), 3), refused(NoLongerTrue)),
            (affirm(Some(11), 1), refused(NoLongerTrue)),
            (affirm(None, 2), refused(NoLongerTrue)),
            (open(Some(11), 1), Decision::Open { compartment: no(1), submission: Some(submission(11)) }),
            (open(None, 1), Decision::Open { compartment: no(1), submission: Some(submission(11)) }),
            (open(Some(12), 1), refused(NoLongerTrue)),
            (open(None, 2), Decision::Open { compartment: no(2), submission: None }),
            (open(Some(14), 4), refused(NoLongerTrue)),
            (open(None, 99), refused(NoSuchCompartment)),
            (back(5), Decision::Return { compartment: no(5) }),
            (back(2), refused(NoLongerTrue)),
            (back(1), refused(NoLongerTrue)),
            (back(3), Decision::Return { compartment: no(3) }),
            (back(99), refused(NoSuchCompartment)),
            (DirectiveOrder::Unknown, refused(NotUnderstood)),
        ];
        let projection = projection();
        let fitted = (1..=5).map(CompartmentNo).collect();
        let present =
            Present { kiosk: KIOSK, generation: 3, earliest_ms: 1_500, projection: &projection, fitted: &fitted };
        for (order, expected) in cases {
            assert_eq!(decide(&directive(order.clone()), present), expected, "{order:?}");
        }
    }

    #[test]
    fn late_old_doubled_and_foreign_directives_do_nothing() {
        use DirectiveOutcome::{Armed, Done, Expired, NotUnderstood, OldGeneration};
        let projection = projection();
        let fitted = (1..=5).map(CompartmentNo).collect();
        let now = |generation, earliest_ms| Present {
            kiosk: KIOSK,
            generation,
            earliest_ms,
            projection: &projection,
            fitted: &fitted,
        };
        let order = directive(arm(11, 1));
        assert_eq!(decide(&order, now(3, 1_999)), Decision::Arm);
        assert_eq!(decide(&order, now(3, 2_000)), Decision::Answer(Expired));
        assert_eq!(decide(&order, now(4, 1_500)), Decision::Answer(OldGeneration));
        assert_eq!(decide(&order, now(2, 1_500)), Decision::Arm, "a newer generation is believed");
        let doubled = Directive { id: id(51), ..order.clone() };
        assert_eq!(decide(&doubled, now(3, 1_500)), Decision::AnsweredBefore(Done));
        let armed = Directive { id: id(50), ..order.clone() };
        assert_eq!(decide(&armed, now(3, 9_000)), Decision::AnsweredBefore(Armed));
        assert!(is_armed(&armed, now(3, 1_500)));
        assert!(!is_armed(&armed, now(3, 9_000)));
        assert!(!is_armed(&order, now(3, 1_500)), "it was never answered");
        let foreign = Directive { kiosk: KioskId(Uuid::from_u128(77)), ..order };
        assert_eq!(decide(&foreign, now(3, 1_500)), Decision::Answer(NotUnderstood));
    }
}
