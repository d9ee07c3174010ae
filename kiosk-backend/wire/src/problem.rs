//! Refusals, as `application/problem+json` (RFC 9457), and the one list of codes behind them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)+) => {
        /// Every code the backend answers with, journal entries are set aside with, and documents name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
            /// A code this build does not know. Never sent; only read.
            #[serde(other)]
            Unknown,
        }

        impl Code {
            /// Every code there is, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as sent.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ Self::Unknown => "unknown" }
            }

            /// The HTTP status it is sent with.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ Self::Unknown => 500 }
            }
        }

        impl JsonSchema for Code {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Code".into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($text),+] })
            }
        }
    };
}

codes! {
    /// The body is not the JSON that this path wants; `field` says where.
    MalformedBody = "malformed-body", 400;
    /// A value is not allowed; `field` says which.
    InvalidValue = "invalid-value", 422;
    /// The body is larger than this path takes.
    BodyTooLarge = "body-too-large", 413;
    /// The wire version is newer than this backend.
    UnknownVersion = "unknown-version", 400;
    /// No such thing, or not for you to know.
    NotFound = "not-found", 404;
    /// There is something at this address, but not for this method; `Allow` says for which.
    MethodNotAllowed = "method-not-allowed", 405;
    /// The request needs a sign-in.
    NotSignedIn = "not-signed-in", 401;
    /// The sign-in does not allow this.
    Forbidden = "forbidden", 403;
    /// The form's token is missing or old: load the page again.
    CsrfMismatch = "csrf-mismatch", 403;
    /// Name and password do not belong together, or the account is closed.
    SignInRefused = "sign-in-refused", 401;
    /// Too many tries; `Retry-After` says when to come back.
    TooManyTries = "too-many-tries", 429;
    /// The city's provider of accounts did not answer, or not as it must.
    ProviderUnavailable = "provider-unavailable", 502;
    /// The enrolment code is unknown, used or expired.
    EnrolmentCodeRefused = "enrolment-code-refused", 403;
    /// The token is not two base64url parts, or its text is not claims.
    TokenMalformed = "token-malformed", 401;
    /// The token's signature does not match the terminal's registered key.
    TokenSignature = "token-signature", 401;
    /// The token names another audience.
    TokenAudience = "token-audience", 401;
    /// The token has expired, or was signed in the future; the answer's `server_ms` tells the time.
    TokenClock = "token-clock", 401;
    /// No terminal with this id was ever enrolled.
    KioskUnknown = "kiosk-unknown", 401;
    /// This terminal was revoked.
    KioskRevoked = "kiosk-revoked", 401;
    /// The same journal position came with other bytes. The terminal must stop taking deposits.
    JournalForked = "journal-forked", 409;
    /// The entries do not follow each other or what is stored.
    JournalGap = "journal-gap", 409;
    /// The envelope's hash does not match its content.
    EntryCorrupt = "entry-corrupt", 422;
    /// An entry of a kind this backend does not know.
    EntryKindUnknown = "entry-kind-unknown", 422;
    /// An entry that is not true of what the backend knows (such as a deposit without a submission).
    EntryImplausible = "entry-implausible", 422;
    /// An entry whose personal payload is missing or unreadable.
    PayloadUnreadable = "payload-unreadable", 422;
    /// An entry names an item or version that the catalogue never had.
    ItemUnknown = "item-unknown", 422;
    /// The same key came with other content.
    KeyReused = "key-reused", 409;
    /// Someone else is collecting this compartment; `detail` names them.
    AlreadyBeingCollected = "already-being-collected", 409;
    /// Someone else is working on this case; `detail` names them.
    CaseClaimed = "case-claimed", 409;
    /// The case is not in a state in which this can be done.
    WrongState = "wrong-state", 409;
    /// The page is older than the case: load it again.
    StalePage = "stale-page", 409;
    /// The terminal has not been heard of for too long to be asked.
    KioskOffline = "kiosk-offline", 409;
    /// Something of ours failed; the reference in `detail` is in the log.
    Internal = "internal", 500;
    /// The store does not take writes now (disk full, locked).
    StoreUnavailable = "store-unavailable", 503;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What happened, in one sentence.
    pub title: String,
    /// What to do, and names and numbers that help.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Path of the offending field, such as `entries[3].hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Backend time, milliseconds since the epoch, where the reader's clock may be the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_ms: Option<i64>,
}

impl Problem {
    /// The media type of RFC 9457.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A refusal with a title.
    pub fn new(code: Code, title: impl Into<String>) -> Self {
        Self { code, status: code.status(), title: title.into(), detail: String::new(), field: None, server_ms: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds where.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}
