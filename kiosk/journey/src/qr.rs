//! What the QR code of a receipt holds.

/// The longest link that is encoded, bytes: what version 6 holds at error correction level M (ISO/IEC 18004:2015,
/// table 7). Its 41 modules and quiet zone are drawn 6 px each on the screen and 0.75 mm on paper; a longer one would be
/// too fine for an old phone.
pub(crate) const LONGEST_LINK: usize = 106;

/// What the QR code of a receipt holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qr {
    /// The bare receipt number: what a window scans.
    Number(String),
    /// The address of the public page that shows how the case stands; a window's search takes it too.
    Progress(String),
}

impl Qr {
    /// A link where the hall told where the public finds it, else the number.
    pub(crate) fn of(number: &str, public_url: Option<&str>) -> Self {
        let link = public_url.map(|url| format!("{url}/p/{number}"));
        match link.filter(|link| !number.is_empty() && link.len() <= LONGEST_LINK) {
            Some(link) => Self::Progress(link),
            None => Self::Number(number.to_owned()),
        }
    }

    /// The text to encode.
    pub fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Progress(text) => text,
        }
    }

    /// Whether scanning it with a phone leads somewhere.
    pub fn leads(&self) -> bool {
        matches!(self, Self::Progress(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "10101000000186";

    #[test]
    fn it_leads_to_the_page_where_the_hall_has_one_that_fits() {
        // "/p/" and the number take 17 bytes.
        let fits = format!("https://{}.example", "h".repeat(LONGEST_LINK - 17 - 16));
        let too_long = format!("https://{}.example", "h".repeat(LONGEST_LINK - 17 - 15));
        for (number, url, text, leads) in [
            (NUMBER, None, NUMBER.to_owned(), false),
            (NUMBER, Some("https://hall.example"), format!("https://hall.example/p/{NUMBER}"), true),
            (NUMBER, Some("https://city.example/hall"), format!("https://city.example/hall/p/{NUMBER}"), true),
            (NUMBER, Some(fits.as_str()), format!("{fits}/p/{NUMBER}"), true),
            (NUMBER, Some(too_long.as_str()), NUMBER.to_owned(), false),
            ("", Some("https://hall.example"), String::new(), false),
        ] {
            let qr = Qr::of(number, url);
            assert_eq!((qr.text(), qr.leads()), (text.as_str(), leads), "{url:?}");
        }
    }
}
