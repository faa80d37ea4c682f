//! Records played on a stage of their own: read and folded as ingest does, planned as the planner does, in a database that
//! goes away with it. Event time is all the time there is; nothing is asked of a network. Called by `lab backtest`.
//!
//! ```text
//!   rows (row.rs) ─▶ at each step of event time: what came is folded (entrance.rs) ─▶ passes of the planner (stage.rs)
//!                                                                  at the end ─▶ a page that a person reads (page.rs)
//! ```

mod entrance;
mod page;
mod row;
mod stage;

pub(crate) use row::rows;
pub(crate) use stage::{Cast, rehearse};
