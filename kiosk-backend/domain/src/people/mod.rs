//! Staff: who they are, and that it is them.

pub mod accounts;
pub mod browsers;
pub mod city_accounts;
pub mod secrets;
pub mod sign_in;
pub mod staff;
