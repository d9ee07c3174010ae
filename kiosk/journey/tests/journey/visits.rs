//! Whole visits, with virtual time.

use std::sync::Arc;
use std::time::Duration;

use crate::terminal::{CATALOGUE, LI, PERFORMANCE, Terminal, ZHANG, done, door, healthy, personal};
use hall_rules::Catalogue;
use hall_rules::catalogue::AskedAt;
use kiosk_journey::{
    Act, CardProblem, DoorPhase, Input, Key, Language, NoDeposit, Output, Overlay, PartState, PhoneCheck, Screen,
    Service, Sound, StaffCall, TextSize, Touch, Turn,
};
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::{CompartmentNo, Fact, Personal, RosterWindow, SubmissionId, WindowId};
use uuid::Uuid;

#[test]
fn from_the_card_to_you_may_leave() {
    let mut terminal = Terminal::new();
    let submission = terminal.as_far_as_the_door();
    assert_eq!(terminal.journal_kinds(), ["prepared", "intended"], "both on record before the door");
    let Fact::SubmissionPrepared { submission: prepared, item, .. } = &terminal.journal[0] else { panic!() };
    assert_eq!((*prepared, item.as_str()), (submission, PERFORMANCE));
    let prepared = terminal.said();
    assert_eq!(prepared.phone, Some(personal("13812345678")));
    assert!(!prepared.materials.is_empty());
    assert_eq!((door(&terminal).compartment, door(&terminal).phase), (1, DoorPhase::Open));

    terminal.wait_s(5);
    terminal.shut();
    assert_eq!(terminal.journal.last(), Some(&Fact::Deposited { submission, compartment: CompartmentNo(1) }));
    let view = done(&terminal);
    assert_eq!((view.compartment, view.receipt.as_str()), (1, "10101000000001"));
    assert_eq!(view.answer_by.as_deref(), Some("2026-11-30"));
    assert_eq!(view.window.unwrap().phone.as_deref(), Some("0795-3998888"));
    assert!(view.can_reopen && view.has_phone && !view.offline);
    assert!(terminal.heard(&Output::Play(Sound::Done)));

    terminal.wait_s(91);
    assert_eq!(terminal.screen(), "idle");
    assert!(terminal.heard(&Output::Wipe));
}

#[test]
fn the_step_sign_is_true() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    let mut steps = vec![terminal.view().step];
    terminal.browse_to(PERFORMANCE);
    steps.push(terminal.view().step);
    while terminal.screen() != "check" {
        match terminal.view().screen {
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            Screen::Phone(_) => terminal.act(Act::Skip),
            _ => terminal.next(),
        }
        steps.push(terminal.view().step);
    }
    terminal.next();
    steps.push(terminal.view().step);
    let at: Vec<u8> = steps.iter().map(|step| step.unwrap().at).collect();
    assert!(at.is_sorted(), "{at:?}");
    assert!((1..=5).all(|step| at.contains(&step)), "{at:?}");
    assert!(steps.iter().all(|step| step.unwrap().of == 5));
}

#[test]
fn offline_takes_the_same_touches_and_gives_the_same_receipt() {
    let run = |backend| {
        let mut terminal = Terminal::new();
        let mut health = healthy();
        health.backend = backend;
        terminal.input(Input::Health(health));
        terminal.as_far_as_the_door();
        terminal.shut();
        (terminal.touches, done(&terminal).receipt, done(&terminal).offline)
    };
    let (touches, receipt, _) = run(PartState::Ok);
    assert_eq!(run(PartState::Failed), (touches, receipt, true));
}

#[test]
fn a_phone_number_is_checked_as_it_is_typed_and_shown_masked() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    while !matches!(terminal.view().screen, Screen::Phone(_)) {
        match terminal.view().screen {
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            _ => terminal.next(),
        }
    }
    let phone = |terminal: &Terminal| match terminal.view().screen {
        Screen::Phone(view) => view,
        other => panic!("{}", other.name()),
    };
    terminal.type_text("12");
    assert_eq!(phone(&terminal).check, PhoneCheck::WrongStart);
    terminal.touch(Touch::Key(Key::Delete));
    terminal.type_text("38123456");
    assert_eq!((phone(&terminal).typed.as_str(), phone(&terminal).check), ("138 1234 56", PhoneCheck::Incomplete(2)));
    terminal.next();
    assert_eq!(terminal.screen(), "phone", "not complete");
    terminal.type_text("789");
    assert_eq!(phone(&terminal).typed, "138 1234 5678");
    assert_eq!(phone(&terminal).check, PhoneCheck::Good);
    terminal.next();
    terminal.answer_all(None);
    assert!(format!("{:?}", terminal.view()).contains("138****5678"));
    assert!(!format!("{:?}", terminal.view()).contains("13812345678"));
}

#[test]
fn a_number_known_from_before_takes_one_touch() {
    let mut terminal = Terminal::new();
    let visit = terminal.zhang();
    terminal.input(Input::KnownPhone { visit, phone: personal("13912345678") });
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(None);
    terminal.next();
    let prepared = terminal.said();
    assert_eq!(prepared.phone, Some(personal("13912345678")));
    assert!(terminal.touches <= 11, "{} touches", terminal.touches);
}

#[test]
fn a_late_answer_about_the_last_person_is_dropped() {
    let mut terminal = Terminal::new();
    let before = terminal.zhang();
    terminal.touch(Touch::Quit);
    terminal.card("李四", LI);
    terminal.input(Input::KnownPhone { visit: before, phone: personal("13912345678") });
    terminal.browse_to(PERFORMANCE);
    while !matches!(terminal.view().screen, Screen::Phone(_)) {
        match terminal.view().screen {
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            _ => terminal.next(),
        }
    }
    let Screen::Phone(phone) = terminal.view().screen else { panic!() };
    assert_eq!(phone.known, None);
}

#[test]
fn back_loses_nothing_and_change_returns_to_the_check_page() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    let checked = terminal.view().screen;
    for _ in 0..3 {
        terminal.touch(Touch::Back);
    }
    assert_ne!(terminal.screen(), "check");
    terminal.answer_all(None);
    assert_eq!(terminal.view().screen, checked, "everything is still there");

    terminal.act(Act::Change("phone".into()));
    assert_eq!(terminal.screen(), "phone");
    terminal.touch(Touch::Back);
    assert_eq!(terminal.view().screen, checked);
    terminal.act(Act::Change("phone".into()));
    terminal.touch(Touch::Key(Key::Delete));
    terminal.type_text("9");
    terminal.next();
    assert_eq!(terminal.screen(), "check");
    assert!(format!("{:?}", terminal.view()).contains("138****5679"));
}

#[test]
fn a_double_tap_does_not_reach_the_next_page() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.wait_s(1);
    terminal.input(Input::Touch(Touch::Next));
    let after_one = terminal.view();
    terminal.wait(Duration::from_millis(250));
    terminal.input(Input::Touch(Touch::Choose("oneself".into())));
    assert_eq!(terminal.view().screen, after_one.screen);
}

#[test]
fn what_is_missing_ends_kindly_with_the_list() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    while !matches!(terminal.view().screen, Screen::Materials(_)) {
        match terminal.view().screen {
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            _ => terminal.next(),
        }
    }
    terminal.act(Act::SomethingMissing);
    let Screen::Missing(missing) = terminal.view().screen else { panic!() };
    assert!(!missing.rows.is_empty());
    assert!(missing.window.is_some());
    terminal.touch(Touch::Back);
    assert_eq!(terminal.screen(), "materials");
    terminal.act(Act::SomethingMissing);
    terminal.next();
    assert_eq!(terminal.screen(), "idle");
    assert!(terminal.journal.is_empty());
}

#[test]
fn what_cannot_be_done_here_says_where_to_go() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.next();
    terminal.choose("oneself");
    let item = CATALOGUE.item(PERFORMANCE).unwrap();
    for situation in &item.situations {
        let out = situation.options.iter().find(|choice| choice.leads_out.is_some());
        terminal.choose(&out.unwrap_or(&situation.options[0]).code);
        if out.is_some() {
            break;
        }
    }
    let Screen::NotHere { go, .. } = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert!(!go.is_empty());
    terminal.touch(Touch::Back);
    assert_eq!(terminal.screen(), "situation");
}

#[test]
fn full_dead_or_broken_is_told_before_the_first_question() {
    for (why, health) in [
        (NoDeposit::Full, healthy()),
        (NoDeposit::LockerDown, kiosk_journey::Health { locker: PartState::Failed, ..healthy() }),
        (NoDeposit::CannotRecord, kiosk_journey::Health { journal: PartState::Failed, ..healthy() }),
    ] {
        let mut terminal = Terminal::new();
        terminal.input(Input::Health(health));
        if why == NoDeposit::Full {
            terminal.boxes.values_mut().for_each(|b| b.free = false);
            terminal.cabinet();
        }
        let Screen::Idle(idle) = terminal.view().screen else { panic!() };
        assert_eq!(idle.no_deposit, Some(why));
        terminal.zhang();
        assert!(matches!(terminal.view().screen, Screen::NoBox { why: shown, .. } if shown == why));
        terminal.next();
        assert_eq!(terminal.screen(), "idle");
    }
}

/// Who has chosen nothing is sent to no window in particular, unless the hall has but one.
#[test]
fn no_window_is_named_before_anything_was_chosen() {
    let window = |n: u16| RosterWindow {
        id: WindowId(Uuid::from_u128(u128::from(n))),
        name: format!("{n}号窗口"),
        departments: vec![format!("d{n}")],
        phone: None,
    };
    for (windows, named) in [(vec![window(1), window(2)], None), (vec![window(1)], Some("1号窗口"))] {
        let mut terminal = Terminal::new();
        terminal.input(Input::Windows(windows));
        terminal.boxes.values_mut().for_each(|b| b.free = false);
        terminal.cabinet();
        terminal.zhang();
        let Screen::NoBox { window, .. } = terminal.view().screen else { panic!("{}", terminal.screen()) };
        assert_eq!(window.map(|window| window.name).as_deref(), named);
    }
}

/// While a record takes long, the page says whether a door opens next.
#[test]
fn a_slow_journal_says_what_it_is_waited_for() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    terminal.slow = true;
    terminal.next();
    terminal.wait_s(1);
    assert_eq!(terminal.view().screen, Screen::Saving { opens: true });
    // It cannot be left, and nothing on it does anything.
    for touch in [Touch::Back, Touch::Quit, Touch::Next] {
        terminal.touch(touch);
    }
    assert_eq!(terminal.view().screen, Screen::Saving { opens: true });
    terminal.answer();
    assert_eq!(terminal.screen(), "door");
    terminal.shut();
    terminal.wait_s(1);
    assert_eq!(terminal.view().screen, Screen::Saving { opens: false });
    terminal.answer();
    assert_eq!(terminal.screen(), "done");
}

#[test]
fn a_dead_reader_invites_nobody() {
    let mut terminal = Terminal::new();
    terminal.input(Input::Health(kiosk_journey::Health { reader: PartState::Failed, ..healthy() }));
    let Screen::Idle(idle) = terminal.view().screen else { panic!() };
    assert!(!idle.reads_cards);
}

#[test]
fn reading_the_guide_without_a_card_goes_on_with_one() {
    let mut terminal = Terminal::new();
    terminal.act(Act::BrowseGuide);
    terminal.browse_to(PERFORMANCE);
    terminal.next();
    assert_eq!(terminal.screen(), "guide", "a card is needed from here");
    terminal.zhang();
    assert_eq!(terminal.screen(), "situation");
    assert_eq!(terminal.view().person.unwrap().number, "110***********002X");
}

#[test]
fn search_finds_by_initials_and_turns_pages() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.act(Act::Search);
    terminal.type_text("yyxy");
    let Screen::Search(found) = terminal.view().screen else { panic!() };
    assert!(found.hits.len() <= 5);
    let wanted = format!("i:{}", PERFORMANCE);
    assert!(found.hits.iter().any(|hit| hit.id == wanted), "{found:?}");
    terminal.choose(&wanted);
    assert_eq!(terminal.screen(), "guide");
    terminal.touch(Touch::Back);
    let Screen::Search(back) = terminal.view().screen else { panic!() };
    assert_eq!(back.typed, "yyxy", "the text is still there");
}

#[test]
fn every_card_problem_has_a_page_and_a_way_back() {
    for problem in [
        CardProblem::TakenTooSoon,
        CardProblem::UnknownCard,
        CardProblem::Expired,
        CardProblem::WrongCheckDigit,
        CardProblem::NoAnswer,
        CardProblem::Unreadable,
        CardProblem::ReaderLost,
    ] {
        let mut terminal = Terminal::new();
        terminal.input(Input::CardPresent);
        assert_eq!(terminal.screen(), "reading_card");
        terminal.input(Input::CardFailed(problem));
        assert!(matches!(terminal.view().screen, Screen::CardProblem { problem: shown } if shown == problem));
        terminal.zhang();
        assert_eq!(terminal.screen(), "choose", "a good read at any time goes on");
    }
    let mut terminal = Terminal::new();
    terminal.input(Input::CardFailed(CardProblem::Expired));
    terminal.wait_s(21);
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn another_persons_card_is_asked_about_and_never_mixed() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.card("李四", LI);
    assert_eq!(terminal.view().overlay, Some(Overlay::AnotherPerson));
    assert_eq!(terminal.view().person.unwrap().name, "张**");
    terminal.act(Act::KeepPerson);
    assert_eq!((terminal.screen(), terminal.view().overlay), ("guide", None));
    terminal.card("张三丰", ZHANG);
    assert_eq!(terminal.view().overlay, None, "the same person again");
    terminal.card("李四", LI);
    terminal.act(Act::SwapPerson);
    assert_eq!(terminal.view().person.unwrap().name, "李*");
    assert_eq!(terminal.screen(), "choose");
    assert!(terminal.heard(&Output::Wipe));
}

#[test]
fn nobody_there_is_asked_then_wiped_and_settings_return() {
    let mut terminal = Terminal::new();
    terminal.touch(Touch::Language(Language::En));
    terminal.touch(Touch::TextSize(TextSize::Large));
    terminal.zhang();
    assert_eq!(terminal.view().language, Language::En, "a language chosen before the card stays");
    terminal.wait_s(59);
    assert_eq!(terminal.view().overlay, None);
    for _ in 0..20 {
        terminal.wait_s(20);
        assert!(matches!(terminal.view().overlay, Some(Overlay::StillThere { .. })), "{:?}", terminal.view().overlay);
        terminal.touch(Touch::StillHere);
        assert_eq!(terminal.view().overlay, None);
        terminal.wait_s(41);
    }
    terminal.wait_s(20);
    let Some(Overlay::StillThere { seconds_left }) = terminal.view().overlay else { panic!() };
    assert!((28..=30).contains(&seconds_left), "{seconds_left}");
    terminal.wait_s(10);
    assert_eq!(terminal.view().overlay, Some(Overlay::StillThere { seconds_left: seconds_left - 10 }));
    terminal.wait_s(20);
    let view = terminal.view();
    assert_eq!((view.screen.name(), view.language, view.text_size), ("idle", Language::Zh, TextSize::Normal));
}

#[test]
fn form_pages_wait_longer() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.wait_s(89);
    assert_eq!(terminal.view().overlay, None);
    terminal.wait_s(2);
    assert!(terminal.view().overlay.is_some());
}

#[test]
fn a_number_that_arrives_late_does_not_take_the_pad_away() {
    let mut terminal = Terminal::new();
    let visit = terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    while !matches!(terminal.view().screen, Screen::Phone(_)) {
        match terminal.view().screen {
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            _ => terminal.next(),
        }
    }
    terminal.type_text("138");
    terminal.input(Input::KnownPhone { visit, phone: personal("13912345678") });
    let Screen::Phone(phone) = terminal.view().screen else { panic!() };
    assert_eq!((phone.known, phone.typed.as_str()), (None, "138"));
}

#[test]
fn help_calls_a_person_and_says_when_the_call_arrived() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.touch(Touch::Help);
    assert_eq!(terminal.view().overlay, Some(Overlay::Help { received: false }));
    assert!(terminal.heard(&Output::CallStaff(StaffCall::Help)));
    terminal.input(Input::StaffCallReceived);
    assert_eq!(terminal.view().overlay, Some(Overlay::Help { received: true }));
    terminal.touch(Touch::Dismiss);
    assert_eq!((terminal.view().overlay, terminal.screen()), (None, "choose"));
}

#[test]
fn a_card_left_behind_is_said_and_staff_come_after_a_minute() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.touch(Touch::Quit);
    let Screen::Idle(idle) = terminal.view().screen else { panic!() };
    assert!(idle.card_left);
    terminal.wait_s(61);
    assert!(terminal.heard(&Output::CallStaff(StaffCall::CardLeft)));
    terminal.input(Input::CardRemoved);
    let Screen::Idle(idle) = terminal.view().screen else { panic!() };
    assert!(!idle.card_left);
}

#[test]
fn doors_open_at_the_start_are_to_be_shut_first() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&3).unwrap().door = DoorState::Open;
    terminal.cabinet();
    terminal.input(Input::OpenDoorsAtBoot(vec![CompartmentNo(3)]));
    assert_eq!(terminal.view().screen, Screen::ShutDoors { doors: vec![3] });
    assert!(terminal.heard(&Output::CallStaff(StaffCall::DoorsOpenAtBoot)));
    terminal.see(3, DoorState::Closed);
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn service_decides_the_page_when_nobody_is_here() {
    let mut terminal = Terminal::bare();
    assert_eq!(terminal.screen(), "starting");
    for (service, screen) in [
        (Service::NotEnrolled { command: "kiosk enrol".into() }, "not_enrolled"),
        (Service::Revoked, "out_of_service"),
        (Service::JournalForked, "out_of_service"),
        (Service::JournalDamaged, "out_of_service"),
        (Service::Broken { detail: "no disk".into() }, "out_of_service"),
        (Service::Ready, "idle"),
    ] {
        terminal.input(Input::Service(service));
        assert_eq!(terminal.screen(), screen);
    }
}

#[test]
fn revoked_in_the_middle_of_a_deposit_brings_it_to_its_end() {
    let mut terminal = Terminal::new();
    terminal.as_far_as_the_door();
    terminal.input(Input::Service(Service::Revoked));
    assert_eq!(terminal.screen(), "door");
    terminal.shut();
    assert_eq!(terminal.screen(), "done");
    terminal.wait_s(91);
    assert_eq!(terminal.screen(), "out_of_service");
}

#[test]
fn a_text_field_takes_pinyin_and_keeps_its_text() {
    // No item that ships asks for a text; a hall's own may.
    let mut catalogue = Catalogue::clone(&CATALOGUE);
    let item = catalogue.items.iter_mut().find(|item| item.code == "private-non-enterprise").expect("an item");
    let name = item.fields.iter_mut().find(|field| field.code == "proposed_name").expect("a field");
    name.asked_at = AskedAt::Terminal;
    let mut terminal = Terminal::with(Arc::new(catalogue));
    terminal.zhang();
    terminal.browse_to("private-non-enterprise");
    let text = |terminal: &Terminal| match terminal.view().screen {
        Screen::Text(view) => view,
        other => panic!("{}", other.name()),
    };
    while terminal.screen() != "text" {
        match terminal.view().screen {
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            Screen::Phone(_) => terminal.act(Act::Skip),
            _ => terminal.next(),
        }
    }
    terminal.type_text("youeryuan");
    let typed = text(&terminal);
    assert_eq!(typed.letters, "youeryuan");
    assert!(!typed.candidates.is_empty() && typed.candidates.len() <= 6);
    let place = typed.candidates.iter().position(|candidate| candidate == "幼儿园").unwrap();
    terminal.touch(Touch::Key(Key::Candidate(u8::try_from(place).unwrap())));
    assert_eq!((text(&terminal).text.as_str(), text(&terminal).letters.as_str()), ("幼儿园", ""));
    terminal.next();
    assert_eq!(terminal.screen(), "check");
    terminal.touch(Touch::Back);
    assert_eq!(text(&terminal).text, "幼儿园");
    terminal.next();
    terminal.next();
    let prepared = terminal.said();
    assert_eq!(prepared.answers.values().collect::<Vec<_>>(), [&personal("幼儿园")]);
    assert_eq!(prepared.phone, None, "skipped");
}

#[test]
fn another_size_is_chosen_on_the_check_page() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    terminal.act(Act::Change("size".into()));
    let Screen::BoxSize(sizes) = terminal.view().screen else { panic!() };
    assert_eq!(
        sizes.sizes.iter().map(|row| (row.id.as_str(), row.free)).collect::<Vec<_>>(),
        [("A4", 4), ("large", 2)]
    );
    terminal.choose("large");
    assert_eq!(terminal.screen(), "check");
    terminal.next();
    assert_eq!(door(&terminal).compartment, 5);
}

#[test]
fn another_item_voids_what_hung_on_the_first() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    terminal.act(Act::Change("item".into()));
    terminal.browse_to("road-excavation");
    terminal.next();
    assert_ne!(terminal.screen(), "check", "its own questions and materials come first");
    terminal.answer_all(None);
    terminal.next();
    let Fact::SubmissionPrepared { item, .. } = &terminal.journal[0] else { panic!() };
    assert_eq!(item, "road-excavation");
    assert_eq!(terminal.said().phone, Some(personal("13812345678")), "the phone is the person's, not the item's");
}

#[test]
fn lists_are_turned_and_their_ends_hold() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.act(Act::ByDepartment);
    let pages = terminal.view().screen.paging().unwrap().pages;
    assert!(pages > 1);
    for _ in 0..pages + 3 {
        terminal.touch(Touch::Turn(Turn::Next));
    }
    assert_eq!(terminal.view().screen.paging().unwrap().page, pages);
    for _ in 0..pages + 3 {
        terminal.touch(Touch::Turn(Turn::Previous));
    }
    assert_eq!(terminal.view().screen.paging().unwrap().page, 1);
}

#[test]
fn a_list_is_not_confirmed_before_its_last_page_was_shown() {
    let mut terminal = Terminal::new();
    terminal.touch(Touch::TextSize(TextSize::Large));
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    let mut lists = 0;
    for _ in 0..60 {
        match terminal.view().screen {
            Screen::Check(_) => break,
            Screen::Materials(_) if terminal.has_more() => {
                let (screen, page) = (terminal.screen(), terminal.view().screen.paging().unwrap().page);
                terminal.touch(Touch::Next);
                // A second tap falls where the same button now confirms what nobody has read.
                terminal.wait(Duration::from_millis(600));
                terminal.input(Input::Touch(Touch::Next));
                assert_eq!(terminal.screen(), screen, "the same button turns the list");
                assert_eq!(terminal.view().screen.paging().unwrap().page, page + 1);
                lists += 1;
            }
            _ => terminal.answer_one(Some("13812345678")),
        }
    }
    assert!(lists >= 1 && terminal.screen() == "check", "{lists} turned, {}", terminal.screen());
    terminal.next();
    assert_eq!(terminal.screen(), "door");
}

#[test]
fn the_view_changes_only_when_something_changed() {
    let mut terminal = Terminal::new();
    let revision = terminal.journey.revision();
    terminal.wait_s(3_600);
    terminal.input(Input::Health(healthy()));
    terminal.cabinet();
    assert_eq!(terminal.journey.revision(), revision);
    assert_eq!(terminal.journey.poll_timeout(), None, "nobody wants to be woken at an idle screen");
}

#[test]
fn nothing_personal_is_printed_by_debug() {
    let secret: Personal = ZHANG.into();
    let applicant = crate::terminal::applicant("张三丰", ZHANG);
    let key = Input::Touch(Touch::Key(Key::Char('7')));
    assert!(!format!("{key:?}").contains('7'), "{key:?}");
    let text = format!(
        "{secret:?} {applicant:?} {:?}",
        Input::KnownPhone { visit: SubmissionId(Uuid::nil()), phone: personal("13812345678") }
    );
    for personal in ["张三丰", ZHANG, "13812345678", "幸福路"] {
        assert!(!text.contains(personal), "{text}");
    }
}
