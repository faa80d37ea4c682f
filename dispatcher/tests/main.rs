//! The dispatcher's pass on both databases.

mod pass;
