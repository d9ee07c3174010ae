//! Where a request comes from, seen through the proxies that the configuration trusts.
//!
//! The address of the TCP connection is nobody's word. What a proxy says in `X-Forwarded-For` or `Forwarded` (RFC 7239)
//! is believed only when the connection comes from a trusted one, and only up to the first hop, read from the right,
//! that is not trusted: everything left of it is what the visitor claims.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use hall_domain::ground::origin::Origin;
use ipnet::IpNet;

use crate::app::App;

/// Where a request comes from, for handlers.
pub struct Seen(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(of(&parts.extensions)))
    }
}

/// What was noted when the request came in.
pub fn of(extensions: &Extensions) -> Origin {
    extensions.get::<Origin>().copied().unwrap_or_default()
}

/// Who asks, where `peer` is the other end of the connection.
pub fn seen(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Origin {
    let peer = Origin::new(peer);
    if !peer.is_in(trusted) {
        return peer;
    }
    let (plain, standard) = (hops(headers, "x-forwarded-for", plain_hop), hops(headers, "forwarded", forwarded_hop));
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

/// Notes where a request comes from, for whoever asks [`of`].
pub(crate) async fn note(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(peer) = peer {
        let origin = seen(peer, request.headers(), &app.config().trusted_proxies);
        request.extensions_mut().insert(origin);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn told(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network")).into();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        }
        seen(peer.parse().expect("an address"), &headers, &trusted).text()
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
            assert_eq!(told(peer, &lines), expected, "{peer} {lines:?}");
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
