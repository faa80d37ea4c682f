//! What each kind of evidence is worth: one setting for every language and source. Chosen as round numbers in the middle of
//! wide plateaus, on data that is not in this repository (docs/EVALUATION.md).

/// The innermost call, and how fast the ones further out are worth less.
pub(super) const CALL: f64 = 4.0;
pub(super) const CALL_FALLS: f64 = 0.35;
/// Each further call of the same file.
pub(super) const CALL_AGAIN: f64 = 0.1;
/// So much of a call that only reports what others did wrong, where somebody of the product called it.
pub(super) const REPORTING: f64 = 0.5;
/// So much of a test's call.
pub(super) const TEST_CALL: f64 = 0.1;
/// For what a test in the stack is about by its name.
pub(super) const SUBJECT: f64 = 1.0;
/// So much of what bears no package of the product's, where only those are known.
pub(super) const FOREIGN: f64 = 0.3;

/// Things that a text names, in its title and below; how fast later ones are worth less.
pub(super) const PATH: f64 = 3.0;
pub(super) const QUALIFIED: f64 = 2.0;
pub(super) const NAME: f64 = 1.5;
pub(super) const IN_TITLE: f64 = 1.0;
pub(super) const IN_BODY: f64 = 0.8;
pub(super) const LATER_FALLS: f64 = 0.04;
/// For each natural logarithm of how often it is named.
pub(super) const NAMED_AGAIN: f64 = 0.3;
/// So much of what is only imported, or only stands in calls.
pub(super) const IN_PASSING: f64 = 0.5;

/// Words of a file's own name, and of its folders'.
pub(super) const WORDS: f64 = 0.6;
pub(super) const FOLDERS: f64 = 0.4;
/// For words that stand side by side in the text as they do in the name.
pub(super) const SIDE_BY_SIDE: f64 = 1.5;
/// A word below the title, the first time; it nears one with each further time.
pub(super) const BODY_WORD: f64 = 0.5;
/// So much of a folder's word that is only below the title.
pub(super) const BODY_FOLDER: f64 = 0.5;

/// A file that has what the text quotes, one that defines what it names, and one that only uses it; less by the root of how
/// many files do.
pub(super) const MESSAGE: f64 = 3.0;
pub(super) const DEFINES: f64 = 2.5;
pub(super) const USES: f64 = 0.4;

/// So much of everything that points at test code, unless the title is about tests.
pub(super) const TEST_FILE: f64 = 0.6;

/// Points that make a score of 0.63.
pub(super) const SCALE: f64 = 3.0;
