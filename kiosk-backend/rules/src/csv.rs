//! Tables for spreadsheet programs, RFC 4180. A cell that such a program would take for a formula is made plain text,
//! since what is in it may have been typed by anybody (CWE-1236).

/// Spreadsheet programs read UTF-8 only after this mark.
pub const BOM: &str = "\u{feff}";

/// What a formula begins with, for one program or another.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '＝', '＠'];

/// One line with its end.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (n, text) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(&cell(text));
    }
    out.push_str("\r\n");
    out
}

/// One cell, quoted where it must be. Spaces before a sign of a formula do not hide it.
fn cell(text: &str) -> String {
    let dangerous = text.trim_start_matches(' ').starts_with(FORMULA);
    let text = if dangerous { format!("'{text}") } else { text.to_owned() };
    if dangerous || text.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_become_text_and_quotes_are_doubled() {
        assert_eq!(line(["a", "1", "受理"]), "a,1,受理\r\n");
        assert_eq!(line(["=HYPERLINK(\"http://x\")"]), "\"'=HYPERLINK(\"\"http://x\"\")\"\r\n");
        for formula in ["+1", "-1", "@SUM(1)", "\t=1", " =1", "＝1"] {
            assert!(cell(formula).starts_with("\"'"), "{formula}");
        }
        assert_eq!(cell("a,b\n\"c\""), "\"a,b\n\"\"c\"\"\"");
    }

    /// What a program reads out of a cell (RFC 4180, 2.5 to 2.7); `None` where the cell would end before its end.
    fn read(cell: &str) -> Option<String> {
        let Some(inner) = cell.strip_prefix('"') else {
            return (!cell.contains([',', '"', '\r', '\n'])).then(|| cell.to_owned());
        };
        let inner = inner.strip_suffix('"')?;
        let lone = inner.replace("\"\"", "").contains('"');
        (!lone).then(|| inner.replace("\"\"", "\""))
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_or_ends_before_its_end(text in "[ \"=,+\\-@]{0,4}\\PC{0,40}") {
            let told = read(&cell(&text));
            prop_assert!(told.as_ref().is_some_and(|told| told.ends_with(&text)), "{told:?}");
            let told = told.unwrap_or_default();
            prop_assert!(!told.trim_start_matches(' ').starts_with(FORMULA), "{told:?}");
        }
    }
}
