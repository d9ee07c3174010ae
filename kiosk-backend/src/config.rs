//! `backend.toml`: read once at start, strict, with errors that say which key and what to do.

pub mod oidc;
pub mod sms;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use kiosk_wire::{HallSettings, PinLimits};
use serde::Deserialize;
use thiserror::Error;

/// The whole file. An unknown key is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one, which the log names.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// Where the database and the keys live; made when absent, readable for the owner only.
    pub data_dir: PathBuf,
    /// The hall's name, for screens and pages.
    pub hall: String,
    /// IANA time zone of the hall: working days end at its midnight.
    #[serde(default = "default_time_zone")]
    pub time_zone: String,
    /// Size classes of the compartments, smallest first, as `kiosk.toml` names them. Terminals are told.
    #[serde(default = "box_sizes")]
    pub box_sizes: Vec<String>,
    /// PINs of staff cards. Terminals are told.
    #[serde(default, deserialize_with = "pin_limits")]
    pub staff_pin: PinLimits,
    /// Whether chiefs may also decide, as approvers do: grant, deny, extend, take a decision back.
    #[serde(default = "yes")]
    pub chiefs_decide: bool,
    /// Whether a department that was asked and says nothing in time counts as agreed (默认同意): a local rule only.
    #[serde(default)]
    pub joint_silence_agrees: bool,
    /// The days of a case in the green channel (绿色通道) as a share of those promised, in per cent, where its item names
    /// none of its own.
    #[serde(default = "half")]
    pub green_channel_percent: u8,
    /// Certificate and key; without them only a loopback address may be listened on.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// Who else is told of new cases.
    #[serde(default)]
    pub webhook: Vec<Webhook>,
    /// Where the public finds this server, such as `https://hall.example`: what receipts and messages lead to.
    #[serde(default)]
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` or `Forwarded` is believed: addresses or prefixes.
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The hall's own networks: wrong passwords that strangers try elsewhere lock nobody out here.
    #[serde(default, deserialize_with = "networks")]
    pub hall_networks: Vec<IpNet>,
    /// Within how many working days somebody calls back who rated badly (Sichuan's rule: 15).
    #[serde(default = "callback_days")]
    pub callback_days: u16,
    /// After how many days a case whose result was handed over is archived by itself; 0: never.
    #[serde(default = "archive_after")]
    pub archive_after_days: u16,
    /// After how many working days a result that nobody fetched is reminded of; several for several reminders.
    #[serde(default = "remind_after")]
    pub remind_after_days: Vec<u16>,
    /// By which gateway applicants are sent messages; without it they are not.
    #[serde(default)]
    pub sms: Option<sms::Sms>,
    /// The city's own accounts, with which staff may sign in too; without it there are passwords only.
    #[serde(default)]
    pub oidc: Option<oidc::Oidc>,
}

/// Files of the TLS identity, PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// One receiver of signed events. Events carry ids, never personal data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Name for logs and jobs; unique.
    pub name: String,
    /// Where to POST: https, or http to loopback.
    pub url: String,
    /// Key of the HMAC-SHA256 signature; at least 16 characters.
    pub secret: Secret,
}

/// A secret text from the configuration: its `Debug` does not show it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret that was read from elsewhere.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {cause}. Give the path with --config")]
    Unreadable {
        /// Which file.
        path: String,
        cause: std::io::Error,
    },
    /// The file is not what it should be; the cause names line and key.
    #[error("{path}: {cause}")]
    Malformed {
        /// Which file.
        path: String,
        /// Line, key and what is wrong.
        cause: String,
    },
    /// A value cannot be used.
    #[error("{path}: `{key}` {what}")]
    Invalid {
        /// Which file.
        path: String,
        key: String,
        /// What is wrong and what to do.
        what: String,
    },
}

impl Config {
    /// Reads and checks the file. Relative paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { path: name.clone(), cause })?;
        let mut config = Self::parse(&name, &text)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        config.data_dir = folder.join(&config.data_dir);
        if let Some(tls) = &mut config.tls {
            tls.cert = folder.join(&tls.cert);
            tls.key = folder.join(&tls.key);
        }
        if let Some(sms) = &mut config.sms {
            sms.secret_file = folder.join(&sms.secret_file);
            if let Some(report) = &mut sms.report {
                report.secret_file = folder.join(&report.secret_file);
            }
        }
        if let Some(oidc) = &mut config.oidc {
            for file in [&mut oidc.client_secret_file, &mut oidc.client_key_file].into_iter().flatten() {
                *file = folder.join(&*file);
            }
        }
        Ok(config)
    }

    /// Checks a text; `path` is for messages.
    pub fn parse(path: &str, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text)
            .map_err(|cause| ConfigError::Malformed { path: path.to_owned(), cause: cause.to_string() })?;
        config.check().map_err(|(key, what)| ConfigError::Invalid { path: path.to_owned(), key, what })?;
        Ok(config)
    }

    /// The hall's time zone.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    fn check(&self) -> Result<(), (String, String)> {
        let bad = |key: &str, what: String| Err((key.to_owned(), what));
        if self.hall.trim().is_empty() {
            return bad("hall", "must name the hall".into());
        }
        if self.tls.is_none() && !self.listen.ip().is_loopback() {
            return bad(
                "listen",
                format!("is {}, which others can reach: add [tls] cert and key, or listen on 127.0.0.1", self.listen),
            );
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            return bad("time_zone", format!("is {:?}: give an IANA name such as \"Asia/Shanghai\"", self.time_zone));
        }
        let twice = |n: usize, size: &String| self.box_sizes[..n].iter().any(|other| other.eq_ignore_ascii_case(size));
        if self.box_sizes.is_empty()
            || self.box_sizes.iter().enumerate().any(|(n, size)| size.trim().is_empty() || twice(n, size))
        {
            return bad("box_sizes", "must name each size once, smallest first".into());
        }
        if !self.staff_pin.are_sound() {
            return bad("staff_pin", "must have 4 <= least <= most <= 8 digits and 1 to 10 tries".into());
        }
        if !(1..=100).contains(&self.green_channel_percent) {
            return bad("green_channel_percent", format!("is {}: give 1 to 100", self.green_channel_percent));
        }
        if self
            .public_url
            .as_deref()
            .is_some_and(|url| !is_safe_url(url) || url.ends_with('/') || url.contains(['?', '#']))
        {
            return bad(
                "public_url",
                "must begin with https:// (http:// only to loopback) and end before the slash".into(),
            );
        }
        let rising = self.remind_after_days.windows(2).all(|two| two[0] < two[1]);
        if !rising || self.remind_after_days.first() == Some(&0) {
            return bad(
                "remind_after_days",
                "must be numbers of working days, each greater than the one before".into(),
            );
        }
        if let Some(sms) = &self.sms {
            sms.check()?;
        }
        if let Some(oidc) = &self.oidc {
            oidc.check(self.public_url.as_deref())?;
        }
        for (n, hook) in self.webhook.iter().enumerate() {
            let key = |field: &str| format!("webhook[{n}].{field}");
            if hook.name.is_empty() || self.webhook[..n].iter().any(|other| other.name == hook.name) {
                return bad(&key("name"), "must be given and unique".into());
            }
            if !is_safe_url(&hook.url) {
                return bad(&key("url"), "must begin with https:// (http:// only to loopback)".into());
            }
            if hook.secret.expose().len() < 16 {
                return bad(&key("secret"), "must have at least 16 characters".into());
            }
        }
        Ok(())
    }
}

pub(crate) fn is_safe_url(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    match url.scheme() {
        "https" => true,
        "http" => match url.host_str() {
            Some("localhost") => true,
            Some(host) => {
                host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            None => false,
        },
        _ => false,
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// Networks as people write them: `10.0.0.0/8`, or one address.
fn networks<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: String| {
        let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
            let advice = "give an address or a prefix, such as \"10.0.0.0/8\"";
            <D::Error as serde::de::Error>::custom(format!("{text:?} is no network: {advice}"))
        })
    };
    Vec::<String>::deserialize(from)?.into_iter().map(network).collect()
}

fn box_sizes() -> Vec<String> {
    HallSettings::default().box_sizes
}

/// As the wire has them, but strict: an unknown key is an error.
fn pin_limits<'de, D: serde::Deserializer<'de>>(from: D) -> Result<PinLimits, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        least: Option<u8>,
        most: Option<u8>,
        tries: Option<u8>,
    }
    let (written, usual) = (Written::deserialize(from)?, PinLimits::default());
    Ok(PinLimits {
        least: written.least.unwrap_or(usual.least),
        most: written.most.unwrap_or(usual.most),
        tries: written.tries.unwrap_or(usual.tries),
    })
}

fn half() -> u8 {
    50
}

fn callback_days() -> u16 {
    15
}

fn archive_after() -> u16 {
    7
}

fn remind_after() -> Vec<u16> {
    vec![3, hall_rules::clock::COLLECTION_DAYS]
}

fn yes() -> bool {
    true
}

fn default_time_zone() -> String {
    HallSettings::default().time_zone
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "data_dir = \"/tmp/x\"\nhall = \"宜春市政务服务中心\"\n";

    fn oidc(issuer: &str, more: &str) -> String {
        format!("[oidc]\nissuer = {issuer:?}\nclient_id = \"hall\"\nclient_secret_file = \"s\"\n{more}")
    }

    #[test]
    fn the_short_form_has_sensible_defaults() {
        let config = Config::parse("backend.toml", GOOD).expect("parses");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.time_zone, "Asia/Shanghai");
    }

    #[test]
    fn every_bad_file_names_the_key() {
        for (text, says) in [
            ("hall = \"x\"\n", "data_dir"),
            ("data_dir = \"/tmp/x\"\nhall = \" \"\n", "`hall` must name the hall"),
            (&format!("{GOOD}colour = 1\n"), "colour"),
            (&format!("{GOOD}listen = \"0.0.0.0:80\"\n"), "`listen` is 0.0.0.0:80"),
            (&format!("{GOOD}time_zone = \"Mars/Olympus\"\n"), "`time_zone`"),
            (&format!("{GOOD}box_sizes = []\n"), "`box_sizes`"),
            (&format!("{GOOD}box_sizes = [\"A4\", \"a4\"]\n"), "`box_sizes`"),
            (&format!("{GOOD}[staff_pin]\nleast = 3\n"), "`staff_pin`"),
            (&format!("{GOOD}[staff_pin]\nlongest = 9\n"), "longest"),
            (&format!("{GOOD}green_channel_percent = 0\n"), "`green_channel_percent` is 0: give 1 to 100"),
            (&format!("{GOOD}trusted_proxies = [\"10.0.0.0/33\"]\n"), "\"10.0.0.0/33\" is no network"),
            (&format!("{GOOD}[tls]\ncert = \"a\"\n"), "key"),
            (
                &format!(
                    "{GOOD}[[webhook]]\nname = \"a\"\nurl = \"http://example.com\"\nsecret = \"0123456789abcdef\"\n"
                ),
                "webhook[0].url",
            ),
            (
                &format!("{GOOD}[[webhook]]\nname = \"a\"\nurl = \"https://example.com\"\nsecret = \"short\"\n"),
                "webhook[0].secret",
            ),
            (&format!("{GOOD}{}", oidc("http://id.example", "")), "`oidc.issuer`"),
            (&format!("{GOOD}{}", oidc("https://id.example", "")), "`oidc.console_url` must say where"),
            (&format!("{GOOD}{}", oidc("https://id.example", "console_url = \"https://x/\"\n")), "`oidc.console_url`"),
            (&format!("{GOOD}{}", oidc("https://id.example", "name = \" \"\n")), "`oidc.name`"),
            (&format!("{GOOD}{}", oidc("https://id.example", "secret = \"x\"\n")), "secret"),
            (
                &format!("{GOOD}{}", oidc("https://id.example", "client_key_file = \"k\"\n")),
                "`oidc.client_secret_file`",
            ),
            (
                &format!("{GOOD}{}", oidc("https://id.example", "description_url = \"http://x/\"\n")),
                "`oidc.description_url`",
            ),
            (
                &format!(
                    "{GOOD}[sms]\nmaker = \"tencent\"\nurl = \"https://x/\"\nsecret_file = \"s\"\nbody = {{ a = \"b\" }}\n"
                ),
                "`sms.key_id`",
            ),
            (
                &format!("{GOOD}[sms]\nmaker = \"other\"\nurl = \"https://x/\"\nsecret_file = \"s\"\nbody = {{}}\n"),
                "other",
            ),
        ] {
            let error = Config::parse("backend.toml", text).expect_err(text).to_string();
            assert!(error.starts_with("backend.toml: ") && error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret: Secret = serde_json::from_str("\"sesame\"").expect("parses");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
