//! Why a signature proves nothing, or the contrary.

/// Why a key, a certificate or a signature cannot be computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(in crate::cards) enum Unusable {
    #[error("it is not written as the standard says")]
    Malformed,
    #[error("its algorithm is not known here")]
    Algorithm,
    #[error("its curve is not known here")]
    Curve,
}

/// Why a signed message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::cards) enum Fault {
    #[error("it is not written as the standard says")]
    Malformed,
    #[error("its signer's certificate is not with it")]
    NoCertificate,
    #[error("it is of an unknown kind: {0}")]
    Unknown(#[from] Unusable),
    #[error("its signature is not of what it says")]
    Altered,
}
