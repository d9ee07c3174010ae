//! Routes, through the whole router.
