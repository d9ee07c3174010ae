//! The wording of the papers that the law wants. Chinese only: they are the office's documents, not screens.
//!
//! A notice is composed once, in full, and kept as it was composed; how it is laid out on paper is for the pages.

use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::ACCEPTANCE_DAYS;
use crate::case::{CaseEvent, NoticeKind};
use crate::clock::CORRECTION_DAYS;
use crate::review::{Finding, Verdict};

/// What a notice says. Every word of it is here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    pub title: String,
    /// Number, unique within kind and year.
    pub number: String,
    /// To whom.
    pub addressee: String,
    /// Paragraphs before the list.
    pub opening: Vec<String>,
    /// Materials or faults, each with what is said of it.
    pub list: Vec<(String, String)>,
    /// Paragraphs after the list.
    pub closing: Vec<String>,
    /// Who says it.
    pub office: String,
    /// On which day.
    pub date: String,
    /// Each material as found, in a notice of corrections: what the terminal shows when they are brought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Finding>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It names a person.
        f.debug_struct("Document").field("title", &self.title).field("number", &self.number).finish_non_exhaustive()
    }
}

/// What a notice is composed from.
pub struct Said<'a> {
    /// The step that makes it.
    pub event: CaseEvent,
    /// The applicant's name.
    pub applicant: &'a str,
    /// The item's name.
    pub item: &'a str,
    /// The case's number.
    pub receipt: &'a str,
    pub office: &'a str,
    /// The day of the application: when the first papers came.
    pub came: Date,
    /// The day of receipt (收到申请材料之日): when the papers were all there; after corrections the day they came.
    pub complete: Date,
    /// The present day.
    pub today: Date,
    /// The last day of the promised time, where one runs.
    pub decide_by: Option<Date>,
    /// The last day for the applicant, where the notice sets one.
    pub until: Option<Date>,
    /// What was filled in.
    pub form: &'a Form,
    /// The materials that came.
    pub materials: &'a [String],
}

/// What a clerk fills in for a step; each step asks for some of it ([`crate::case::Need`]).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Form {
    /// Each material, as found.
    pub findings: Vec<Finding>,
    pub reason: String,
    /// How many working days.
    pub days: Option<u16>,
    /// Which body to apply to.
    pub elsewhere: String,
    /// Number of the document issued.
    pub document: String,
    /// How the result goes: a window, or an express number.
    pub delivery: String,
    /// The parcel, when it goes by express.
    pub express: Option<Express>,
    /// Who took the result.
    pub receiver: String,
    /// How the decision deals with a department that did not agree.
    pub disagreement: String,
}

/// A result that goes by express.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Express {
    /// Who carries it.
    pub carrier: String,
    /// Its number there.
    pub tracking: String,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Own words may name somebody.
        f.debug_struct("Form").field("findings", &self.findings.len()).finish_non_exhaustive()
    }
}

/// The mark of a kind in its numbers, such as 受 in 受字〔2026〕7号.
fn mark(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Receipt => "收",
        NoticeKind::Acceptance => "受",
        NoticeKind::DeferredAcceptance => "容受",
        NoticeKind::Correction => "补",
        NoticeKind::NotTaken => "不受",
        NoticeKind::Refusal => "不予受",
        NoticeKind::Lapse => "终",
        NoticeKind::Special => "特",
        NoticeKind::Extension => "延",
        NoticeKind::Grant => "准",
        NoticeKind::Denial => "不准",
        NoticeKind::Withdrawal => "撤",
        NoticeKind::Delivery => "送",
    }
}

/// A notice's number as it is printed.
pub fn number(kind: NoticeKind, year: i16, n: u32) -> String {
    format!("{}字〔{year}〕{n}号", mark(kind))
}

/// 行政复议法 art. 20 (sixty days), 行政诉讼法 art. 46 (six months).
const RIGHTS: &str = "如不服本决定，可以自收到本文书之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法向人民法院提起行政诉讼。";

fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Composes a notice with this number.
pub fn compose(kind: NoticeKind, number: String, said: &Said<'_>) -> Document {
    let mut document = Document {
        title: kind.words().0.to_owned(),
        number,
        addressee: said.applicant.to_owned(),
        opening: vec![format!(
            "您于{}提交的“{}”申请（办件编号：{}），现将有关事项告知如下：",
            day(said.came),
            said.item,
            said.receipt
        )],
        list: Vec::new(),
        closing: Vec::new(),
        office: said.office.to_owned(),
        date: day(said.today),
        missing: if kind == NoticeKind::Correction { said.form.findings.clone() } else { Vec::new() },
    };
    let (list, closing) = body(kind, said);
    document.list = list;
    document.closing = closing;
    document
}

type Body = (Vec<(String, String)>, Vec<String>);

fn body(kind: NoticeKind, said: &Said<'_>) -> Body {
    let form = said.form;
    let reason = || format!("理由：{}", form.reason);
    let days = form.days.unwrap_or_default();
    let until = said.until.map_or_else(String::new, |until| format!("（最迟{}）", day(until)));
    let plain = |closing: Vec<String>| (Vec::new(), closing);
    match kind {
        NoticeKind::Receipt => received(said),
        NoticeKind::Acceptance => plain(accepted(said)),
        NoticeKind::DeferredAcceptance => {
            let mut closing = accepted(said);
            closing.insert(
                0,
                format!("下列材料可以容缺，请在{days}个工作日内{until}补齐；逾期未补齐的，本机关将终止办理。"),
            );
            (amiss(form), closing)
        }
        NoticeKind::Correction => (
            amiss(form),
            vec![
                "根据《中华人民共和国行政许可法》第三十二条第一款第四项，上列为需要补正的全部内容，一次告知。".into(),
                format!("请在{CORRECTION_DAYS}个工作日内{until}补正；逾期未补正的，本机关将终止办理。"),
                format!(
                    "补正材料全部收到之日为收到申请材料之日，{ACCEPTANCE_DAYS}个工作日的受理期限自该日起重新计算。"
                ),
            ],
        ),
        NoticeKind::NotTaken => plain(vec![
            "根据《中华人民共和国行政许可法》第三十二条第一款第一项，该事项依法不需要取得行政许可，不受理。".into(),
            reason(),
            RIGHTS.into(),
        ]),
        NoticeKind::Refusal => plain(vec![
            "根据《中华人民共和国行政许可法》第三十二条第一款第二项，本机关决定不予受理。".into(),
            reason(),
            format!("请向{}申请。", form.elsewhere),
            RIGHTS.into(),
        ]),
        NoticeKind::Lapse => plain(vec!["本机关决定终止办理。".into(), reason(), RIGHTS.into()]),
        NoticeKind::Special => plain(vec![
            "根据《中华人民共和国行政许可法》第四十五条，本办件进入特别程序，所需时间不计入办理期限。".into(),
            reason(),
            format!("预计需要{days}个工作日{until}。"),
        ]),
        NoticeKind::Extension => plain(vec![
            format!("根据《中华人民共和国行政许可法》第四十二条，经本机关负责人批准，办理期限延长{days}个工作日。"),
            reason(),
        ]),
        NoticeKind::Grant => {
            let mut closing = vec![
                "根据《中华人民共和国行政许可法》第三十八条，经审查，您的申请符合法定条件，决定准予行政许可。"
                    .to_owned(),
                format!("证件或批文编号：{}", form.document),
            ];
            closing.extend(disagreement(form));
            closing.push("本机关将自作出决定之日起十日内颁发、送达（第四十四条）。".into());
            plain(closing)
        }
        NoticeKind::Denial => {
            let mut closing =
                vec!["根据《中华人民共和国行政许可法》第三十八条，经审查，决定不予行政许可。".to_owned(), reason()];
            closing.extend(disagreement(form));
            closing.push(RIGHTS.into());
            plain(closing)
        }
        NoticeKind::Withdrawal => {
            let what = if said.event == CaseEvent::Recalled {
                "根据《中华人民共和国行政许可法》第八条，决定撤回原行政许可。"
            } else {
                "根据《中华人民共和国行政许可法》第六十九条，决定撤销原行政许可。"
            };
            plain(vec![what.into(), reason(), RIGHTS.into()])
        }
        NoticeKind::Delivery => plain(vec![
            format!("办理结果已于{}送达。领取人：{}。", day(said.today), form.receiver),
            "领取人签字：＿＿＿＿＿＿＿＿　　经办人签字：＿＿＿＿＿＿＿＿".into(),
        ]),
    }
}

/// What a decision says of a department that did not agree.
fn disagreement(form: &Form) -> Option<String> {
    let said = form.disagreement.as_str();
    (!said.is_empty()).then(|| format!("会办中有部门提出不同意见，本机关的处理：{said}"))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "papers come by two ways only")]
fn received(said: &Said<'_>) -> Body {
    let list = said.materials.iter().map(|name| (name.clone(), "申请人称已交".into())).collect();
    let closing = vec![
        match said.event {
            CaseEvent::CorrectionReceived => format!("窗口已于{}收到您的补正材料。", day(said.today)),
            _ => format!("窗口已于{}取出并收到您存入的材料。", day(said.today)),
        },
        format!("收到申请材料之日：{}。", day(said.complete)),
        format!(
            "自收到申请材料之日起{ACCEPTANCE_DAYS}个工作日内，本机关将告知是否受理或者需要补正的全部内容；逾期不告知的，自收到申请材料之日起即为受理（《中华人民共和国行政许可法》第三十二条）。"
        ),
    ];
    (list, closing)
}

fn accepted(said: &Said<'_>) -> Vec<String> {
    let mut closing = vec![if said.event == CaseEvent::DeemedAccepted {
        format!(
            "本机关未在法定期限内告知补正，根据《中华人民共和国行政许可法》第三十二条，自收到申请材料之日起即为受理。收到申请材料之日：{}。",
            day(said.complete)
        )
    } else {
        "根据《中华人民共和国行政许可法》第三十二条，本机关决定受理。".to_owned()
    }];
    if let Some(by) = said.decide_by {
        closing.push(format!("本机关承诺最迟于{}作出决定；依法不计入期限的时间除外。", day(by)));
    }
    closing
}

fn amiss(form: &Form) -> Vec<(String, String)> {
    let said =
        |finding: &Finding| (finding.material.clone(), format!("{}：{}", finding.verdict.words().0, finding.reason));
    form.findings.iter().filter(|finding| finding.verdict != Verdict::Fine).map(said).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_kind_says_who_what_when_and_the_law_and_denials_name_rights() {
        let form = Form {
            findings: vec![Finding {
                material: "演出场所合格证明".into(),
                deferrable: true,
                verdict: Verdict::Missing,
                reason: "未提交".into(),
            }],
            reason: "不符合第十三条".into(),
            days: Some(10),
            elsewhere: "省文化和旅游厅".into(),
            document: "赣演〔2026〕15".into(),
            receiver: "本人".into(),
            disagreement: "已按公安局意见限定线路".into(),
            ..Form::default()
        };
        for kind in NoticeKind::ALL {
            let said = Said {
                event: CaseEvent::Accepted,
                applicant: "张三丰",
                item: "营业性演出审批",
                receipt: "10100000017",
                office: "文化广电旅游局",
                came: date(2026, 11, 23),
                complete: date(2026, 11, 24),
                today: date(2026, 11, 25),
                decide_by: Some(date(2026, 12, 7)),
                until: Some(date(2026, 12, 16)),
                form: &form,
                materials: &["申请表".to_owned()],
            };
            let made = compose(*kind, number(*kind, 2026, 7), &said);
            let whole = format!("{}{:?}{}", made.opening.concat(), made.list, made.closing.concat());
            for part in ["营业性演出审批", "10100000017", "2026年11月23日"] {
                assert!(whole.contains(part), "{kind:?}: {whole}");
            }
            assert!(made.number.ends_with("字〔2026〕7号"));
            assert_eq!(whole.contains("收到申请材料之日：2026年11月24日"), *kind == NoticeKind::Receipt, "{whole}");
            assert!(!format!("{made:?}").contains("张三丰"), "{made:?}");
            let denies = matches!(
                kind,
                NoticeKind::NotTaken
                    | NoticeKind::Refusal
                    | NoticeKind::Lapse
                    | NoticeKind::Denial
                    | NoticeKind::Withdrawal
            );
            assert_eq!(whole.contains("行政复议"), denies, "{kind:?}");
            let decides = matches!(kind, NoticeKind::Grant | NoticeKind::Denial);
            assert_eq!(whole.contains("已按公安局意见限定线路"), decides, "{kind:?}");
            assert_eq!(
                whole.contains("演出场所合格证明"),
                matches!(kind, NoticeKind::Correction | NoticeKind::DeferredAcceptance)
            );
        }
        let mut marks: Vec<&str> = NoticeKind::ALL.iter().map(|kind| mark(*kind)).collect();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), NoticeKind::ALL.len(), "numbers of two kinds never look alike");
    }
}
