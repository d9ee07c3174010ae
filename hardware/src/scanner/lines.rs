//! A stream of characters, cut into codes. Pure.

use zeroize::{Zeroize, Zeroizing};

use super::Code;

/// Longest code that is taken, in bytes. A QR code of receipts has some twenty.
const LONGEST: usize = 512;

/// Gathers characters until one ends the code.
pub struct Lines {
    /// Never grows: what it had grown out of would stay in memory.
    bytes: Zeroizing<Vec<u8>>,
    /// Too long, or not ASCII: dropped up to its end.
    spoilt: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(LONGEST)), spoilt: false }
    }
}

impl Lines {
    /// Takes what was read; calls `found` with each code that ends in it.
    pub fn take(&mut self, mut bytes: &[u8], mut found: impl FnMut(Code)) {
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let (code, rest) = bytes.split_at(end);
            self.add(code);
            self.end(&mut found);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.add(bytes);
    }

    fn add(&mut self, part: &[u8]) {
        let fits = self.bytes.len() + part.len() <= LONGEST && part.iter().all(|byte| matches!(byte, b' '..=b'~'));
        self.spoilt |= !fits;
        if !self.spoilt {
            self.bytes.extend_from_slice(part);
        }
    }

    /// The code ends here, as after a pause.
    pub fn end(&mut self, found: impl FnOnce(Code)) {
        if self.spoilt {
            tracing::info!("a scanned code is too long or no ASCII text; not taken");
        } else {
            let text = String::from_utf8_lossy(&self.bytes).trim().to_owned();
            if !text.is_empty() {
                found(Code::new(text));
            }
        }
        self.bytes.zeroize();
        self.spoilt = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut codes = Vec::new();
        lines.take(bytes, |code| codes.push(code.expose().to_owned()));
        lines.end(|code| codes.push(code.expose().to_owned()));
        codes
    }

    #[test]
    fn codes_end_at_line_ends_and_pauses() {
        let long = [b'7'; LONGEST + 1];
        for (bytes, expected) in [
            (&b"0112345678\r\n"[..], vec!["0112345678"]),
            (b"\r\r\nA-1\rB-2\n", vec!["A-1", "B-2"]),
            (b" no end ", vec!["no end"]),
            (b"\xE5\x8F\x96\rA\r", vec!["A"]),
            (b"a\x1b[A\rA\r", vec!["A"]),
            (&[&long[..], b"\rA\r"].concat(), vec!["A"]),
        ] {
            assert_eq!(codes(bytes), expected, "{bytes:02X?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_give_a_code_that_is_not_ascii(bytes: Vec<u8>) {
            for code in codes(&bytes) {
                prop_assert!(!code.is_empty() && code.len() <= LONGEST && code.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
