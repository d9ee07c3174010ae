//! Every address as every role: what a role's rights do not open stays shut, and nothing is left out of the table.

use axum::http::{Method, StatusCode};
use hall_rules::Role;

use crate::steps::{goes, press};
use kiosk_backend::access::Wants;
use kiosk_backend::console::addresses;
use test_hall::{Answer, NAME, Office, Visitor};

const DOCUMENT: [(&str, &str); 1] = [("document", "赣文市演〔2026〕1号")];

fn post(browser: &mut Visitor<'_>, path: &str, csrf: &str) -> Answer {
    let form = format!("csrf={csrf}");
    browser.send(Method::POST, path, Some(form), &[])
}

#[test]
fn every_address_opens_to_those_whose_right_it_is_and_to_nobody_else() {
    let hall = Office::open();
    let unknown = uuid::Uuid::nil().to_string();
    for role in Role::ALL {
        hall.hire(role.code(), *role);
        let mut browser = hall.signed_in(role.code());
        let csrf = browser.csrf.clone();
        for (path, wants) in addresses() {
            let Wants::Right(right) = wants else { continue };
            let path = path.replace("{id}", &unknown).replace("{n}", "1").replace("{entry}", "1");
            let path = path
                .replace("{view}", "1")
                .replace("{session}", &"0".repeat(32))
                .replace("{who}", &unknown)
                .replace("{part}", &unknown);
            let asked = [browser.get(&path), post(&mut browser, &path, &csrf)];
            let judged: Vec<_> = asked
                .iter()
                // Not asked that way, or sent to the page that one may or may not see.
                .filter(|answer| answer.status != StatusCode::METHOD_NOT_ALLOWED)
                .filter(|answer| answer.status != StatusCode::SEE_OTHER || role.may(right))
                .collect();
            assert!(!judged.is_empty(), "{path} answered nothing to {}", role.code());
            for answer in judged {
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, !role.may(right), "{} {path}: {}", role.code(), answer.status);
                assert!(!refused || answer.body.contains("data-code=\"forbidden\""), "{path}: {}", answer.body);
            }
        }
        let first = browser.get("/");
        assert_eq!(browser.get(first.location()).status, StatusCode::OK, "{} begins somewhere", role.code());
    }
}

#[test]
fn what_wants_no_right_is_a_short_list() {
    let without: Vec<_> =
        addresses().into_iter().filter(|(_, wants)| wants.right().is_none()).map(|(path, _)| path).collect();
    let own = ["/account", "/account/password", "/account/sessions/{session}/end"];
    let known = [
        "/sign-in",
        "/sign-in/oidc",
        "/sign-in/oidc/back",
        "/sign-out",
        "/language",
        "/static/{*name}",
        "/",
        "/events",
        "/here",
        "/kept",
    ]
    .into_iter()
    .chain(own);
    assert_eq!(without, known.collect::<Vec<_>>());
}

#[test]
fn those_who_keep_machines_or_accounts_see_no_case_on_any_page() {
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true);
    for role in [Role::Administrator, Role::Technician] {
        hall.hire(role.code(), role);
        let mut browser = hall.signed_in(role.code());
        for path in ["/kiosks".to_owned(), format!("/kiosks/{}", hall.kiosk)] {
            let page = browser.get(&path);
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.body.contains(&id.to_string()) && !page.body.contains(NAME), "{path}");
            assert!(!page.body.contains("nav-inbox") && !page.body.contains("nav-audit"), "{path}");
        }
    }
}

#[test]
fn a_decision_is_the_approvers_and_the_page_offers_it_to_nobody_else() {
    let mut hall = Office::open();
    let case = hall.received();
    {
        let mut clerk = hall.signed_in("王敏");
        goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
        goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    }
    hall.hire("approver", Role::Approver);
    hall.hire("supervisor", Role::Supervisor);
    for (name, offered) in [("王敏", false), ("supervisor", false), ("approver", true), ("李强", true)] {
        let mut browser = hall.signed_in(name);
        let page = browser.get(&case).body;
        assert_eq!(page.contains("id=\"step-granted\""), offered, "{name}: {page}");
        if !offered {
            assert_eq!(press(&mut browser, &case, "granted", &DOCUMENT).0, StatusCode::FORBIDDEN, "{name}");
        }
    }
    let mut approver = hall.signed_in("approver");
    let page = approver.get(&case).body;
    assert!(!page.contains("id=\"step-work_started\"") && !page.contains("id=\"open-now\""), "{page}");
    goes(&mut approver, &case, "granted", &DOCUMENT, "decided_grant");
}
