//! Every address of the console: what answers, and what it wants of whoever asks. The router and the test that asks
//! each address as each role are made from this one table.

use axum::Extension;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use hall_rules::Right;

use super::{
    Console, accounts, aftercare, assets, calendar, case, inbox, joint, keeping, keying, live, machines, messages,
    oidc, papers, records, sign_in, steps, supervision,
};
use crate::access::Wants;

/// One address.
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) wants: Wants,
    answers: MethodRouter<Console>,
}

impl Route {
    /// What answers, with what it wants beside it for [`super::session::SignedIn`].
    pub(super) fn answers(self) -> MethodRouter<Console> {
        self.answers.layer(Extension(self.wants))
    }
}

fn open(path: &'static str, answers: MethodRouter<Console>) -> Route {
    Route { path, wants: Wants::Nothing, answers }
}

fn anyone(path: &'static str, answers: MethodRouter<Console>) -> Route {
    Route { path, wants: Wants::SignIn, answers }
}

fn own(path: &'static str, answers: MethodRouter<Console>) -> Route {
    Route { path, wants: Wants::Own, answers }
}

fn to(right: Right, path: &'static str, answers: MethodRouter<Console>) -> Route {
    Route { path, wants: Wants::Right(right), answers }
}

/// The table.
pub(super) fn table() -> Vec<Route> {
    use Right as R;
    vec![
        open("/sign-in", get(sign_in::page).post(sign_in::enter)),
        open(oidc::AWAY, get(oidc::away)),
        open(crate::oidc::BACK, get(oidc::back).post(oidc::posted_back)),
        open("/sign-out", post(sign_in::leave)),
        open("/language", post(sign_in::language)),
        open("/static/{*name}", get(assets::file)),
        anyone("/", get(inbox::home)),
        anyone(live::PATH, get(live::events)),
        anyone("/here", get(keeping::here)),
        anyone("/kept", get(keeping::page)),
        to(R::SeeCases, "/inbox", get(inbox::page).post(inbox::search)),
        to(R::SeeCases, "/inbox/bulk", post(inbox::bulk)),
        to(R::SeeCases, "/inbox/views", post(inbox::save_view)),
        to(R::SeeCases, "/inbox/views/{view}/forget", post(inbox::forget_view)),
        to(R::SeeCases, "/cases/{id}", get(case::page)),
        to(R::ClaimCases, "/cases/{id}/claim", post(case::claim).get(case::back)),
        to(R::ClaimCases, "/cases/{id}/release", post(case::release).get(case::back)),
        to(R::TakeOver, "/cases/{id}/claim-over", post(case::claim_over).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/load", post(case::load).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/collect", post(case::collect).get(case::back)),
        to(R::TakeOver, "/cases/{id}/take-over", post(case::take_over).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/cancel-collect", post(case::cancel_collect).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/affirm-empty", post(case::affirm_empty).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/confirm", post(case::confirm).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/void", post(case::void).get(case::back)),
        to(R::OpenFromDesk, "/cases/{id}/open-now", post(case::open_now).get(case::back)),
        to(R::RevealPersonal, "/cases/{id}/phone", post(case::phone).get(case::back)),
        to(R::RevealPersonal, "/cases/{id}/number", post(case::number).get(case::back)),
        to(R::TakeSteps, "/cases/{id}/prepare", post(steps::prepare).get(case::back)),
        to(R::TakeSteps, "/cases/{id}/step", post(steps::step).get(case::back)),
        to(R::HandleBoxes, "/cases/{id}/messages/{n}/again", post(messages::again).get(messages::back)),
        to(R::SeeCases, "/cases/{id}/notices/{n}", get(steps::notice)),
        to(R::TakeSteps, "/cases/{id}/recall-part", post(joint::recall).get(case::back)),
        to(R::RevealPersonal, "/cases/{id}/fields", get(keying::page).post(keying::save)),
        to(R::TakeSteps, "/cases/{id}/notes", post(papers::note).get(case::back)),
        to(R::TakeSteps, "/cases/{id}/mandate", post(papers::mandate).get(case::back)),
        to(R::GreenChannel, "/cases/{id}/green", post(papers::green).get(case::back)),
        to(
            R::TakeSteps,
            "/cases/{id}/files",
            post(papers::attach).layer(DefaultBodyLimit::max(crate::attachments::LARGEST_FORM)).get(case::back),
        ),
        to(R::SeeCases, "/cases/{id}/files/{n}", get(papers::file)),
        to(R::ExportCases, "/cases/{id}/archive", get(papers::archive)),
        to(R::SeeCases, "/joint/{part}", get(joint::page)),
        to(R::TakeSteps, "/joint/{part}/answer", post(joint::answer).get(joint::back)),
        to(R::SeeTerminals, "/kiosks", get(machines::list)),
        to(R::SeeTerminals, "/kiosks/{id}", get(machines::cabinet)),
        to(R::HandleBoxes, "/kiosks/{id}/round", post(machines::begin_round).get(machines::back)),
        to(R::HandleBoxes, "/kiosks/{id}/round/end", post(machines::end_round).get(machines::back)),
        to(R::HandleBoxes, "/kiosks/{id}/round/affirm", post(machines::affirm_in_round).get(machines::back)),
        to(R::ReturnBoxes, "/kiosks/{id}/return-to-service", post(machines::return_to_service).get(machines::back)),
        to(R::ImportCalendar, "/calendar", get(calendar::page).post(calendar::import)),
        to(R::SettleEntries, "/attention", get(records::attention)),
        to(R::SettleEntries, "/attention/{entry}/looked", post(records::looked)),
        to(R::SeeAudit, "/audit", get(records::audit)),
        own("/account", get(accounts::own)),
        own("/account/password", post(accounts::change_password)),
        own("/account/sessions/{session}/end", post(accounts::end_own_session)),
        to(R::ManageAccounts, "/accounts", get(accounts::list).post(accounts::add)),
        to(R::ManageAccounts, "/accounts/{who}", get(accounts::page)),
        to(R::ManageAccounts, "/accounts/{who}/reset", post(accounts::reset)),
        to(R::ManageAccounts, "/accounts/{who}/disable", post(accounts::disable)),
        to(R::ManageAccounts, "/accounts/{who}/subject", post(accounts::set_subject)),
        to(R::ManageAccounts, "/accounts/{who}/unlock", post(accounts::unlock)),
        to(R::ManageAccounts, "/accounts/{who}/sessions/{session}/end", post(accounts::end_session)),
        to(R::HandleBoxes, "/uncollected", get(aftercare::uncollected)),
        to(R::Supervise, "/callbacks", get(aftercare::callbacks)),
        to(R::Supervise, "/callbacks/{id}", post(aftercare::called).get(aftercare::back)),
        to(R::Supervise, "/supervision", get(supervision::page)),
        to(R::Supervise, "/supervision/{id}/seen", post(supervision::seen)),
        to(R::Supervise, "/statistics", get(supervision::statistics)),
        to(R::Supervise, "/statistics/export", get(supervision::export)),
    ]
}
