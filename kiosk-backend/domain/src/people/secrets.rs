//! Passwords, PINs and one-time codes: how they are kept and compared.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use hall_store::staff::StaffRow;

use crate::ground::codes::normal;
use crate::ground::refusal::Refusal;

/// How long a one-time code works.
pub const CODE_MS: i64 = 24 * 3_600_000;

/// Whether what was typed belongs to an account: a one-time code is read as it was meant, and ends.
pub(crate) fn opens(row: &StaffRow, typed: &str, now_ms: i64) -> bool {
    match row.code_until_ms {
        None => verify_secret(typed, &row.password_phc),
        Some(until) => verify_secret(&normal(typed), &row.password_phc) && now_ms < until,
    }
}

/// Fewest characters of a password. Length, not composition, is what helps (NIST SP 800-63B 5.1.1).
pub const PASSWORD_CHARACTERS: usize = 8;

/// The argon2id PHC string of a password or PIN.
pub fn hash_secret(secret: &str) -> Result<String, Refusal> {
    Argon2::default()
        .hash_password(secret.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|cause| Refusal::internal(&cause))
}

/// Whether a secret belongs to a PHC string.
pub fn verify_secret(secret: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
}
