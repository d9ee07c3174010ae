//! `[printer]` and `[scanner]`.

use std::path::PathBuf;

use hardware::printer::{Address, Flow, Rom, Width};
use hardware::scanner::Link;
use serde::Deserialize;

/// The receipt printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printer {
    pub address: Address,
    /// Baud rate of a serial port.
    pub baud: u32,
    /// Flow control of a serial port.
    pub flow: Flow,
    /// Width of the paper.
    pub width: Width,
    /// The Chinese characters in its ROM.
    pub rom: Rom,
    /// The font that draws what the ROM lacks; `None`: the one of the screens.
    pub font: Option<PathBuf>,
}

/// The QR and barcode scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanner {
    /// The device file.
    pub port: PathBuf,
    pub link: Link,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrinter {
    protocol: String,
    port: Option<String>,
    baud: Option<u32>,
    flow: Option<String>,
    paper_mm: Option<u8>,
    rom: Option<String>,
    font: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScanner {
    kind: Option<String>,
    port: Option<PathBuf>,
    baud: Option<u32>,
}

impl RawPrinter {
    pub(super) fn check(self) -> Result<Printer, String> {
        if self.protocol != "escpos" {
            return Err(format!("`printer.protocol`: `{}` is not known; write \"escpos\"", self.protocol));
        }
        let port = self.port.filter(|port| !port.is_empty()).ok_or(
            "`printer.port` is missing; write \"/dev/serial/by-path/…\", \"/dev/usb/lp0\" or \"tcp:192.0.2.7:9100\"",
        )?;
        let flow = match self.flow.as_deref() {
            None | Some("none") => Flow::None,
            Some("xon-xoff") => Flow::Software,
            Some("rts-cts") => Flow::Hardware,
            Some(other) => {
                return Err(format!(
                    "`printer.flow`: `{other}` is not known; write \"none\", \"xon-xoff\" or \"rts-cts\""
                ));
            }
        };
        let width = match self.paper_mm {
            None | Some(80) => Width::Mm80,
            Some(58) => Width::Mm58,
            Some(other) => return Err(format!("`printer.paper_mm`: {other} is not driven; write 58 or 80")),
        };
        let rom = match self.rom.as_deref() {
            None | Some("gbk") => Rom::Gbk,
            Some("gb2312") => Rom::Gb2312,
            Some("ascii") => Rom::Ascii,
            Some(other) => {
                return Err(format!("`printer.rom`: `{other}` is not known; write \"gbk\", \"gb2312\" or \"ascii\""));
            }
        };
        Ok(Printer {
            address: port.parse().map_err(|what| format!("`printer.port`: {what}"))?,
            baud: baud("printer", self.baud)?,
            flow,
            width,
            rom,
            font: self.font,
        })
    }
}

impl RawScanner {
    pub(super) fn check(self) -> Result<Scanner, String> {
        let link = match (self.kind.as_deref(), self.baud) {
            (None | Some("serial"), baud) => Link::Serial { baud: self::baud("scanner", baud)? },
            (Some("keyboard"), None) => Link::Keyboard,
            (Some("keyboard"), Some(_)) => return Err("`scanner.baud`: a keyboard has none; take the line out".into()),
            (Some(other), _) => {
                return Err(format!("`scanner.kind`: `{other}` is not known; write \"serial\" or \"keyboard\""));
            }
        };
        let port = self.port.filter(|port| !port.as_os_str().is_empty()).ok_or(
            "`scanner.port` is missing; name the device by a path that stays: \"/dev/serial/by-path/…\", or \
             \"/dev/kiosk-scanner\" of a keyboard",
        )?;
        Ok(Scanner { port, link })
    }
}

fn baud(section: &str, baud: Option<u32>) -> Result<u32, String> {
    match baud.unwrap_or(9_600) {
        baud @ (1_200 | 2_400 | 4_800 | 9_600 | 19_200 | 38_400 | 57_600 | 115_200) => Ok(baud),
        other => {
            Err(format!("`{section}.baud`: {other} is no usual rate; the device's self-test page says which it has"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn read(text: &str) -> Result<crate::config::Config, String> {
        parse(std::path::Path::new("kiosk.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn printers_and_scanners_are_read() {
        let config = read(
            "[printer]\nprotocol = \"escpos\"\nport = \"tcp:192.0.2.7:9100\"\npaper_mm = 58\nrom = \"gb2312\"\n\
             [scanner]\nport = \"/dev/x\"\nbaud = 115200\n",
        )
        .expect("reads");
        let printer = config.printer.expect("printer");
        assert_eq!(printer.address, Address::Tcp("192.0.2.7:9100".into()));
        assert_eq!((printer.width, printer.rom, printer.baud), (Width::Mm58, Rom::Gb2312, 9_600));
        let serial = |baud| Some(Scanner { port: "/dev/x".into(), link: Link::Serial { baud } });
        assert_eq!(config.scanner, serial(115_200));
        let scanner = |more: &str| read(&format!("[scanner]\nport = \"/dev/x\"\n{more}")).expect("reads").scanner;
        assert_eq!(scanner("kind = \"serial\""), serial(9_600));
        let keyboard = Some(Scanner { port: "/dev/x".into(), link: Link::Keyboard });
        assert_eq!(scanner("kind = \"keyboard\""), keyboard);
    }

    #[test]
    fn what_is_wrong_is_named_with_what_to_write() {
        let printer = |more: &str| format!("[printer]\nprotocol = \"escpos\"\n{more}");
        for (text, words) in [
            ("[printer]\nprotocol = \"star\"".to_owned(), ["printer.protocol", "escpos"]),
            (printer(""), ["printer.port", "/dev/usb/lp0"]),
            (printer("port = \"COM1\""), ["printer.port", "tcp:host:9100"]),
            (printer("port = \"/dev/x\"\npaper_mm = 76"), ["printer.paper_mm", "58 or 80"]),
            (printer("port = \"/dev/x\"\nflow = \"dtr\""), ["printer.flow", "rts-cts"]),
            (printer("port = \"/dev/x\"\nrom = \"big5\""), ["printer.rom", "gb2312"]),
            (printer("port = \"/dev/x\"\nbaud = 9601"), ["printer.baud", "self-test"]),
            (printer("port = \"/dev/x\"\nwidth = 80"), ["width", "docs/technician.md"]),
            ("[scanner]\nbaud = 9600".to_owned(), ["scanner.port", "by-path"]),
            ("[scanner]\nkind = \"ps2\"\nport = \"/dev/x\"".to_owned(), ["scanner.kind", "\"keyboard\""]),
            ("[scanner]\nkind = \"keyboard\"\nport = \"/dev/x\"\nbaud = 9600".to_owned(), ["scanner.baud", "none"]),
        ] {
            let error = read(&text).expect_err(&text);
            assert!(words.iter().all(|word| error.contains(word)), "{error}");
        }
    }
}
