//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// Addresses of one IPv6 line: it has 2⁶⁴ of them, and they count as one.
const LINE_BITS: u32 = 64;

/// Where a request comes from; `None` when nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin(Option<IpAddr>);

impl Origin {
    /// An address, as itself: an IPv4 address within IPv6 is an IPv4 address.
    pub fn new(address: IpAddr) -> Self {
        Self(Some(address.to_canonical()))
    }

    /// The address, for the audit.
    pub fn text(self) -> String {
        self.0.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
    }

    /// What tries and connections are counted under: an IPv4 address, or the line that an IPv6 address belongs to.
    pub fn network(self) -> Option<IpAddr> {
        self.0.map(|address| match address {
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & (u128::MAX << (128 - LINE_BITS))).into(),
            IpAddr::V4(_) => address,
        })
    }

    /// The same as a text.
    pub fn line(self) -> String {
        Self(self.network()).text()
    }

    /// Whether it lies in one of these networks.
    pub fn is_in(self, networks: &[IpNet]) -> bool {
        self.0.is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
    }
}
