//! What every public page keeps to, whatever is on it.

use super::samples::pages;
use crate::console::words::Lang;

/// `PUBLIC_PAGES=DIR cargo test -p kiosk-backend public::` writes the pages into `DIR`, for looking at.
#[test]
fn every_page_is_whole_and_has_no_script_and_no_style_of_its_own() {
    for lang in [Lang::ZH, Lang::EN] {
        for (name, html) in pages(lang) {
            assert!(html.contains(&format!("<html lang=\"{}\"", lang.tag())), "{name}");
            for forbidden in ["<script", "style=", "<style", "onclick", "hx-", "<img"] {
                assert!(!html.contains(forbidden), "{name} contains {forbidden}");
            }
            if let Some(dir) = std::env::var_os("PUBLIC_PAGES") {
                let file = std::path::Path::new(&dir).join(format!("{name}-{}.html", lang.tag()));
                std::fs::write(file, html).expect("writes");
            }
        }
    }
}
