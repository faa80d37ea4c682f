//! What a crash report has said so far: its type, what a failed check said, and the frames since.
//! A later, stronger announcement starts over; a mere signal after a failed check does not.
//! Never looks at text. Called by the rules of this family.

use super::line::Found;
use crate::frames::{Frame, Language, RawTrace, StackMeaning};
use crate::normalize::{self, InAppRules};

/// How many lines (headline and frames) make a crash state.
pub(crate) const STATE_LINES: usize = 3;

/// What the lines after an announcement may still add to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Expects {
    #[default]
    Nothing,
    /// The notes below a bad cast name the object's true type.
    TrueType,
    /// The box of a fatal error holds its words on the next line.
    FatalWords,
}

/// Whether further frames count.
#[derive(Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Frames,
    /// The stacks that follow explain; another announcement starts over.
    Announcements,
    Nothing,
}

/// Whether the stack is whoever happened to ask or to run, and not the place of the fault.
#[derive(Debug, Default, PartialEq, Eq)]
enum Bystander {
    #[default]
    No,
    /// A program that was only refused memory may go on; what it fails of later has a stack of its own.
    UnlessMoreFollows,
    Yes,
}

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) kind: String,
    pub(super) headline: String,
    pub(super) address: Option<u64>,
    pub(super) kernel: bool,
    pub(super) expects: Expects,
    pub(super) fatal_file: String,
    /// Where a panic says it happened: all that is known of its place when no back-trace follows.
    pub(super) panicked_in: String,
    frames: Vec<Frame>,
    telling: usize,
    named: usize,
    /// The last stack with names, in case the report is repeated without them.
    symbolized: Option<(String, Vec<Frame>)>,
    reading: Reading,
    bystander: Bystander,
}

impl Report {
    /// A new failure: what came before belonged to something else.
    pub(super) fn restart(&mut self, kind: &str) {
        if self.named > 0 {
            self.symbolized = Some((self.kind.clone(), std::mem::take(&mut self.frames)));
        }
        self.kind = kind.to_owned();
        self.headline.clear();
        self.panicked_in.clear();
        self.clear_frames();
        self.address = None;
        if self.bystander == Bystander::UnlessMoreFollows {
            self.bystander = Bystander::No;
        }
        if self.reading == Reading::Announcements {
            self.reading = Reading::Frames;
        }
    }

    /// A failed check: its words are the first line of the state.
    pub(super) fn restart_with(&mut self, kind: &str, headline: &str) {
        self.restart(kind);
        self.headline = headline.trim().to_owned();
    }

    /// Keeps the frames but changes the type.
    pub(super) fn rename(&mut self, kind: &str) {
        self.kind = kind.to_owned();
    }

    pub(super) fn clear_frames(&mut self) {
        self.frames.clear();
        self.telling = 0;
        self.named = 0;
    }

    /// Memory ran out: the stack is a bystander's, and the failures that follow are echoes.
    pub(super) fn out_of_memory(&mut self) {
        self.restart("Out-of-memory");
        self.bystander = Bystander::Yes;
    }

    /// An allocator warned that it refused a request.
    pub(super) fn memory_refused(&mut self) {
        self.restart("Out-of-memory");
        if self.bystander == Bystander::No {
            self.bystander = Bystander::UnlessMoreFollows;
        }
    }

    /// Time ran out: the stack is where the clock happened to strike.
    pub(super) fn out_of_time(&mut self) {
        self.restart("Timeout");
        self.bystander = Bystander::Yes;
    }

    /// The stacks that follow explain; only another announcement starts over.
    pub(super) fn fill(&mut self) {
        self.reading = Reading::Announcements;
    }

    /// Nothing after this line counts.
    pub(super) fn close(&mut self) {
        self.reading = Reading::Nothing;
    }

    pub(super) fn is_over(&self) -> bool {
        self.reading == Reading::Nothing
    }

    pub(super) fn is_announced(&self) -> bool {
        !self.kind.is_empty()
    }

    pub(super) fn has_state(&self) -> bool {
        !self.headline.is_empty() || self.telling > 0
    }

    /// Whether a check, not a signal, has failed: the signal that follows is only its echo.
    pub(super) fn is_failed_check(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "ASSERT"
                | "CHECK failure"
                | "DCHECK failure"
                | "Fatal error"
                | "Security CHECK failure"
                | "Security DCHECK failure"
                | "Command injection"
                | "Arbitrary file open"
                | "V8 API error"
        )
    }

    /// One more frame; another stack counts only while the first ones told too little.
    pub(super) fn push(&mut self, found: Found) {
        if self.reading != Reading::Frames {
            return;
        }
        let named = normalize::is_named(&found.frame);
        // A debugger prints where it stopped, and the same frame again at the head of the whole stack.
        let again = self.frames.len() == 1 && self.frames[0] == found.frame;
        if found.index == Some(0) && (self.named == 0 || again) {
            self.clear_frames();
        }
        self.named += usize::from(named);
        let wanted = STATE_LINES - usize::from(!self.headline.is_empty());
        if found.index == Some(0) && self.telling >= wanted {
            self.reading = Reading::Announcements;
            return;
        }
        let language = if self.kernel { Language::Kernel } else { Language::Native };
        if normalize::role(language, &found.frame, &InAppRules::default()) != crate::frames::Role::Runtime {
            self.telling += 1;
        }
        self.frames.push(found.frame);
    }

    /// Faults in the first pages are null pointers, whatever the tool called them.
    fn settle_kind(&mut self) {
        const FIRST_PAGES: u64 = 64 * 1024;
        if self.kind.starts_with("UNKNOWN") && self.address.is_some_and(|a| a < FIRST_PAGES) {
            self.kind = self.kind.replacen("UNKNOWN", "Null-dereference", 1);
        }
    }

    pub(super) fn finish(mut self) -> Option<RawTrace> {
        if !self.is_announced() {
            return None;
        }
        if self.named == 0
            && self.headline.is_empty()
            && let Some((kind, frames)) = self.symbolized.take()
            && kind == self.kind
        {
            self.frames = frames;
        }
        if self.frames.is_empty() && !self.panicked_in.is_empty() {
            self.frames.push(Frame { module: std::mem::take(&mut self.panicked_in), ..Frame::default() });
        }
        self.settle_kind();
        let stack = match self.bystander {
            Bystander::No => StackMeaning::PlaceOfFault,
            Bystander::UnlessMoreFollows | Bystander::Yes => StackMeaning::Bystander,
        };
        Some(RawTrace {
            language: if self.kernel { Language::Kernel } else { Language::Native },
            kind: Some(self.kind),
            headline: Some(self.headline).filter(|h| !h.is_empty()),
            frames: self.frames,
            stack,
            ..RawTrace::default()
        })
    }
}
