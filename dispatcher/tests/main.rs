//! The dispatcher's pass on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test is a failed test")]
#![expect(clippy::disallowed_methods, reason = "a test's tasks end with its own runtime")]

mod pass;
