//! Reads `po/en.po` into a table that the crate checks its words against while it is compiled.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=po/en.po");
    let text = fs::read_to_string("po/en.po").expect("po/en.po is there");
    let mut out = String::from("/// Key, the Chinese it was made from, and the English.\n");
    out.push_str("pub(crate) const ENGLISH: &[(&str, &str, &str)] = &[\n");
    for (key, (zh, en)) in entries(&text) {
        writeln!(out, "    ({key:?}, {zh:?}, {en:?}),").expect("a String takes it");
    }
    out.push_str("];\n");
    let folder = env::var_os("OUT_DIR").expect("cargo says where");
    fs::write(Path::new(&folder).join("english.rs"), out).expect("OUT_DIR can be written to");
}

/// `msgctxt` → (`msgid`, `msgstr`) of a file in gettext's form; whatever is ill-formed ends the build.
fn entries(text: &str) -> BTreeMap<String, (String, String)> {
    let mut all = BTreeMap::new();
    for (at, paragraph) in text.split("\n\n").enumerate() {
        let flaw = |what: &str| -> ! { flaw(at, paragraph, what) };
        let (mut part, mut found) = (None, BTreeMap::<String, String>::new());
        for line in paragraph.lines() {
            if line.starts_with("#,") && line.contains("fuzzy") {
                flaw("it is marked as fuzzy: say whether it is right");
            }
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let quoted = match line.split_once(' ').filter(|_| !line.starts_with('"')) {
                Some((word @ ("msgctxt" | "msgid" | "msgstr"), rest)) => {
                    if found.contains_key(word) {
                        flaw("an entry ends with an empty line");
                    }
                    part = Some(word);
                    rest
                }
                Some(_) => flaw("lines begin with msgctxt, msgid, msgstr or a quotation mark"),
                None => line,
            };
            let Some(part) = part else { flaw("a text belongs to msgctxt, msgid or msgstr") };
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let Some(inner) = inner else { flaw("a text stands in quotation marks") };
            found.entry(part.to_owned()).or_default().push_str(&unescaped(inner));
        }
        let mut take = |part: &str| found.remove(part).unwrap_or_default();
        match (take("msgctxt"), take("msgid"), take("msgstr")) {
            // Nothing but remarks, or the header.
            (key, zh, _) if key.is_empty() && zh.is_empty() => {}
            (key, zh, en) if key.is_empty() || zh.is_empty() || en.trim().is_empty() => {
                flaw(&format!("msgctxt {key:?}, msgid {zh:?} and msgstr {en:?} are all needed"))
            }
            (key, zh, en) => {
                if all.insert(key, (zh, en)).is_some() {
                    flaw("the same msgctxt stands twice");
                }
            }
        }
    }
    all
}

fn flaw(at: usize, paragraph: &str, what: &str) -> ! {
    panic!("po/en.po, entry {at}: {what}\n{paragraph}")
}

fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text.chars());
    while let Some(next) = rest.next() {
        match (next, if next == '\\' { rest.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some(escaped)) => out.push(escaped),
            (plain, _) => out.push(plain),
        }
    }
    out
}
