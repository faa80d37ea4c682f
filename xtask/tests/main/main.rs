//! The command as people call it, in small workspaces made for each test: real cargo, real git, no network.

mod gates;
mod house;
mod layers;
