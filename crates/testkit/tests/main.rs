//! The promises of testkit, against the real parts.

mod git;
mod kafka;
mod left_out;
mod postgres;
mod process;
