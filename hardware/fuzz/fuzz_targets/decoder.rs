//! The decoder that `FUZZ_DECODER` names, of those in `decoders.rs`, for libFuzzer.
#![no_main]

#[path = "../decoders.rs"]
mod decoders;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static DECODER: LazyLock<decoders::Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_DECODER").expect("FUZZ_DECODER names a decoder");
    let found = decoders::targets().into_iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("there is no decoder {name:?}"))
});

fuzz_target!(|bytes: &[u8]| (DECODER.1)(bytes));
