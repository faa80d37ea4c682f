//! The nouns of Signalbox and the rules between them: ids, types, state machines, forms, policy.
//!
//! ```text
//!   Record ─▶ Signal ─▶ Case ─▶ Task ─▶ Run ─▶ Outcome ─▶ Change ─▶ Verification
//!                        ▲        ▲                                      │
//!                        │        └ Automation, Person                   │
//!                        └───────────── fixed · recurred · undecided ◀───┘
//! ```
//!
//! Pure: no IO, no async, no clock, no randomness. Times and ids come in as arguments. Every crate may use it;
//! it uses no other crate of the house.

pub mod access;
pub mod automation;
pub mod case;
pub mod case_move;
pub mod change;
pub mod code;
pub mod context;
pub mod decision;
pub mod delivery;
pub mod finish;
pub mod form;
pub mod ids;
pub mod job;
pub mod names;
pub mod outcome;
pub mod plan;
pub mod policy;
pub mod project;
pub mod project_key;
pub mod provenance;
pub mod quota;
pub mod record;
pub mod release;
pub mod ruling;
pub mod run;
pub mod secret_ref;
pub mod signal;
pub mod sketch;
pub mod states;
pub mod suppression;
pub mod task;
pub mod time;
pub mod verification;
pub mod workspace;
