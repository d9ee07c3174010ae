//! The audit's page says what was done in words, and who and what it was about by name.

use hall_domain::ground::audit::{self, Who};
use hall_store::StoreError;
use hall_words::Action;
use kiosk_wire::Fact;
use kiosk_wire::entry::StaffRefusal;

use test_hall::{Left, NAME, Office};

/// What the program writes about an action beside its case, and how the page says it in Chinese and in English; nothing
/// for those that have nothing but their case.
fn written(action: Action) -> &'static [(&'static str, &'static str, &'static str)] {
    use Action as A;
    match action {
        A::CollectTakenOver => &[("from 王敏", "原来是王敏", "from 王敏")],
        A::ClaimTakenOver => &[("from 王敏: 休假", "原来是王敏：休假", "from 王敏: 休假")],
        A::ReturnedToService | A::DoorForced => &[("compartment 7", "7 号柜", "box 7")],
        A::TechnicianOpened => &[("compartment 7: 换锁", "7 号柜：换锁", "box 7: 换锁")],
        A::RoundBegun => &[("3 boxes", "3 个柜子", "3 boxes")],
        A::Searched => &[("2 found", "找到 2 个", "2 found")],
        A::FieldsKeyed => &[("start_date venue_name", "开始日期、场地名称", "Start date, Venue name")],
        A::FileAttached => &[("2 9f86d081", "第 2 个附件（SHA-256：9f86d081）", "attachment 2 (SHA-256: 9f86d081)")],
        A::FileRead => &[("2", "第 2 个附件", "attachment 2")],
        A::NoticeRead => &[("4", "第 4 份文书", "notice 4")],
        A::PartLooked => &[("culture", "文化广电旅游局", "")],
        A::PartAnswered => {
            &[("culture agreed", "局：同意", ": Agrees"), ("culture disagreed", "局：不同意", ": Does not agree")]
        }
        A::PartRecalled => &[("culture 不用问了", "局：不用问了", ": 不用问了")],
        A::NumberRevealed => &[
            ("identity", "核对身份", "check identity"),
            ("keying", "录入系统", "key it in"),
            ("enquiry", "答复询问", "answer an enquiry"),
        ],
        A::MessageRepeated => &[("result_ready 2", "结果可领取，第 2 次发送", "Result ready, sent 2 times")],
        A::Exported => &[
            ("days of 30 days", "逐日，30 天", "by day, 30 days"),
            ("clocks of 30 days", "按时限，30 天", "by time limit, 30 days"),
            ("cases of 30 days", "逐件，30 天", "by case, 30 days"),
        ],
        A::CaseStepped => &[("deferred_arrived", "容缺材料已补齐", "Papers that were to follow came in")],
        A::CalledBack => &[("under_way", "已联系，正在整改", "Reached, being put right")],
        A::SignedIn => &[("oidc", "用统一身份登录", "by the city&#39;s account")],
        A::SignInRefused => &[
            ("too many tries", "试错次数太多", "too many tries"),
            ("oidc: closed", "统一身份：账号已停用", "city account: the account here is closed"),
            ("oidc: subject", "统一身份：这里没有对应的账号", "city account: nobody here is known by it"),
            ("oidc: token", "统一身份：登录凭据验证不过", "city account: its token was not believed"),
        ],
        A::TerminalRefused => &[("locked", "PIN 错得太多，已锁定", "locked after too many wrong PINs")],
        A::SetAsideLooked => &[("entry 5", "第 5 条", "entry 5")],
        A::RolledBack => {
            &[("the backend had up to 9", "服务器已收到第 9 条之前的流水", "the backend had all before entry 9")]
        }
        A::JournalForked => &[(
            "journal 01940000-0000-7000-8000-000000000001 at 5",
            "从第 5 条起（流水 01940000-0000-7000-8000-000000000001）",
            "from entry 5 on (journal 01940000-0000-7000-8000-000000000001)",
        )],
        A::CatalogueImported => &[("version 3, 24 items", "版本 3，24 个事项", "version 3, 24 items")],
        A::CalendarImported => &[("2026 sha256:9f86d081", "2026 年（SHA-256：9f86d081）", "2026 (SHA-256: 9f86d081)")],
        A::Restored => &[("generation 2", "第 2 代数据", "generation 2")],
        A::KeyRotated | A::KeyRetired => &[("key 2", "2 号密钥", "key 2")],
        A::DepositVoided | A::OpenedNow | A::GreenSet | A::GreenEnded => {
            &[("自己写的原因", "自己写的原因", "自己写的原因")]
        }
        A::KioskAdded | A::KioskEnrolled | A::KioskRevoked => &[("大厅1号机", "大厅1号机", "大厅1号机")],
        A::WindowAdded => &[("3号窗口", "3号窗口", "3号窗口")],
        A::StaffAdded
        | A::StaffCardSet
        | A::StaffCardTaken
        | A::StaffDisabled
        | A::PasswordReset
        | A::SubjectSet
        | A::AccountUnlocked
        | A::SessionEnded => &[("王敏", "王敏", "王敏")],
        A::CaseOpened
        | A::CaseLooked
        | A::PhoneRevealed
        | A::CollectArmed
        | A::CollectCancelled
        | A::LoadingArmed
        | A::EmptinessAffirmed
        | A::DepositConfirmed
        | A::CaseClaimed
        | A::CaseReleased
        | A::EscalationSeen
        | A::FieldsLooked
        | A::NoteAdded
        | A::MandateChecked
        | A::CaseExported
        | A::PasswordChanged => &[],
    }
}

/// The cells that say what a row is about.
fn cells(page: &str) -> Vec<&str> {
    let rows = page.split("<tr><td class=\"soft\">").skip(1);
    rows.filter_map(|row| row.split("<td>").nth(4)?.split("</td>").next()).collect()
}

/// Words of Latin letters, but for names that Chinese readers know and for hashes and ids.
fn latin(cell: &str) -> Vec<&str> {
    cell.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.chars().any(|c| c.is_ascii_alphabetic()))
        .filter(|word| !["PIN", "SHA"].contains(word) && !word.chars().all(|c| c.is_ascii_hexdigit()))
        .collect()
}

#[test]
fn whatever_the_audit_keeps_is_told_in_words_of_the_readers_language() {
    let mut hall = Office::open();
    // What is written here did not happen.
    hall.leaves(Left::Flaws);
    let case = hall.deposit(7, NAME, true);
    let mut chief = hall.signed_in("李强");
    let mut told = [Vec::new(), Vec::new()];
    // Page by page: each is far shorter than what one shows.
    for actions in Action::ALL.chunks(20) {
        let now = hall.app.now_ms();
        let write = hall.app.store().write_blocking(move |tx| {
            for action in actions {
                for (object, ..) in written(*action) {
                    audit::write(tx, now, Who::CommandLine, *action, Some(case), object)?;
                }
            }
            Ok::<_, StoreError>(())
        });
        write.expect("writes");
        for (language, told) in ["zh-CN", "en"].into_iter().zip(&mut told) {
            chief.get("/audit");
            chief.post("/language", &[("lang", language), ("back", "/audit")]);
            told.push(chief.get("/audit").body);
        }
    }
    let [zh, en] = told;
    for action in Action::ALL {
        for (object, in_chinese, in_english) in written(*action) {
            assert!(zh.iter().any(|page| page.contains(in_chinese)), "{action:?} {object}: {in_chinese}");
            assert!(en.iter().any(|page| page.contains(in_english)), "{action:?} {object}: {in_english}");
        }
    }
    for cell in zh.iter().flat_map(|page| cells(page)) {
        assert_eq!(latin(cell), Vec::<&str>::new(), "{cell}");
    }
    for cell in en.iter().flat_map(|page| cells(page)) {
        assert!(!cell.contains('_'), "{cell}");
    }
}

#[test]
fn the_audit_names_whom_a_terminal_refused() {
    let mut hall = Office::open();
    hall.deposit(7, NAME, true);
    let staff = hall.actor("王敏").staff.id;
    hall.journal(vec![
        Fact::StaffRefused { staff: Some(staff), why: StaffRefusal::WrongPin },
        Fact::StaffRefused { staff: None, why: StaffRefusal::UnknownCard },
    ]);
    let page = hall.signed_in("李强").get("/audit").body;
    for says in ["PIN 不对：王敏", "卡未登记"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    for code in ["wrong_pin", "unknown_card", &staff.to_string()] {
        assert!(!page.contains(code), "{code}: {page}");
    }
}
