//! Signed events to a receiver of the city's own. Ids only; whoever needs more asks with their own sign-in.
//!
//! ```text
//! X-Hall-Event-Id:  the job's key; the same on a repetition
//! X-Hall-Timestamp: milliseconds since the epoch
//! X-Hall-Signature: v1=hex(HMAC-SHA256(secret, timestamp ‖ "." ‖ body))
//! ```

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::client::innermost;
use crate::config::Webhook;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends one event; the error says what to write beside the job.
pub async fn send(
    client: &reqwest::Client,
    hook: &Webhook,
    key: &str,
    body: String,
    now_ms: i64,
) -> Result<(), String> {
    let timestamp = now_ms.to_string();
    let signature = signature(hook.secret.expose(), &timestamp, &body);
    let answer = client
        .post(&hook.url)
        .timeout(PATIENCE)
        .header("content-type", "application/json")
        .header("x-hall-event-id", key)
        .header("x-hall-timestamp", timestamp)
        .header("x-hall-signature", signature)
        .body(body)
        .send()
        .await
        .map_err(|cause| format!("the line failed: {}", innermost(&cause.without_url())))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(format!("the receiver refused: {}", answer.status()))
}

/// The signature of one event.
pub fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!());
    for part in [timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_signature_is_the_one_a_receiver_computes() {
        // printf '1700000000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
        assert_eq!(
            super::signature("0123456789abcdef", "1700000000000", "{}"),
            "v1=cd08d6ce62dd5fb4489d9aff87256f4aa94716385a04d368cd6ac41d5516bc4b"
        );
    }
}
