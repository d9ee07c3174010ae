//! Compiles the screens, with both languages inside.
use slint_build::{CompilerConfiguration, DefaultTranslationContext};

fn main() {
    let config = CompilerConfiguration::new()
        .with_bundled_translations("lang")
        .with_default_translation_context(DefaultTranslationContext::None)
        // The tests find elements by it. It costs the shipped binary some 100 kB of names and no time.
        .with_debug_info(true);
    if let Err(error) = slint_build::compile_with_config("slint/app.slint", config) {
        panic!("{error}");
    }
}
