//! Garbage for decoders, the same each time.

/// So many random bytes, each changed by `byte`.
pub(crate) fn random(length: usize, byte: impl Fn(u8) -> u8) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut garbage = Vec::with_capacity(length);
    while garbage.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        garbage.extend(state.to_le_bytes().map(&byte));
    }
    garbage
}
