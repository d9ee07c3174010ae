//! Where a request comes from, seen through the proxies that the configuration trusts.
//!
//! The address of the TCP connection is nobody's word. What a proxy says in `X-Forwarded-For` or `Forwarded` (RFC 7239)
//! is believed only when the connection comes from a trusted one, and only up to the first hop, read from the right,
//! that is not trusted: everything left of it is what the visitor claims.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use crate::app::App;

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

    /// What was noted when the request came in.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or_default()
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

    /// Who asks, where `peer` is the other end of the connection.
    pub fn seen(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = Self::new(peer);
        if !peer.is_in(trusted) {
            return peer;
        }
        let (plain, standard) =
            (hops(headers, "x-forwarded-for", plain_hop), hops(headers, "forwarded", forwarded_hop));
        match (plain, standard) {
            (None, None) => peer,
            (Some(hops), None) | (None, Some(hops)) => through(peer, &hops, trusted),
            (Some(plain), Some(standard)) => {
                // A proxy writes one and passes the other as it came from the visitor. Where they differ nobody can tell
                // which is the proxy's, so that whoever sends such a thing stays what the connection says.
                let (plain, standard) = (through(peer, &plain, trusted), through(peer, &standard, trusted));
                if plain == standard { plain } else { peer }
            }
        }
    }
}

/// The first hop from the right that is not a trusted proxy; `None` is a hop that cannot be read.
fn through(peer: Origin, hops: &[Option<IpAddr>], trusted: &[IpNet]) -> Origin {
    let mut last = peer;
    for hop in hops.iter().rev() {
        let Some(hop) = hop.map(Origin::new) else { return last };
        last = hop;
        if !hop.is_in(trusted) {
            break;
        }
    }
    last
}

/// The hops of all lines of a header, in order; `None` when there is no such header.
fn hops(headers: &HeaderMap, name: &str, read: fn(&str) -> Option<IpAddr>) -> Option<Vec<Option<IpAddr>>> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    if lines.is_empty() {
        return None;
    }
    let text = |line: &axum::http::HeaderValue| line.to_str().unwrap_or("?").to_owned();
    Some(lines.into_iter().map(text).flat_map(|line| line.split(',').map(read).collect::<Vec<_>>()).collect())
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn plain_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|both| both.ip()))
        .or_else(|cause| text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map_or(Err(cause), str::parse))
        .ok()
}

/// One element of `Forwarded`: the `for` among its pairs.
fn forwarded_hop(text: &str) -> Option<IpAddr> {
    let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    plain_hop(node.trim().trim_matches('"'))
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}

/// Notes where a request comes from, for whoever asks [`Origin::of`].
pub(crate) async fn note(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(peer) = peer {
        let origin = Origin::seen(peer, request.headers(), &app.config().trusted_proxies);
        request.extensions_mut().insert(origin);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn seen(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network")).into();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        }
        Origin::seen(peer.parse().expect("an address"), &headers, &trusted).text()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_up_to_the_first_stranger() {
        const XFF: &str = "x-forwarded-for";
        for (peer, lines, expected) in [
            ("192.0.2.1", vec![(XFF, "198.51.100.7")], "192.0.2.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec![(XFF, "198.51.100.7")], "198.51.100.7"),
            ("::ffff:10.0.0.1", vec![(XFF, "198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", vec![(XFF, "1.1.1.1, 198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", vec![(XFF, "1.1.1.1, 198.51.100.7, 10.0.0.2")], "198.51.100.7"),
            ("10.0.0.1", vec![(XFF, "1.1.1.1"), (XFF, "198.51.100.7:4711,10.0.0.2")], "198.51.100.7"),
            ("10.0.0.1", vec![(XFF, "10.0.0.9, 10.0.0.2")], "10.0.0.9"),
            ("10.0.0.1", vec![(XFF, "198.51.100.7, unknown")], "10.0.0.1"),
            ("10.0.0.1", vec![(XFF, "")], "10.0.0.1"),
            ("fd00::1", vec![(XFF, "[2001:db8::5]:80")], "2001:db8::5"),
            ("fd00::1", vec![(XFF, "[2001:db8::5]")], "2001:db8::5"),
            ("10.0.0.1", vec![("forwarded", "for=1.1.1.1, for=\"[2001:db8::5]:80\";proto=https")], "2001:db8::5"),
            ("10.0.0.1", vec![("forwarded", "proto=https;For=198.51.100.7;by=10.0.0.1")], "198.51.100.7"),
            ("10.0.0.1", vec![("forwarded", "for=_hidden")], "10.0.0.1"),
            ("10.0.0.1", vec![("forwarded", "for=198.51.100.7"), (XFF, "198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", vec![("forwarded", "for=1.1.1.1"), (XFF, "198.51.100.7")], "10.0.0.1"),
        ] {
            assert_eq!(seen(peer, &lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn an_ipv6_line_counts_as_one() {
        let line = |text: &str| Origin::new(text.parse().expect("an address")).line();
        assert_eq!(line("2001:db8:1:2::1"), line("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(line("2001:db8:1:2::1"), line("2001:db8:1:3::1"));
        assert_eq!((line("192.0.2.7"), line("::ffff:192.0.2.7")), ("192.0.2.7".into(), "192.0.2.7".into()));
        assert_eq!(Origin::default().line(), "unknown");
    }
}
