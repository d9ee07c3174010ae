//! The page for everybody: what it tells, what it never tells, how often one may ask, and the rating with what a bad
//! one sets going.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use hall_domain::case::clocks::Due;
use hall_domain::figures::callbacks;
use hall_domain::figures::{escalations, statistics};
use hall_rules::clock::Light;
use hall_rules::notice::Form;
use hall_rules::{CaseEvent, CaseState, Role};
use hall_words::case::CallOutcome;
use kiosk_wire::kiosk_api::{ProgressAnswer, ProgressQuery};
use kiosk_wire::{Code, CompartmentNo, Fact, Personal, ReceiptNumber, Submission};

use crate::results::Desk;
use outside::people::{Item, paper};
use test_hall::{Answer, Hall, NAME, NUMBER, PHONE, form};

async fn post(hall: &Hall, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form(fields)));
    let answer = hall.ask(request.unwrap()).await;
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert!(!answer.headers.contains_key(header::SET_COOKIE));
    answer
}

async fn ask(hall: &Hall, receipt: &str, last_four: &str) -> Answer {
    post(hall, "/progress", &[("receipt", receipt), ("last_four", last_four)]).await
}

fn receipt(desk: &Desk) -> String {
    desk.hall.value::<String>("SELECT receipt FROM cases")
}

fn ticket(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"ticket\" value=\"").expect("a ticket");
    rest.split('"').next().unwrap().to_owned()
}

impl Desk {
    pub(crate) async fn collected() -> Self {
        let desk = Self::decided().await;
        desk.step(CaseEvent::ResultReady, Form { delivery: "窗口领取".into(), ..Form::default() }).await;
        desk.step(CaseEvent::Collected, Form { receiver: "申请人本人".into(), ..Form::default() }).await;
        desk
    }
}

#[tokio::test]
async fn number_and_characters_show_the_state_and_nothing_of_the_person() {
    let desk = Desk::received().await;
    let number = receipt(&desk);
    let page = ask(&desk.hall, &number, "002x").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("id=\"state\">已收件") && page.body.contains("2026年11月30日"), "{}", page.body);
    for hidden in [NAME, NUMBER, PHONE, "张", "演出", "人民剧院", "<script"] {
        assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
    }
    let spaced = format!("{} {}", &number[..4], &number[4..]);
    let english = post(&desk.hall, "/progress", &[("receipt", &spaced), ("last_four", "002X"), ("lang", "en")]).await;
    assert!(english.body.contains("<html lang=\"en\"") && english.body.contains("Received by the window"));
    let again = post(&desk.hall, "/progress", &[("ticket", &ticket(&page.body)), ("lang", "en")]).await;
    assert!(again.body.contains("Received by the window"), "the language changes without asking again");
}

/// News is promised only to whoever can be told.
#[tokio::test]
async fn nobody_is_promised_news_who_left_no_number() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    for (no, phone) in [(7, Some(Personal::from(PHONE))), (8, None), (9, Some(Personal::from(" ")))] {
        let promised = no == 7;
        let case = terminal.deposit_of(no, Item::performance(), &Submission { phone, ..paper() });
        hall.sync(&terminal).await;
        let number = hall.value::<String>(&format!(
            "SELECT receipt FROM cases WHERE hex(id) = '{}'",
            case.0.simple().to_string().to_uppercase()
        ));
        for (lang, will, nobody) in
            [("zh-CN", "联系您留的手机号", "没有留手机号"), ("en", "are told there", "left no phone number")]
        {
            let page = post(&hall, "/progress", &[("receipt", &number), ("last_four", "002X"), ("lang", lang)]).await;
            assert_eq!((page.body.contains(will), page.body.contains(nobody)), (promised, !promised), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn an_unknown_number_and_other_characters_are_one_answer() {
    let desk = Desk::received().await;
    let unknown = hall_rules::ReceiptNumber::make("999", 1, 1).unwrap();
    let wrong = ask(&desk.hall, &receipt(&desk), "0021").await;
    let none = ask(&desk.hall, unknown.as_str(), "002X").await;
    let plain = |page: &Answer, number: &str| page.body.replace(number, "#");
    assert_eq!((wrong.status, none.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(plain(&wrong, &receipt(&desk)), plain(&none, unknown.as_str()));
    for (number, status) in [("123", 422), ("", 422), ("\"><script>alert(1)</script>", 422)] {
        let page = ask(&desk.hall, number, "002X").await;
        assert_eq!(page.status.as_u16(), status, "{number}");
        assert!(!page.body.contains("<script"), "{number}");
    }
    let request = Request::get("/p/10101000000186%22%3E%3Cscript%3E?lang=en").body(Body::empty()).unwrap();
    let page = desk.hall.ask(request).await;
    let body = page.body;
    assert!(page.status == StatusCode::OK && body.contains("value=\"10101000000186\"") && !body.contains("<script"));
}

#[tokio::test]
async fn guessing_ends_soon_for_a_number_and_later_for_an_address() {
    let desk = Desk::received().await;
    let number = receipt(&desk);
    for _ in 0..3 {
        assert_eq!(ask(&desk.hall, &number, "002X").await.status, StatusCode::OK, "whoever knows may ask often");
    }
    for guess in 0..5 {
        assert_eq!(ask(&desk.hall, &number, &format!("{guess:04}")).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(ask(&desk.hall, &number, "002X").await.status, StatusCode::TOO_MANY_REQUESTS, "even the right ones");
    desk.hall.clock.advance(24 * 3_600_000);
    assert_eq!(ask(&desk.hall, &number, "002X").await.status, StatusCode::OK);
    let mut refused = None;
    for n in 1..100 {
        let other = hall_rules::ReceiptNumber::make("999", 1, n).unwrap();
        if ask(&desk.hall, other.as_str(), "0000").await.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(n);
            break;
        }
    }
    assert_eq!(refused, Some(61), "what was right costs nothing");
}

#[tokio::test]
async fn a_terminal_is_told_what_the_page_tells_and_counts_apart() {
    let mut desk = Desk::decided().await;
    let number = receipt(&desk);
    let token = desk.terminal.token(desk.hall.clock.now_ms());
    let ask = async |hall: &Hall, receipt: &str, last_four: &str| {
        let query = ProgressQuery { receipt: ReceiptNumber(receipt.into()), last_four: Personal::from(last_four) };
        hall.post("/kiosk/v1/progress", Some(&token), serde_json::to_string(&query).unwrap()).await
    };
    let told: ProgressAnswer = ask(&desk.hall, &number, "002x").await.json();
    let page = ask_page(&desk.hall, &number).await;
    assert!(page.body.contains(&told.state.zh) && page.body.contains(&told.due.clone().unwrap().what.zh), "{told:?}");
    assert_eq!((told.here, told.receipt.0.as_str()), (None, number.as_str()));
    let text = serde_json::to_string(&told).unwrap();
    for hidden in [NAME, NUMBER, PHONE, "张", "演出", "人民剧院"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }

    // The result lies here; another terminal hears where it is, and not that it is there.
    desk.ready_in_a_box().await;
    let told: ProgressAnswer = ask(&desk.hall, &number, "002X").await.json();
    assert_eq!((told.state.zh.as_str(), told.here), ("待取件", Some(CompartmentNo(9))), "{told:?}");
    let other = desk.hall.terminal("西侧", 2).await;
    let query = ProgressQuery { receipt: ReceiptNumber(number.clone()), last_four: Personal::from("002X") };
    let foreign = other.token(desk.hall.clock.now_ms());
    let elsewhere = desk.hall.post("/kiosk/v1/progress", Some(&foreign), serde_json::to_string(&query).unwrap()).await;
    let elsewhere: ProgressAnswer = elsewhere.json();
    assert!(elsewhere.here.is_none() && elsewhere.next.unwrap().zh.contains("东侧"));

    let unknown = hall_rules::ReceiptNumber::make("999", 1, 1).unwrap();
    let wrong = ask(&desk.hall, &number, "0021").await.problem();
    let none = ask(&desk.hall, unknown.as_str(), "002X").await.problem();
    assert_eq!((wrong.code, wrong.title, wrong.detail), (none.code, none.title, none.detail), "one answer for both");
    assert_eq!(wrong.code, Code::NotFound);
    assert_eq!(ask(&desk.hall, "123", "002X").await.problem().code, Code::InvalidValue);
    let without = desk.hall.post("/kiosk/v1/progress", None, serde_json::to_string(&query).unwrap()).await;
    assert_eq!(without.problem().code, Code::TokenMalformed, "terminals only");
    // Terminals have an account of their own, all together: what somebody tries from home closes no terminal.
    for guess in 0..5 {
        self::ask(&desk.hall, &number, &format!("{guess:04}")).await;
    }
    assert_eq!(self::ask(&desk.hall, &number, "002X").await.status, StatusCode::TOO_MANY_REQUESTS);
    let told: ProgressAnswer = ask(&desk.hall, &number, "002X").await.json();
    assert_eq!(told.receipt.0, number);
    for guess in 0..4 {
        ask(&desk.hall, &number, &format!("{guess:04}")).await;
    }
    assert_eq!(ask(&desk.hall, &number, "002X").await.problem().code, Code::TooManyTries);
    let other = desk.hall.post("/kiosk/v1/progress", Some(&foreign), serde_json::to_string(&query).unwrap()).await;
    assert_eq!(other.problem().code, Code::TooManyTries, "of all terminals");
}

async fn ask_page(hall: &Hall, receipt: &str) -> Answer {
    ask(hall, receipt, "002X").await
}

#[tokio::test]
async fn a_bad_rating_counts_once_and_somebody_calls_back() {
    let desk = Desk::collected().await;
    let supervisor = desk.hall.staff("督查员", "3号窗口", Role::Supervisor).await;
    let page = ask(&desk.hall, &receipt(&desk), "002X").await;
    assert!(page.body.contains("id=\"rating\""), "{}", page.body);
    let ticket = ticket(&page.body);
    let rate = async |level: &str| post(&desk.hall, "/progress/rating", &[("ticket", &ticket), ("level", level)]).await;
    for level in ["0", "6", "", "-1"] {
        assert_eq!(rate(level).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{level:?}");
    }
    let thanks = rate("2").await;
    assert!(thanks.status == StatusCode::OK && thanks.body.contains("已收到您的评价"), "{}", thanks.body);
    assert_eq!(rate("5").await.status, StatusCode::OK);
    assert_eq!(desk.hall.count("ratings WHERE level = 2 AND via = 'page'"), 1, "the first one stays");
    let forged = post(&desk.hall, "/progress/rating", &[("ticket", "00ff"), ("level", "1")]).await;
    assert_eq!(forged.status, StatusCode::CONFLICT);

    let app = &desk.hall.app;
    let open = callbacks::callbacks(app, &supervisor).await.unwrap();
    let Due::Running { due, days_left: Some(15), light: Light::Green, .. } = open[0].due else { panic!("{open:?}") };
    assert_eq!((open.len(), open[0].level, due.to_string().as_str()), (1, 2, "2026-12-14"));
    let call = async |seen, outcome, words: &str| {
        let called = callbacks::called(app, &supervisor, desk.case, seen, outcome, Personal::from(words)).await;
        called.map_err(|refusal| refusal.code())
    };
    assert_eq!(call(0, CallOutcome::Settled, " ").await, Err(Code::InvalidValue));
    call(0, CallOutcome::Unreachable, "没人接").await.unwrap();
    assert_eq!(call(0, CallOutcome::Settled, "旧页面").await, Err(Code::StalePage));
    // As an older release left it: its clock is computed anew.
    assert!(desk.hall.rewrite("UPDATE callbacks SET soon_date = NULL"));
    callbacks::tick(app).await.unwrap();
    // It goes up as every other clock does: once when it is soon over, once when it is.
    let late = async || escalations::open(app, &supervisor).await.unwrap();
    assert_eq!((escalations::tick(app).await.unwrap(), late().await.len()), (0, 0));
    desk.hall.clock.advance(16 * 24 * 3_600_000);
    assert_eq!((escalations::tick(app).await.unwrap(), escalations::tick(app).await.unwrap()), (1, 0));
    let told = late().await;
    assert!(!told[0].over && told[0].row.id == desk.case, "{told:?}");
    assert!(matches!(told[0].callback, Some((2, Due::Running { light: Light::Yellow, .. }))), "{told:?}");
    escalations::seen(app, &supervisor, desk.case).await.unwrap();
    assert!(late().await.is_empty());
    desk.hall.clock.advance(14 * 24 * 3_600_000);
    assert_eq!((escalations::tick(app).await.unwrap(), late().await[0].over), (1, true), "now it is over");
    call(1, CallOutcome::Settled, "窗口已道歉并补发").await.unwrap();
    assert!(late().await.is_empty(), "whoever was called is late no more");
    assert_eq!(call(2, CallOutcome::Settled, "再来").await, Err(Code::StalePage), "it is over");
    let figures = statistics::of(app, &supervisor, 90).await.unwrap();
    assert_eq!((figures.ratings, figures.callbacks), ([0, 1, 0, 0, 0], (1, 1, 0)), "settled, and late");
    assert_eq!(desk.hall.count("callback_notes WHERE note LIKE '%道歉%'"), 0, "sealed");
}

#[tokio::test]
async fn a_rating_at_the_terminal_is_kept_and_one_before_the_result_is_set_aside() {
    use kiosk_wire::kiosk_api::Taken;
    let mut desk = Desk::received().await;
    desk.terminal.write(Fact::Rated { submission: desk.case, level: 1 });
    assert_eq!(desk.sync().await.last(), Some(&Taken::SetAside { code: Code::EntryImplausible }));
    let mut desk = Desk::collected().await;
    for level in [5, 1] {
        desk.terminal.write(Fact::Rated { submission: desk.case, level });
    }
    assert!(desk.sync().await.iter().all(|taken| *taken == Taken::Stored), "a second one is nobody's mistake");
    assert_eq!(desk.hall.count("ratings WHERE level = 5 AND via = 'terminal'"), 1);
    assert_eq!(desk.hall.count("callbacks"), 0);
    assert_eq!(desk.state().await, CaseState::Collected);
    let page = ask(&desk.hall, &receipt(&desk), "002X").await;
    assert!(page.body.contains("id=\"rated\"") && !page.body.contains("id=\"rating\""), "{}", page.body);
}
