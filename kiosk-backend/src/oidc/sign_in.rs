//! Away to the provider and back: what the two ends of a sign-in do here.

use hall_domain::Refusal;
use hall_domain::people::city_accounts::{self};
use hall_domain::people::sign_in::{Opened, new_token};
use hall_store::sessions::Digest;
use hall_words::Reason;

use super::flow::Flow;
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

/// Begins: the address to send the browser to, and what its cookie keeps meanwhile.
pub async fn begin(app: &App, next: &str) -> Result<(String, Flow), Refusal> {
    let provider = provider(app)?;
    let flow = Flow::begin(&new_token()?, next, app.now_ms());
    let url = provider.begin(&flow).await.map_err(|cause| unavailable(&cause))?;
    Ok((url.into(), flow))
}

/// Ends: opens a session for whom the provider names. `cookie` is what [`begin`] gave the browser, if it still has it.
pub async fn finish(
    app: &App,
    from: &str,
    cookie: Option<&str>,
    answer: Answer,
    replaces: Option<Digest>,
) -> Result<(Opened, String), Refusal> {
    let provider = provider(app)?;
    let now = app.now_ms();
    let flow = cookie.and_then(|cookie| Flow::read(cookie, now)).filter(|flow| flow.state() == answer.state);
    let Some(flow) = flow else { return Err(not_ours()) };
    if !answer.iss.is_empty() && answer.iss != provider.issuer() {
        return Err(not_ours());
    }
    if !city_accounts::redeem(app, flow.key(), flow.ends_ms()).await? {
        return Err(not_ours());
    }
    if !answer.error.is_empty() || answer.code.is_empty() {
        let word = if is_word(&answer.error) { answer.error.as_str() } else { "" };
        tracing::info!(cause = word, "the provider of accounts sent somebody back without a code");
        return Err(Reason::ProviderDenied.into());
    }
    let subject = match provider.finish(&flow, &answer.code, now).await {
        Ok(Ok(subject)) => subject,
        Ok(Err(flaw)) => {
            tracing::warn!(cause = %flaw, "the provider's word was not believed");
            city_accounts::refuse(app, from, "oidc: token").await?;
            return Err(Reason::ProviderUntrusted { flaw: flaw.to_string() }.into());
        }
        Err(cause) => return Err(unavailable(&cause)),
    };
    let opened = city_accounts::enter(app, from, subject, replaces).await?;
    Ok((opened, flow.next().to_owned()))
}

/// It was begun elsewhere, too long ago, or came back before.
fn not_ours() -> Refusal {
    Reason::ProviderStateOld.into()
}

fn unavailable(cause: &ProviderError) -> Refusal {
    tracing::warn!(cause = %cause, "the provider of accounts cannot be asked");
    Reason::ProviderDown.into()
}
