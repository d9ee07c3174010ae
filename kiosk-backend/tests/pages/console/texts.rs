//! What each page says, word for word and in both languages, so that whoever changes a text or its place sees all that
//! changed with it: `INSTA_UPDATE=always cargo nextest run -E 'test(texts)'` writes `tests/pages/texts` anew.

use crate::console::samples;
use crate::console::words::Lang;

#[test]
fn every_page_says_in_chinese_what_it_said() {
    compare(Lang::ZH);
}

#[test]
fn every_page_says_in_english_what_it_said() {
    compare(Lang::EN);
}

fn compare(lang: Lang) {
    let public = crate::public::samples::pages(lang).into_iter().map(|(name, html)| (format!("public-{name}"), html));
    let console = samples::pages(lang).into_iter().map(|(name, html)| (name.to_owned(), html));
    let mut said = String::new();
    for (name, html) in console.chain(public) {
        said.push_str(&format!("=== {name}\n{}\n", text(&html)));
    }
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/texts"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(lang.tag(), said) });
}

/// What is read on a page: a line for each piece of text, and for each word that only a hint or a reader aloud has.
fn text(html: &str) -> String {
    let mut lines = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        for name in ["aria-label", "placeholder", "title"] {
            let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
            lines.extend(value.map(|(value, _)| format!("[{name}] {value}")));
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            lines.push(text);
        }
    }
    lines.join("\n") + "\n"
}
