//! What a file is, told by what is in it and never by its name: PDF, PNG or JPEG, which is what scanners and phones make.

/// What is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Pdf,
    Png,
    Jpeg,
}

impl FileKind {
    /// Of these first and last bytes; `None` for anything else, and for a file that is cut short.
    pub fn of(head: &[u8], tail: &[u8]) -> Option<Self> {
        let ends_with = |mark: &[u8]| tail.windows(mark.len()).any(|part| part == mark);
        // ISO 32000-1, 7.5.2 and 7.5.5: the header, and the mark of the end in the last 1024 bytes.
        if head.starts_with(b"%PDF-") && ends_with(b"%%EOF") {
            return Some(Self::Pdf);
        }
        // ISO/IEC 15948 (PNG), 5.2 and 11.2.5: the signature, and the IEND chunk with its check.
        if head.starts_with(b"\x89PNG\r\n\x1a\n") && ends_with(b"IEND\xae\x42\x60\x82") {
            return Some(Self::Png);
        }
        // ITU-T T.81 (JPEG), B.1.1.3: start of image followed by another marker, and end of image.
        if head.starts_with(b"\xff\xd8\xff") && ends_with(b"\xff\xd9") {
            return Some(Self::Jpeg);
        }
        None
    }

    /// As in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pdf, Self::Png, Self::Jpeg].into_iter().find(|kind| kind.word() == word)
    }

    /// Its media type (IANA).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// Whether a name says that it is this.
    pub fn is_named(self, name: &str) -> bool {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        match self {
            Self::Pdf => extension == "pdf",
            Self::Png => extension == "png",
            Self::Jpeg => matches!(extension.as_str(), "jpg" | "jpeg"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_is_in_it() {
        let png_end = b"\0\0\0\0IEND\xae\x42\x60\x82";
        for (head, tail, kind) in [
            (&b"%PDF-1.7\n"[..], &b"startxref\n9\n%%EOF\n"[..], Some(FileKind::Pdf)),
            (b"%PDF-1.7\n", b"cut sho", None),
            (b" %PDF-1.7", b"%%EOF", None),
            (b"\x89PNG\r\n\x1a\n\0\0", png_end, Some(FileKind::Png)),
            (b"\x89PNG\r\n\x1a\n\0\0", b"IDAT", None),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", b"\x11\xff\xd9", Some(FileKind::Jpeg)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", b"\x11\xff", None),
            (b"MZ\x90\0", b"", None),
            (b"<html>", b"</html>", None),
            (b"<svg xmlns", b"</svg>", None),
            (b"PK\x03\x04", b"PK\x05\x06", None),
            (b"", b"", None),
        ] {
            assert_eq!(FileKind::of(head, tail), kind, "{head:?}");
        }
    }

    #[test]
    fn a_name_that_says_something_else_is_told_apart() {
        for (name, says) in [
            ("扫描.PDF", Some(FileKind::Pdf)),
            ("a.jpeg", Some(FileKind::Jpeg)),
            ("a.JPG", Some(FileKind::Jpeg)),
            ("a.png", Some(FileKind::Png)),
            ("a.pdf.exe", None),
            ("pdf", None),
            ("", None),
        ] {
            for kind in [FileKind::Pdf, FileKind::Png, FileKind::Jpeg] {
                assert_eq!(kind.is_named(name), says == Some(kind), "{name} {kind:?}");
                assert_eq!(FileKind::from_word(kind.word()), Some(kind));
            }
        }
    }
}
