//! The files that pages load, bundled into the binary. A browser asks each time and gets `304` while nothing changed.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    etag: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let js = "text/javascript; charset=utf-8";
    let css = "text/css; charset=utf-8";
    let files: [(&str, &str, &[u8]); 10] = [
        ("console.css", css, include_bytes!("../../static/console.css")),
        ("pages.css", css, include_bytes!("../../static/pages.css")),
        ("casework.css", css, include_bytes!("../../static/casework.css")),
        ("notice.css", css, include_bytes!("../../static/notice.css")),
        ("public.css", css, include_bytes!("../../static/public.css")),
        ("console.js", js, include_bytes!("../../static/console.js")),
        ("icon.svg", "image/svg+xml", include_bytes!("../../static/icon.svg")),
        ("chime.wav", "audio/wav", include_bytes!("../../static/chime.wav")),
        ("vendor/htmx.min.js", js, include_bytes!("../../static/vendor/htmx.min.js")),
        ("vendor/hx-sse.min.js", js, include_bytes!("../../static/vendor/hx-sse.min.js")),
    ];
    let asset = |(name, kind, bytes): (&'static str, &'static str, &'static [u8])| {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        Asset { name, kind, bytes, etag: format!("\"{}\"", hex::encode(hash.get(..12).unwrap_or(&hash))) }
    };
    files.into_iter().map(asset).collect()
});

/// `GET /static/{*name}`
pub(super) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, HeaderValue::from_str(&asset.etag).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == asset.etag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, asset.kind)], asset.bytes).into_response()
}
