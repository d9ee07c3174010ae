//! The application: the hall, and what this program reaches it by.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use hall_domain::Hall;
use hall_domain::case::index;
use hall_domain::ground::clock::Clock;
use hall_domain::ground::hall::{OpenError, Settings};
use thiserror::Error;

use crate::certificates;
use crate::config::Config;
use crate::notify::sms::{Gateway, GatewayError};
use crate::oidc::{self, Provider};

/// Why the application does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The hall cannot be opened.
    #[error(transparent)]
    Hall(#[from] OpenError),
    /// The gateway for messages cannot be used.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The city's provider of accounts cannot be used.
    #[error(transparent)]
    Provider(#[from] oidc::OpenError),
}

/// Handle of the application: the hall, its configuration, the gateway and the provider.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    hall: Hall,
    config: Config,
    gateway: Option<Gateway>,
    provider: Option<Provider>,
    certificate: RwLock<Option<certificates::State>>,
}

impl Deref for App {
    type Target = Hall;

    fn deref(&self) -> &Hall {
        &self.0.hall
    }
}

/// What of a configuration the hall knows.
fn settings(config: &Config) -> Settings {
    Settings {
        name: config.hall.clone(),
        zone: config.zone(),
        box_sizes: config.box_sizes.clone(),
        staff_pin: config.staff_pin,
        chiefs_decide: config.chiefs_decide,
        joint_silence_agrees: config.joint_silence_agrees,
        green_channel_percent: config.green_channel_percent,
        hall_networks: config.hall_networks.clone(),
        callback_days: config.callback_days,
        archive_after_days: config.archive_after_days,
        remind_after_days: config.remind_after_days.clone(),
        public_url: config.public_url.as_deref().map(Into::into),
        hooks: config.webhook.iter().map(|hook| hook.name.clone()).collect(),
        sends_messages: config.sms.is_some(),
        issuer: config.oidc.as_ref().map(|oidc| oidc.issuer.clone()),
    }
}

impl App {
    /// Opens the hall in the configured folder, and makes it when there is none yet.
    pub fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let gateway = config.sms.clone().map(Gateway::open).transpose()?;
        let provider =
            config.oidc.clone().map(|oidc| Provider::open(oidc, config.public_url.as_deref())).transpose()?;
        let hall = Hall::open(settings(&config), &config.data_dir, clock)?;
        index::begin(hall.store()).map_err(OpenError::from)?;
        Ok(Self(Arc::new(Inner { hall, config, gateway, provider, certificate: RwLock::default() })))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The hall's name.
    pub fn hall_name(&self) -> &str {
        &self.settings().name
    }

    /// Whether browsers reach us through TLS: our own, or that of a proxy in front of where we are found.
    pub fn secure(&self) -> bool {
        let config = self.config();
        let found = [&config.public_url, config.oidc.as_ref().map_or(&None, |oidc| &oidc.console_url)];
        config.tls.is_some() || found.into_iter().flatten().any(|url| url.starts_with("https://"))
    }

    /// What is known of the certificate in use, where TLS is ours.
    pub fn certificate(&self) -> Option<certificates::State> {
        self.0.certificate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says what is known of it.
    pub fn set_certificate(&self, state: certificates::State) {
        *self.0.certificate.write().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// The gateway for messages to applicants, if there is one.
    pub fn gateway(&self) -> Option<&Gateway> {
        self.0.gateway.as_ref()
    }

    /// The city's provider of accounts, if there is one.
    pub fn provider(&self) -> Option<&Provider> {
        self.0.provider.as_ref()
    }
}
