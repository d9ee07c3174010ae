//! A round of collection: one press, one code, one box after another.

use axum::http::StatusCode;
use hall_rules::Role;
use kiosk_wire::{Directive, DirectiveOrder};
use sha2::{Digest as _, Sha256};

use test_hall::{NAME, Office};

/// Armed boxes that the terminal has not answered, in the order it gets them, each with its code's hash.
fn armed(hall: &Office) -> Vec<(u16, String, String)> {
    let (kiosk, now, keys) = (hall.kiosk, hall.app.now_ms(), hall.app.keys());
    let open =
        hall.app.store().read_blocking(|connection| hall_store::directives::open(connection, &keys.sealer, kiosk, now));
    let all = open.expect("reads").into_iter().map(|signed| serde_json::from_str::<Directive>(&signed.body));
    all.filter_map(|directive| {
        let directive = directive.expect("a directive");
        let DirectiveOrder::ArmCollection { compartment, code_hash, .. } = directive.order else { return None };
        Some((compartment.0, directive.id.to_string(), code_hash))
    })
    .collect()
}

#[test]
fn one_press_arms_my_boxes_along_the_wall_under_one_code() {
    let mut hall = Office::open();
    let cases: Vec<_> = [9, 2, 5].map(|no| hall.deposit(no, NAME, true)).into();
    hall.deposit(12, NAME, false);
    let others = hall.deposit(7, NAME, true);
    hall.hire("周明", Role::Clerk);
    let cabinet = format!("/kiosks/{}", hall.kiosk);
    let code = {
        let mut colleague = hall.signed_in("周明");
        colleague.get(&format!("/cases/{others}"));
        colleague.post(&format!("/cases/{others}/collect"), &[]);
        let before = armed(&hall).len();
        let mut clerk = hall.signed_in("王敏");
        assert!(clerk.get(&cabinet).body.contains("id=\"round-begin\""));
        assert_eq!(clerk.post(&format!("{cabinet}/round"), &[]).location(), cabinet);
        let page = clerk.get(&cabinet).body;
        let (_, rest) = page.split_once("id=\"round-code\" data-code=\"").expect("a code");
        let code = rest.split('"').next().expect("its end").to_owned();
        let armed = armed(&hall);
        let boxes: Vec<u16> = armed[before..].iter().map(|(no, ..)| *no).collect();
        assert_eq!(boxes, [2, 5, 9], "not the doubtful one, nor the colleague's");
        for (_, directive, hash) in &armed[before..] {
            assert_eq!(*hash, hex::encode(Sha256::digest(format!("{directive}{code}"))), "one code for all");
        }
        // The case's page says the same code, and pressing again gives one round, not two.
        assert!(clerk.get(&format!("/cases/{}", cases[0])).body.contains(&format!("data-code=\"{code}\"")));
        assert!(colleague.get(&cabinet).body.contains("id=\"round-begin\""), "another's round is their own");
        let answer = colleague.post(&format!("{cabinet}/round"), &[]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "what they hold already is a round of theirs");
        code
    };
    hall.open_and_shut(cases[1], 2, "王敏");
    let mut clerk = hall.signed_in("王敏");
    let page = clerk.get(&cabinet).body;
    assert!(page.contains("id=\"affirm-2\"") && page.contains("<b class=\"box\">5</b>"), "{page}");
    let affirm = format!("{cabinet}/round/affirm");
    let refused = clerk.post(&affirm, &[("case", &cases[0].to_string())]);
    assert_eq!(refused.status, StatusCode::CONFLICT, "its door was not opened yet");
    assert_eq!(clerk.post(&affirm, &[("case", "nonsense")]).status, StatusCode::NOT_FOUND);
    clerk.get(&cabinet);
    assert_eq!(clerk.post(&affirm, &[("case", &cases[1].to_string())]).location(), cabinet);
    assert!(clerk.get(&format!("/cases/{}", cases[1])).body.contains("data-state=\"received\""));
    let page = clerk.get(&cabinet).body;
    assert!(page.contains(&code) && !page.contains("data-box=\"2\""), "{page}");
    assert_eq!(clerk.post(&format!("{cabinet}/round/end"), &[]).location(), cabinet);
    assert!(clerk.get(&cabinet).body.contains("id=\"round-begin\""));
    let over = clerk.post(&format!("{cabinet}/round/end"), &[]);
    assert!(over.status == StatusCode::CONFLICT && over.body.contains("这一轮没有等着的柜子了"), "{}", over.body);
    hall.app.clock().advance(60_000);
    clerk.get(&cabinet);
    let answer = clerk.post(&format!("{cabinet}/round"), &[]);
    assert!(answer.status == StatusCode::CONFLICT && answer.body.contains("data-code=\"kiosk-offline\""));
    let mut elsewhere = hall.signed_in("赵燕");
    assert!(!elsewhere.get(&cabinet).body.contains("id=\"round-begin\""));
    assert_eq!(elsewhere.post(&format!("{cabinet}/round"), &[]).status, StatusCode::CONFLICT);
}

#[test]
fn emptied_pressed_twice_says_that_it_is_done_and_not_that_nothing_was_there() {
    let mut hall = Office::open();
    let case = hall.deposit(2, NAME, true);
    let cabinet = format!("/kiosks/{}", hall.kiosk);
    let (affirm, of_case) = (format!("{cabinet}/round/affirm"), [("case", case.to_string())]);
    let of_case = of_case.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut clerk = hall.signed_in("王敏");
    clerk.get(&cabinet);
    clerk.post(&format!("{cabinet}/round"), &[]);
    hall.open_and_shut(case, 2, "王敏");
    let mut clerk = hall.signed_in("王敏");
    clerk.get(&cabinet);
    assert_eq!(clerk.post(&affirm, &of_case).location(), cabinet);
    hall.emptied(case, 2, "王敏");
    let mut clerk = hall.signed_in("王敏");
    clerk.get(&cabinet);
    let twice = clerk.post(&affirm, &of_case);
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.body.contains("已经按过“已取出”") && !twice.body.contains("现在没有可取的柜子"), "{}", twice.body);
}
