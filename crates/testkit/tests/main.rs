//! The promises of testkit, against the real parts.

mod kafka;
mod left_out;
mod postgres;
mod process;
