//! One-time codes that people read out, type and carry.

use crate::ground::refusal::Refusal;

/// Letters and digits that are not mistaken for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code: 60 bits.
const CODE_LENGTH: usize = 12;

pub(crate) fn new_code() -> Result<String, Refusal> {
    let mut bytes = [0; CODE_LENGTH];
    getrandom::fill(&mut bytes).map_err(|cause| Refusal::internal(&cause))?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
}

pub(crate) fn in_groups(code: &str) -> String {
    code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join("-")
}

/// A code as a person typed it: case, spaces and hyphens do not matter, and look-alikes are what they look like.
pub(crate) fn normal(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_meant() {
        let code = new_code().expect("random bytes");
        let shown = in_groups(&code);
        assert_eq!(shown.len(), 14);
        assert_eq!(normal(&shown.to_lowercase()), normal(&code));
        assert_eq!(normal("oIl- 1"), "0111");
    }
}
