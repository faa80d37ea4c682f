//! One spelling for what tools spell differently: names, paths, messages, recursion; and whose code a frame is.
//! Pure text work. Never drops evidence: it only says how much a frame is worth.

mod message;
mod needles;
mod path;
mod recursion;
mod roles;
mod runtime;
mod symbol;
#[cfg(test)]
mod tests;
mod words;

pub use message::{Words, mask_message};
pub(crate) use path::{base_name, file_key};
pub(crate) use recursion::{first_turn, fold_recursion, rotate_turn};
pub(crate) use roles::role;
pub use roles::{InAppRules, Pattern};
pub(crate) use symbol::{is_named, symbol};
pub(crate) use words::stems;
