//! The families of lock boards as their vendors describe them, from the boards' side of the wire. Pure.
//!
//! Orders that open every lock of a board, or of a line, are obeyed here as real boards obey them: a driver that sends
//! one by mistake is seen to open every door.

mod cu16;
mod cu48;
mod frame;
mod wkly;
mod xor24;

pub use frame::{Deed, Family, Heard, Order, Report};

/// Every family; the first is what an emulator is that was not told.
pub static FAMILIES: &[Family] = &[xor24::FAMILY, cu48::FAMILY, cu16::FAMILY, wkly::FAMILY];

/// Their names, for whoever must choose one.
pub fn names() -> String {
    FAMILIES.iter().map(|family| family.name).collect::<Vec<_>>().join(", ")
}

/// No family has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no lock boards {0:?}; there are {names}", names = names())]
pub struct NoSuchFamily(String);

/// The family of that name.
///
/// # Errors
/// [`NoSuchFamily`]; it lists those there are.
pub fn by_name(name: &str) -> Result<Family, NoSuchFamily> {
    FAMILIES.iter().copied().find(|family| family.name == name).ok_or_else(|| NoSuchFamily(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn families_are_found_by_name() {
        for family in FAMILIES {
            assert_eq!(by_name(family.name).unwrap().name, family.name);
            let error = by_name("wkley").unwrap_err().to_string();
            assert!(error.contains("wkley") && error.contains(family.name), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_heard_to_their_end(bytes: Vec<u8>) {
            for family in FAMILIES {
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    match family.hear(rest) {
                        Heard::Order(length, _) => rest = &rest[length..],
                        Heard::Strange => rest = &rest[1..],
                        Heard::More => break,
                    }
                }
            }
        }
    }
}
