//! The audit's page says what was done in words, and who it was about by name.

use hall_domain::ground::audit::{self, Who};
use hall_store::StoreError;
use hall_words::Action;
use kiosk_wire::Fact;
use kiosk_wire::entry::StaffRefusal;

use test_hall::{NAME, Office};

#[test]
fn the_audit_is_told_in_words_and_names() {
    let mut hall = Office::open();
    hall.deposit(7, NAME, true);
    let staff = hall.actor("王敏").staff.id;
    hall.journal(vec![
        Fact::StaffRefused { staff: Some(staff), why: StaffRefusal::WrongPin },
        Fact::StaffRefused { staff: None, why: StaffRefusal::UnknownCard },
    ]);
    let now = hall.app.now_ms();
    let written = hall.app.store().write_blocking(move |tx| {
        for (action, object) in
            [(Action::LoadingArmed, ""), (Action::CalledBack, "settled"), (Action::MessageRepeated, "accepted 2")]
        {
            audit::write(tx, now, Who::CommandLine, action, None, object)?;
        }
        Ok::<_, StoreError>(())
    });
    written.expect("writes");
    let mut chief = hall.signed_in("李强");
    let page = chief.get("/audit").body;
    for says in ["PIN 不对：王敏", "卡未登记", "去放结果", "记下回访", "已整改，申请人满意", "重发短信"]
    {
        assert!(page.contains(says), "{says}: {page}");
    }
    let id = staff.to_string();
    for code in ["wrong_pin", "unknown_card", "loading_armed", "called_back", "message_repeated", id.as_str()] {
        assert!(!page.contains(code), "{code}: {page}");
    }
}
