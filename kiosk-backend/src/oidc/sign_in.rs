//! Away to the provider and back: what the two ends of a sign-in do here.

use hall_domain::Refusal;
use hall_domain::people::city_accounts::{self};
use hall_domain::people::sign_in::{Opened, new_token};
use hall_store::sessions::Digest;
use hall_words::Reason;

use super::flow::Flow;
use super::id_token::Flaw;
use super::{Provider, ProviderError, is_word};
use crate::app::App;

/// What the provider sent the browser back with; each may be missing.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// To be redeemed.
    pub code: String,
    /// As we sent it.
    pub state: String,
    /// Why there is no code, in the provider's word.
    pub error: String,
    /// Who answers, where the provider says so (RFC 9207).
    pub iss: String,
}

/// The provider, or a refusal where there is none.
fn provider(app: &App) -> Result<&Provider, Refusal> {
    Ok(app.provider().ok_or(Reason::NoCityAccounts)?)
}

/// Begins: the address to send the browser to, and what its cookie keeps meanwhile. `anew`: somebody else was here
/// before, and whoever is now is to be asked who they are.
pub async fn begin(app: &App, next: &str, anew: bool) -> Result<(String, Flow), Refusal> {
    let provider = provider(app)?;
    let flow = Flow::begin(&new_token()?, next, app.now_ms());
    let url = provider.begin(&flow, anew, app.now_ms()).await.map_err(|cause| unavailable(provider, &cause))?;
    Ok((url.into(), flow))
}

/// Ends: opens a session for whom the provider names. `cookie` is what [`begin`] gave the browser, if it still has it;
/// `anew` as there.
pub async fn finish(
    app: &App,
    from: &str,
    cookie: Option<&str>,
    anew: bool,
    answer: Answer,
    replaces: Option<Digest>,
) -> Result<(Opened, String), Refusal> {
    let provider = provider(app)?;
    let now = app.now_ms();
    let flow = cookie.and_then(|cookie| Flow::read(cookie, now)).filter(|flow| flow.state() == answer.state);
    let Some(flow) = flow else { return Err(not_ours(provider)) };
    if !answer.iss.is_empty() && answer.iss != provider.issuer() {
        return Err(not_ours(provider));
    }
    if !city_accounts::redeem(app, flow.key(), flow.ends_ms()).await? {
        return Err(not_ours(provider));
    }
    if !answer.error.is_empty() || answer.code.is_empty() {
        return Err(without_code(&answer.error));
    }
    let subject = match provider.finish(&flow, &answer.code, anew, now).await {
        Ok(Ok(subject)) => subject,
        Ok(Err(flaw)) => {
            tracing::warn!(cause = %flaw, "the provider's word was not believed");
            city_accounts::refuse(app, from, "oidc: token").await?;
            return Err(unbelieved(&flaw));
        }
        Err(cause) => return Err(unavailable(provider, &cause)),
    };
    let opened = city_accounts::enter(app, from, subject, replaces).await?;
    Ok((opened, flow.next().to_owned()))
}

/// It was begun elsewhere, too long ago, or came back before.
fn not_ours(provider: &Provider) -> Refusal {
    Reason::ProviderStateOld { url: provider.console().to_owned() }.into()
}

/// Why the provider sent somebody back without a code, and whose turn it is (RFC 6749, 4.1.2.1; Core 1.0, 3.1.2.6). What
/// somebody did there is theirs; the rest is not.
fn without_code(error: &str) -> Refusal {
    let word = if is_word(error) { error } else { "?" };
    let said = word.to_owned();
    match word {
        "access_denied"
        | "login_required"
        | "interaction_required"
        | "consent_required"
        | "account_selection_required" => {
            tracing::info!(cause = word, "the provider of accounts sent somebody back without a code");
            Reason::ProviderDenied.into()
        }
        "server_error" | "temporarily_unavailable" => {
            tracing::warn!(cause = word, "the provider of accounts failed");
            Reason::ProviderFails { said }.into()
        }
        _ => {
            tracing::error!(cause = word, "the provider of accounts does not take how it is asked: see [oidc]");
            Reason::ProviderSettings { said }.into()
        }
    }
}

/// Whose turn it is when a token is not believed.
fn unbelieved(flaw: &Flaw) -> Refusal {
    match flaw {
        Flaw::Time => Reason::ProviderClock.into(),
        Flaw::Stale => Reason::ProviderStale.into(),
        Flaw::Unreadable
        | Flaw::Algorithm
        | Flaw::Key
        | Flaw::Signature
        | Flaw::Issuer
        | Flaw::Audience
        | Flaw::Nonce => Reason::ProviderUntrusted { flaw: flaw.to_string() }.into(),
    }
}

fn unavailable(provider: &Provider, cause: &ProviderError) -> Refusal {
    tracing::warn!(cause = %cause, "the provider of accounts cannot be asked");
    match cause {
        ProviderError::Line(..) | ProviderError::Busy => Reason::ProviderDown.into(),
        ProviderError::Failed(at, said) => Reason::ProviderFails { said: format!("{at}: {said}") }.into(),
        ProviderError::Over(..) => not_ours(provider),
        ProviderError::Refused(at, said) | ProviderError::Misread(at, said) => {
            Reason::ProviderSettings { said: format!("{at}: {said}") }.into()
        }
    }
}
