//! Pre-review (预审): a clerk ticks each material, and what follows is computed from all of them at once.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::CaseEvent;
use crate::case::words::words;

words! {
    /// What a clerk says of one material.
    Verdict, "verdict";
    /// There and in form.
    Fine = "fine", "合格", "fine";
    /// Not there.
    Missing = "missing", "缺少", "missing";
    /// There, and not as it must be.
    Wrong = "wrong", "不符合", "wrong";
}

words! {
    /// Common faults of a material, to pick from; own words go beside.
    Fault, "fault";
    /// It was not handed in.
    NotHandedIn = "not_handed_in", "未提交", "not handed in";
    /// Fewer copies or originals than asked for.
    TooFew = "too_few", "份数不足", "too few";
    /// Not signed or stamped.
    Unsigned = "unsigned", "缺少签字或盖章", "not signed or stamped";
    /// A form with gaps.
    Incomplete = "incomplete", "填写不完整", "not filled in completely";
    /// No longer valid.
    Expired = "expired", "已超过有效期", "no longer valid";
    /// A copy that cannot be read.
    Illegible = "illegible", "复印件不清晰", "the copy is illegible";
    /// A copy without its original to compare.
    Unproven = "unproven", "复印件未与原件核对一致", "the copy does not match the original";
    /// Another document than asked for.
    OtherPaper = "other_paper", "与要求的材料不符", "not the document asked for";
}

words! {
    /// Why what was found does not lead to a step.
    Unfit, "unfit";
    /// It is no acceptance of everything.
    MissingOrWrong = "missing_or_wrong", "还有材料缺少或不符合", "a material is missing or wrong";
    /// There is nothing to defer.
    NothingMissing = "nothing_missing", "没有缺少的材料", "nothing is missing";
    /// Only deferrable papers may follow.
    NotDeferrable = "not_deferrable", "只有可以容缺后补的材料才能缺少，也不能有不符合的", "only papers that may follow later may be missing, and none may be wrong";
    /// There is nothing to correct.
    NothingAmiss = "nothing_amiss", "没有缺少或不符合的材料", "nothing is missing or wrong";
    /// The applicant must be told what is amiss.
    WithoutReason = "without_reason", "缺少或不符合的材料要逐项写明问题", "each material that is missing or wrong needs a reason";
}

/// The faults that a material can have: a list to pick from, by what is asked of it.
pub fn faults(originals: u8, copies: u8) -> Vec<Fault> {
    use Fault as F;
    let about_originals = matches!(originals, 1..);
    Fault::ALL
        .iter()
        .copied()
        .filter(|fault| match fault {
            F::Unsigned | F::Incomplete => about_originals,
            F::Illegible | F::Unproven => copies > 0,
            F::NotHandedIn | F::TooFew | F::Expired | F::OtherPaper => true,
        })
        .collect()
}

/// What was found of one material.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Name of the material.
    pub material: String,
    /// Whether it may follow later (容缺).
    pub deferrable: bool,
    /// What the clerk says.
    pub verdict: Verdict,
    /// What is amiss, as the applicant will read it.
    pub reason: String,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Own words may name somebody.
        f.debug_struct("Finding").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

/// Whether these findings allow a step; why not, otherwise.
#[expect(clippy::wildcard_enum_match_arm, reason = "other steps do not look at findings")]
pub fn allows(event: CaseEvent, findings: &[Finding]) -> Result<(), Unfit> {
    let amiss = || findings.iter().filter(|finding| finding.verdict != Verdict::Fine);
    match event {
        CaseEvent::Accepted if amiss().count() > 0 => Err(Unfit::MissingOrWrong),
        CaseEvent::AcceptedDeferred if amiss().count() == 0 => Err(Unfit::NothingMissing),
        CaseEvent::AcceptedDeferred if amiss().any(|f| !f.deferrable || f.verdict != Verdict::Missing) => {
            Err(Unfit::NotDeferrable)
        }
        CaseEvent::CorrectionAsked | CaseEvent::CorrectionAskedAgain if amiss().count() == 0 => {
            Err(Unfit::NothingAmiss)
        }
        CaseEvent::CorrectionAsked | CaseEvent::CorrectionAskedAgain if amiss().any(|f| f.reason.trim().is_empty()) => {
            Err(Unfit::WithoutReason)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseEvent as E;

    fn finding(verdict: Verdict, deferrable: bool, reason: &str) -> Finding {
        Finding { material: "申请表".into(), deferrable, verdict, reason: reason.into() }
    }

    #[test]
    fn what_follows_is_computed_from_all_at_once() {
        let fine = finding(Verdict::Fine, false, "");
        let wrong = finding(Verdict::Wrong, false, "缺少签字或盖章");
        let later = finding(Verdict::Missing, true, "未提交");
        let silent = finding(Verdict::Missing, false, " ");
        for (findings, accept, defer, correct) in [
            (vec![], true, false, false),
            (vec![fine.clone()], true, false, false),
            (vec![fine.clone(), wrong.clone()], false, false, true),
            (vec![fine.clone(), later.clone()], false, true, true),
            (vec![later, wrong], false, false, true),
            (vec![fine, silent], false, false, false),
        ] {
            let allowed = |event| allows(event, &findings).is_ok();
            assert_eq!(
                (allowed(E::Accepted), allowed(E::AcceptedDeferred), allowed(E::CorrectionAsked)),
                (accept, defer, correct),
                "{findings:?}"
            );
        }
    }

    #[test]
    fn faults_are_those_a_material_can_have() {
        assert!(!faults(1, 0).contains(&Fault::Illegible) && faults(0, 1).contains(&Fault::Illegible));
        assert!(!faults(0, 1).contains(&Fault::Unsigned) && faults(1, 0).contains(&Fault::Unsigned));
    }
}
