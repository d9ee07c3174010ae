//! The screens, as the Slint compiler writes them.

slint::include_modules!();
