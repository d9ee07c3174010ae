//! What stands on the papers, word by word. Names are masked before they come here.

use hardware::printer::{Align, Block, Document, Size, Text, Width};
use kiosk_journey::{Language, MaterialCount, MaterialRow, Place, Qr, Slip, SlipKind, WindowLine};

/// Dots of a module of the QR code: 0.75 mm.
const MODULE: u8 = 6;

/// Writes a paper. `now`: civil time, for papers that carry none of their own.
pub fn document(slip: &Slip, now: &str) -> Document {
    let words = Words(slip.language);
    let mut paper = Document::new();
    if !slip.hall.is_empty() {
        paper = paper.heading(Size::Normal, slip.hall.clone());
    }
    paper = match &slip.kind {
        SlipKind::Receipt { .. } => receipt(paper, slip, words),
        SlipKind::PickedUp { number, name, compartment } => {
            let paper = paper.heading(Size::Double, words.of("领取凭条", "Result taken")).with(Block::Rule);
            let paper = fact(paper, words, ("事项", "Service"), &slip.item);
            let paper = fact(paper, words, ("办件编号", "Number"), &grouped(number));
            let paper = organisation(paper, words, slip);
            let paper = fact(paper, words, ("领取人", "Name"), name);
            let paper = fact(paper, words, ("取出柜号", "Box"), &compartment.to_string());
            let paper = fact(paper, words, ("领取时间", "Time"), now);
            paper.with(Block::Rule).line(
                Size::Tall,
                words.of(
                    "结果已从柜中取出。请当面核对，有误请到窗口。",
                    "The result was taken out. Please check it; if it is wrong, go to the window.",
                ),
            )
        }
        SlipKind::Missing { rows } => missing(paper, slip, rows, now, words),
    };
    if let Some(window) = &slip.window {
        paper = paper.line(Size::Tall, ask(window, words));
    }
    paper.with(Block::Feed(1)).with(Block::Cut)
}

fn receipt(mut paper: Document, slip: &Slip, words: Words) -> Document {
    let SlipKind::Receipt {
        number,
        qr,
        name,
        compartment,
        materials,
        made_at,
        answer_by,
        has_phone,
        unconfirmed,
        corrections,
    } = &slip.kind
    else {
        return paper;
    };
    let title = if *corrections {
        words.of("补正材料凭条", "Receipt of corrections")
    } else {
        words.of("材料凭条", "Receipt")
    };
    paper = paper.heading(Size::Double, title).with(Block::Rule);
    paper = paper.heading(Size::Huge, compartment.to_string());
    paper = paper.heading(Size::Tall, words.of("号柜", "box number"));
    paper = fact(paper, words, ("办件编号", "Number"), &grouped(number));
    paper = fact(paper, words, ("事项", "Service"), &slip.item);
    paper = organisation(paper, words, slip);
    paper = fact(paper, words, ("申请人", "Applicant"), name);
    paper = fact(paper, words, ("材料", "Papers"), &words.count(*materials));
    for elsewhere in words.elsewhere(*materials) {
        paper = paper.line(Size::Tall, elsewhere);
    }
    paper = fact(paper, words, ("存件时间", "Time"), made_at);
    paper = paper.with(Block::Rule);
    for line in words.onward(answer_by.as_deref(), *has_phone, *unconfirmed) {
        paper = paper.line(Size::Tall, line);
    }
    let use_of_qr = match qr {
        Qr::Number(_) => {
            words.of("查进度、领结果请刷证件；窗口可扫此码", "To ask or fetch the result: your ID. Windows scan this.")
        }
        Qr::Progress(_) => {
            words.of("手机扫码查进度；领结果请刷证件", "Scan to see progress. To fetch the result: your ID.")
        }
    };
    paper.with(Block::Qr { data: qr.text().to_owned(), module: MODULE }).with(Block::Text(Text {
        text: use_of_qr,
        align: Align::Centre,
        ..Text::default()
    }))
}

/// Which organisation it is for: with several errands of one agent, the papers differ in nothing else that they look at.
fn organisation(mut paper: Document, words: Words, slip: &Slip) -> Document {
    if let Some(one) = &slip.organisation {
        paper = fact(paper, words, ("单位", "For"), &one.shown_name());
        if let Some(code) = &one.code {
            paper = fact(paper, words, ("信用代码", "Code"), code.expose());
        }
    }
    paper
}

fn missing(mut paper: Document, slip: &Slip, rows: &[MaterialRow], now: &str, words: Words) -> Document {
    paper = paper.heading(Size::Double, words.of("一次性告知单", "What to bring")).with(Block::Rule);
    paper = paper.heading(Size::Tall, slip.item.clone());
    paper = paper.line(
        Size::Tall,
        words.of(
            &format!("备齐下面{}样，一次就能办：", rows.len()),
            &format!("With these {} one visit is enough:", rows.len()),
        ),
    );
    for row in rows {
        let text = format!("{}. {}", row.number, row.name);
        paper = paper.with(Block::Text(Text { text, size: Size::Tall, bold: true, hang: 3, ..Text::default() }));
        let text = format!("   {}", words.copies(row));
        paper = paper.with(Block::Text(Text { text, hang: 3, ..Text::default() }));
        if !row.only_if.is_empty() {
            let text = format!("   {}{}", words.of("仅在这种情况：", "Only if: "), row.only_if);
            paper = paper.with(Block::Text(Text { text, hang: 3, ..Text::default() }));
        }
        if row.unconfirmed {
            let note = words.of("   （待部门核实，以窗口答复为准）", "   (to be confirmed by the window)");
            paper = paper.line(Size::Normal, note);
        }
    }
    paper.with(Block::Rule).line(Size::Normal, format!("{}{now}", words.of("打印时间：", "Printed: ")))
}

/// A label and its value.
fn fact(paper: Document, words: Words, (chinese, english): (&str, &str), value: &str) -> Document {
    let label = words.of(&format!("{chinese}："), &format!("{english}: "));
    let hang = 4;
    paper.with(Block::Text(Text { text: format!("{label}{value}"), size: Size::Tall, hang, ..Text::default() }))
}

fn ask(window: &WindowLine, words: Words) -> String {
    let phone = window.phone.as_deref().map(|phone| words.of(&format!("，电话{phone}"), &format!(", phone {phone}")));
    let window = words.of(&format!("有疑问请到{}", window.name), &format!("Questions: {}", window.name));
    format!("{window}{}", phone.unwrap_or_default())
}

/// Digits in fours, as on the screen.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// The code on the test page: letters, signs and the mark of machine readable lines, which lie on other keys in other
/// keyboard layouts.
pub const TEST_CODE: &str = "kiosk:/?=&_-< azqwmy AZQWMY 0123456789";

/// A paper that shows whether printer, characters, QR code and knife work.
pub fn test_page(width: Width, now: &str) -> Document {
    let ruler: String = (1..=width.columns()).map(|at| char::from(b"0123456789"[at % 10])).collect();
    Document::new()
        .heading(Size::Double, "打印测试")
        .with(Block::Rule)
        .line(Size::Normal, ruler)
        .line(Size::Normal, "Normal 普通 12×24")
        .line(Size::Tall, "Tall 加高 24×48")
        .line(Size::Double, "Double 加倍")
        .heading(Size::Huge, "12")
        .line(Size::Normal, "ROM 里没有的字（应当画出来）：𠮷 㐂 䶮")
        .with(Block::Qr { data: TEST_CODE.into(), module: MODULE })
        .line(Size::Normal, now)
        .with(Block::Feed(1))
        .with(Block::Cut)
}

/// Two languages.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn of(self, chinese: &str, english: &str) -> String {
        match self.0 {
            Language::Zh => chinese.to_owned(),
            Language::En => english.to_owned(),
        }
    }

    fn count(self, materials: MaterialCount) -> String {
        let n = materials.in_box;
        self.of(&format!("{n}样放进柜子"), &format!("{n} in the box"))
    }

    /// What is not in the box, and how it is handed in.
    fn elsewhere(self, materials: MaterialCount) -> Vec<String> {
        let MaterialCount { electronic, shown, .. } = materials;
        let electronically = self.of(
            &format!("另有{electronic}样电子材料，不在柜里，窗口告诉您怎么交。"),
            &format!("{electronic} electronic, not in the box: the window tells you how to hand it in."),
        );
        let to_show = self.of(
            &format!("另有{shown}样证件，不在柜里，窗口要看时出示。"),
            &format!("{shown} not in the box, to be shown at the window when asked for."),
        );
        [(electronic, electronically), (shown, to_show)]
            .into_iter()
            .filter_map(|(count, words)| (count > 0).then_some(words))
            .collect()
    }

    /// What comes next, and who speaks first: whoever left no number is called by nobody, and is told when to ask.
    fn onward(self, answer_by: Option<&str>, has_phone: bool, unconfirmed: bool) -> Vec<String> {
        if unconfirmed {
            let seen = self.of("柜门没有看清，工作人员会核实。", "The door could not be seen. Staff will check.");
            let told = if has_phone {
                self.of("核实后打电话给您。", "They will call you.")
            } else {
                self.of("您没有留电话，请到窗口问。", "You left no phone number: please ask the window.")
            };
            return vec![seen, told];
        }
        let answer = answer_by.map(|day| {
            self.of(&format!("{day}前答复是否受理。"), &format!("By {day} it is decided whether it is accepted."))
        });
        let told = match (has_phone, answer_by) {
            (true, _) => self.of("窗口看过材料后打电话给您。", "The window will call you after checking."),
            (false, Some(_)) => {
                self.of("您没有留电话，到了那天请来查。", "You left no phone number: please ask on that day.")
            }
            (false, None) => self.of(
                "您没有留电话，什么时候答复请问窗口。",
                "You left no phone number: ask the window when there is an answer.",
            ),
        };
        answer.into_iter().chain([told]).collect()
    }

    fn copies(self, row: &MaterialRow) -> String {
        let mut parts = Vec::new();
        match row.place {
            Place::Electronic => parts.push(self.of(
                "电子材料，不用放进柜子，窗口告诉您怎么交",
                "electronic, not into the box: the window tells you how",
            )),
            Place::Shown => parts
                .push(self.of("不用放进柜子，窗口要看时出示", "not into the box: shown at the window when asked for")),
            Place::Box => {
                if row.originals > 0 {
                    parts.push(self.of(&format!("原件{}份", row.originals), &format!("originals: {}", row.originals)));
                }
                if row.copies > 0 {
                    parts.push(self.of(&format!("复印件{}份", row.copies), &format!("copies: {}", row.copies)));
                }
                if parts.is_empty() {
                    parts.push(self.of("份数请问窗口", "ask the window how many"));
                }
            }
        }
        if row.deferrable {
            parts.push(self.of("可以后补", "may follow later"));
        }
        parts.join(&self.of("，", ", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(document: &Document) -> String {
        let lines = document.blocks.iter().filter_map(|block| match block {
            Block::Text(text) => Some(text.text.clone()),
            Block::Qr { data, .. } => Some(format!("[{data}]")),
            Block::Rule | Block::Feed(_) | Block::Cut => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn slip(language: Language, kind: SlipKind) -> Slip {
        let window = Some(WindowLine { name: "5号窗口".into(), phone: Some("0795-3998512".into()) });
        Slip {
            language,
            hall: "临江市政务服务中心".into(),
            item: "营业性演出审批".into(),
            organisation: None,
            window,
            kind,
        }
    }

    fn receipt(answer_by: Option<&str>, has_phone: bool, unconfirmed: bool) -> SlipKind {
        SlipKind::Receipt {
            number: "1011000000017".into(),
            qr: Qr::Number("1011000000017".into()),
            name: "王**".into(),
            compartment: 12,
            materials: MaterialCount { in_box: 2, electronic: 3, shown: 1 },
            made_at: "2026-11-23 14:02".into(),
            answer_by: answer_by.map(str::to_owned),
            has_phone,
            unconfirmed,
            corrections: false,
        }
    }

    #[test]
    fn the_receipt_says_all_that_check_32_asks_for() {
        for (language, kind, expected) in [
            (
                Language::Zh,
                receipt(Some("2026-11-30"), true, false),
                &[
                    "材料凭条",
                    "12",
                    "1011 0000 0001 7",
                    "营业性演出审批",
                    "王**",
                    "材料：2样放进柜子",
                    "另有3样电子材料，不在柜里，窗口告诉您怎么交",
                    "另有1样证件，不在柜里，窗口要看时出示",
                    "2026-11-23 14:02",
                    "2026-11-30前",
                    "打电话给您",
                    "[1011000000017]",
                    "5号窗口，电话0795-3998512",
                ][..],
            ),
            (Language::Zh, receipt(Some("2026-11-30"), false, false), &["没有留电话，到了那天请来查"]),
            (Language::Zh, receipt(None, false, false), &["没有留电话，什么时候答复请问窗口"]),
            (Language::En, receipt(None, false, false), &["ask the window when there is an answer"]),
            (Language::Zh, receipt(None, false, true), &["工作人员会核实", "没有留电话，请到窗口问"]),
            (Language::Zh, receipt(Some("2026-11-30"), true, true), &["工作人员会核实"]),
            (
                Language::En,
                receipt(Some("2026-11-30"), true, false),
                &[
                    "Receipt",
                    "box number",
                    "2 in the box",
                    "3 electronic, not in the box",
                    "1 not in the box, to be shown",
                    "By 2026-11-30",
                    "will call you",
                    "phone 0795-3998512",
                ],
            ),
        ] {
            let text = text(&document(&slip(language, kind), ""));
            for words in expected {
                assert!(text.contains(words), "{words} in:\n{text}");
            }
        }
        for (language, words) in [(Language::Zh, "手机扫码查进度"), (Language::En, "Scan to see progress")] {
            let link = "https://hall.example/p/1011000000017";
            let mut kind = receipt(Some("2026-11-30"), true, false);
            if let SlipKind::Receipt { qr, .. } = &mut kind {
                *qr = Qr::Progress(link.into());
            }
            let text = text(&document(&slip(language, kind), ""));
            assert!(text.contains(&format!("[{link}]\n{words}")), "{text}");
        }
        let unsure = text(&document(&slip(Language::Zh, receipt(Some("2026-11-30"), true, true)), ""));
        assert!(!unsure.contains("2026-11-30"), "no promise where nobody saw the paper go in");
        // No call is promised to a number that nobody left, and no day that nobody knows.
        for language in [Language::Zh, Language::En] {
            for unconfirmed in [false, true] {
                let text = text(&document(&slip(language, receipt(None, false, unconfirmed)), ""));
                assert!(!text.contains("打电话给您") && !text.contains("call you"), "{text}");
                assert!(!text.contains("那天") && !text.contains("到期") && !text.contains("that day"), "{text}");
            }
        }
    }

    #[test]
    fn the_notice_lists_every_material_with_its_copies() {
        let row = |number, name: &str| MaterialRow {
            number,
            name: name.into(),
            originals: 1,
            copies: 0,
            deferrable: false,
            place: Place::Box,
            only_if: String::new(),
            unconfirmed: false,
        };
        let rows = vec![
            row(1, "申请表"),
            MaterialRow {
                copies: 2,
                deferrable: true,
                only_if: "委托他人办理".into(),
                unconfirmed: true,
                ..row(2, "委托书")
            },
            MaterialRow { place: Place::Electronic, ..row(3, "营业执照") },
        ];
        for (language, expected) in [
            (
                Language::Zh,
                &[
                    "一次性告知单",
                    "备齐下面3样",
                    "1. 申请表",
                    "原件1份，复印件2份，可以后补",
                    "仅在这种情况：委托他人办理",
                    "待部门核实",
                    "3. 营业执照",
                    "电子材料",
                    "打印时间：2026-11-23",
                ][..],
            ),
            (Language::En, &["What to bring", "originals: 1, copies: 2, may follow later", "Only if: 委托他人办理"]),
        ] {
            let text = text(&document(&slip(language, SlipKind::Missing { rows: rows.clone() }), "2026-11-23"));
            for words in expected {
                assert!(text.contains(words), "{words} in:\n{text}");
            }
        }
    }

    #[test]
    fn the_pick_up_slip_names_result_box_and_time() {
        let kind = SlipKind::PickedUp { number: "1011000000017".into(), name: "王**".into(), compartment: 7 };
        let text = text(&document(&slip(Language::Zh, kind), "2026-12-01 09:30"));
        for words in ["领取凭条", "1011 0000 0001 7", "王**", "取出柜号：7", "2026-12-01 09:30"] {
            assert!(text.contains(words), "{words} in:\n{text}");
        }
    }
}
