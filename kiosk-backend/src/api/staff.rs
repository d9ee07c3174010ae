//! Staff JSON under `/api/v1`.

use axum::Router;

use super::kiosk::nothing_here;
use crate::app::App;

pub(super) fn router() -> Router<App> {
    Router::new().fallback(nothing_here)
}
