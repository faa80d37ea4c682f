//! The runner with real git and real processes; the other side of its port is a small dispatcher in memory.

mod bad_input;
mod cloud;
mod dispatcher;
mod fixture;
mod leases;
mod modes;
