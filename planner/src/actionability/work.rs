//! Whether what somebody wrote says that something is to be done in a product, or why it does not. Pure.
//!
//! First what is plainly something else (a test, an automatic answer, an advertisement, an invoice to be sent again); then
//! whether some sentence says, about a thing of the product, what happens, what is wanted, or what is not understood.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::clauses::{sentences, words};
use super::{pattern, shown};

/// So many words about the product make a sentence one about something, if it says what happens or is wanted.
const LEAST_WORDS: usize = 2;
/// So many make a report, whatever it says about them.
const PLENTY: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoWork {
    Empty,
    Test,
    AutomaticAnswer,
    Advertisement,
    AccountMatter,
    DependencyBump,
    Checklist,
    OnlyLinks,
    Repeat,
    Contradiction,
    NothingConcrete,
}

impl fmt::Display for NoWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it says nothing",
            Self::Test => "somebody tried whether it arrives",
            Self::AutomaticAnswer => "an automatic answer",
            Self::Advertisement => "an advertisement",
            Self::AccountMatter => "a matter of an account or an invoice, not of the product",
            Self::DependencyBump => "a new version of a dependency, which has its own pull request",
            Self::Checklist => "a list of steps, not something that is wrong or wanted",
            Self::OnlyLinks => "nothing but a link",
            Self::Repeat => "it only points to another report",
            Self::Contradiction => "it contradicts itself; somebody has to ask first",
            Self::NothingConcrete => "it names nothing that happens, or that is wanted",
        })
    }
}

/// None where there is something to do.
pub(super) fn missing(title: &str, text: &str) -> Option<NoWork> {
    let (title, said) = (shown::plain(title), shown::plain(&of_reporter(text)));
    let whole = format!("{title}\n{said}");
    let plainly: [(NoWork, bool); 10] = [
        (NoWork::Empty, words(&whole).is_empty()),
        (NoWork::Test, TRIAL.is_match(&whole) && !CODE.is_match(&whole)),
        (NoWork::AutomaticAnswer, AUTOMATIC.is_match(&said) && !CODE.is_match(&whole)),
        (NoWork::Advertisement, count(&ADVERTISES, &whole) >= 2),
        (NoWork::DependencyBump, BUMPS.is_match(&title)),
        (NoWork::Checklist, is_checklist(&title, &said)),
        (NoWork::OnlyLinks, is_only_links(&said)),
        (NoWork::Repeat, is_repeat(&title, &said)),
        (
            NoWork::AccountMatter,
            ACCOUNT.is_match(&whole) && !BROKEN.is_match(&whole) && !PRODUCT.is_match(&whole),
        ),
        (NoWork::Contradiction, contradicts(&whole)),
    ];
    if let Some((why, _)) = plainly.iter().find(|(_, holds)| *holds) {
        return Some(*why);
    }
    (UNTOLD.is_match(&whole) && !CODE.is_match(&whole) || !is_concrete(&title, &said))
        .then_some(NoWork::NothingConcrete)
}

/// A conversation without what the helpers in it say, and without the mark of who speaks.
fn of_reporter(text: &str) -> String {
    let mut helper = false;
    let mut kept = Vec::new();
    for line in text.lines() {
        let speaker = SPEAKER.captures(line);
        let rest = match &speaker {
            Some(found) => {
                let name = found.get(1).map_or("", |name| name.as_str()).to_lowercase();
                helper =
                    matches!(name.as_str(), "t" | "a" | "agent" | "support" | "team" | "staff" | "operator");
                found.get(0).map_or(line, |whole| &line[whole.end()..])
            }
            None => line,
        };
        if !helper {
            kept.push(rest);
        }
    }
    kept.join("\n")
}

fn count(pattern: &Regex, text: &str) -> usize {
    pattern.find_iter(text).map(|found| found.as_str()).collect::<BTreeSet<_>>().len()
}

fn is_checklist(title: &str, said: &str) -> bool {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let boxes = lines.iter().filter(|line| line.starts_with("- [") || line.starts_with("* [")).count();
    let mostly = boxes >= 2 && boxes * 2 > lines.len();
    mostly || (LISTS.is_match(title) && !FAULT.is_match(said) && !WANTS.is_match(said))
}

fn is_only_links(said: &str) -> bool {
    let links = said.split_whitespace().filter(|word| word.contains("://")).count();
    let others = said.split_whitespace().filter(|word| !word.contains("://")).count();
    links > 0 && others < 3
}

/// Nothing is left once what points elsewhere is taken away.
fn is_repeat(title: &str, said: &str) -> bool {
    let whole = format!("{title}\n{said}");
    if !POINTS.is_match(&whole) {
        return false;
    }
    let rest = POINTS.replace_all(&whole, " ");
    about_product(&rest).len() < LEAST_WORDS
}

/// Never and always of the same doing, or none and all of the same thing.
fn contradicts(whole: &str) -> bool {
    let never: BTreeSet<String> =
        NEVER.captures_iter(whole).filter_map(|found| found.get(1)).map(|verb| stem(verb.as_str())).collect();
    let always = ALWAYS
        .captures_iter(whole)
        .filter_map(|found| found.get(1).or_else(|| found.get(2)))
        .map(|verb| stem(verb.as_str()));
    let both = always.into_iter().any(|verb| never.contains(&verb));
    let shares = NONE.is_match(whole) && ALL.is_match(whole) && SAME.is_match(whole);
    both || shares
}

fn stem(verb: &str) -> String {
    let verb = ["ing", "ed", "es", "s"].iter().find_map(|end| verb.strip_suffix(end)).unwrap_or(verb);
    verb.trim_end_matches('e').to_owned()
}

/// Some sentence, with the title before it, tells about a thing of the product what happens or what is wanted.
fn is_concrete(title: &str, said: &str) -> bool {
    if CODE.is_match(title) || CODE.is_match(said) {
        return true;
    }
    let of_title = about_product(title).len();
    let tells = |text: &str| FAULT.is_match(text) || WANTS.is_match(text) || ASKS.is_match(text);
    let in_text = sentences(said).iter().any(|sentence| {
        let about = about_product(sentence.text).len();
        tells(sentence.text) && about >= LEAST_WORDS
    });
    let about_all = about_product(&format!("{title} {said}")).len();
    in_text || (tells(title) && of_title >= LEAST_WORDS) || about_all >= PLENTY
}

/// Words that are neither grammar nor mood nor about everything at once.
fn about_product(text: &str) -> BTreeSet<String> {
    words(text)
        .into_iter()
        .map(|word| word.trim_end_matches("'s").to_owned())
        .filter(|word| {
            word.chars().count() > 2
                && word.chars().any(char::is_alphabetic)
                && !GENERIC.contains(&word.as_str())
        })
        .collect()
}

const GENERIC: &[&str] = &[
    // grammar
    "the",
    "and",
    "but",
    "for",
    "not",
    "with",
    "without",
    "from",
    "into",
    "onto",
    "that",
    "this",
    "these",
    "those",
    "there",
    "here",
    "then",
    "than",
    "when",
    "while",
    "where",
    "which",
    "who",
    "whom",
    "whose",
    "what",
    "why",
    "how",
    "are",
    "was",
    "were",
    "been",
    "being",
    "have",
    "has",
    "had",
    "having",
    "does",
    "did",
    "doing",
    "done",
    "can",
    "could",
    "will",
    "would",
    "shall",
    "should",
    "may",
    "might",
    "must",
    "don't",
    "doesn't",
    "didn't",
    "isn't",
    "aren't",
    "wasn't",
    "can't",
    "cannot",
    "won't",
    "couldn't",
    "i'm",
    "i've",
    "it's",
    "they",
    "them",
    "their",
    "you",
    "your",
    "yours",
    "our",
    "ours",
    "his",
    "her",
    "she",
    "him",
    "its",
    "mine",
    "myself",
    "any",
    "all",
    "some",
    "every",
    "each",
    "both",
    "few",
    "more",
    "most",
    "other",
    "another",
    "such",
    "only",
    "own",
    "same",
    "too",
    "very",
    "just",
    "also",
    "even",
    "ever",
    "never",
    "always",
    "again",
    "still",
    "yet",
    "now",
    "soon",
    "once",
    "about",
    "above",
    "after",
    "before",
    "because",
    "since",
    "until",
    "though",
    "although",
    "through",
    "over",
    "under",
    "out",
    "off",
    "down",
    "one",
    "two",
    "per",
    "via",
    "like",
    "really",
    "quite",
    "much",
    "many",
    "lot",
    "lots",
    "bit",
    "way",
    "ways",
    "get",
    "gets",
    "got",
    "make",
    "makes",
    "making",
    "made",
    "let",
    "lets",
    "use",
    "used",
    "using",
    "goes",
    "going",
    "gone",
    "come",
    "comes",
    "take",
    "takes",
    "give",
    "gave",
    "given",
    "see",
    "look",
    "looks",
    "want",
    "wants",
    "need",
    "needs",
    "please",
    "thanks",
    "thank",
    "hello",
    "dear",
    "sorry",
    "regards",
    "hey",
    "yes",
    "okay",
    // about everything at once
    "everything",
    "nothing",
    "anything",
    "something",
    "everyone",
    "nobody",
    "anyone",
    "someone",
    "thing",
    "things",
    "stuff",
    "product",
    "products",
    "app",
    "application",
    "software",
    "service",
    "tool",
    "tools",
    "platform",
    "system",
    "company",
    "team",
    "support",
    "people",
    "guys",
    "folks",
    "project",
    "release",
    "releases",
    "update",
    "updates",
    "version",
    "versions",
    "customer",
    "customers",
    "client",
    "issue",
    "issues",
    "problem",
    "problems",
    "bug",
    "bugs",
    "help",
    "work",
    "works",
    "working",
    "worked",
    "today",
    "yesterday",
    "tomorrow",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "time",
    "times",
    "example",
    "examples",
    "detail",
    "details",
    "call",
    "money",
    "decision",
    "decisions",
    "experience",
    "feedback",
    "opinion",
    "generally",
    "general",
    "overall",
    "said",
    "says",
    "say",
    "tell",
    "told",
    "told",
    "relayed",
    "relaying",
    "think",
    "know",
    // mood
    "terrible",
    "awful",
    "horrible",
    "bad",
    "worse",
    "worst",
    "useless",
    "idiot",
    "idiots",
    "hell",
    "hate",
    "angry",
    "furious",
    "unhappy",
    "happy",
    "disappointed",
    "disappointing",
    "expected",
    "better",
    "best",
    "honest",
    "honestly",
    "reliable",
    "unreliable",
    "feel",
    "feels",
    "feeling",
    "garbage",
    "trash",
    "crap",
    "stupid",
    "joke",
    "ridiculous",
    "unacceptable",
    "frustrated",
    "frustrating",
    "annoyed",
    "annoying",
    "great",
    "rude",
    "good",
    "nice",
    "sad",
    "tired",
    "fed",
    "sick",
    "enough",
    "slowly",
    "switch",
    "switching",
    "leave",
    "leaving",
    "quit",
    "cancel",
    "cancelling",
    "done",
    "lost",
    "together",
    "understand",
    "believe",
    "care",
    "wrong",
    "broken",
    "sucks",
    "disaster",
    "nightmare",
    "mess",
    "waste",
    "pathetic",
    "incompetent",
    "shame",
    "fix",
    "fixed",
    "try",
    "tried",
    "wanted",
    "rock",
    "rocks",
    "cares",
    "waiting",
    "unbelievable",
    "next",
    "asked",
    "spoke",
    "duplicate",
    "closing",
    "closed",
    "morons",
    "moron",
    "shit",
    "fuck",
    "fucking",
    "damn",
    "love",
    "loved",
    "hope",
    "wish",
    "amazing",
    "awesome",
    "cool",
    "perfect",
    "excellent",
];

static SPEAKER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*((?i)c|t|u|a|agent|support|team|staff|operator|customer|user|client|visitor)\s*:\s*")
});
static TRIAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:please (?:ignore|disregard|delete)|ignore (?:this|me)|just (?:a )?test(?:ing)?\b|(?:this is )?(?:only )?a test (?:message|ticket|issue)|test(?:ing)? (?:the |this |our )?(?:widget|form|integration|webhook|chat|channel|inbox|ticket)|test test|asdf|qwerty|lorem ipsum|foo ?bar ?baz|1 ?2 ?3 ?test)\b",
    )
});
static AUTOMATIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bauto(?:mat(?:ic|ed))?[- ]?(?:reply|response|message|answer|generated|notification|e?-?mail)|\bout of (?:the )?office|\bon (?:annual|parental|sick|maternity|vacation)? ?leave until|\bdo not (?:reply|respond) to this|\bdon't reply to this|\bticket (?:has been|was) (?:created|received|opened)|\bdelivery (?:status )?(?:notification|has failed|failure)|\bmailer-daemon|\bundeliver(?:able|ed)|\bwe (?:have )?received your (?:e?-?mail|message|request)|\bunsubscribe\b|\b(?:currently|am) (?:away|on (?:vacation|holiday|leave))\b|\b(?:will|shall) (?:answer|reply|respond|get back)\b[^.\n]{0,40}\b(?:after|when|once|upon|on my|as soon)|\bthank you for (?:your (?:message|e-?mail|inquiry)|contacting|reaching out|getting in touch)|\bno-?reply@",
    )
});
static ADVERTISES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bseo\b|\bbacklinks?|\bfirst page\b|\branking|\bguarantee\w*|\bfree (?:audit|consultation|quote|trial offer|sample)|\bguest post|\bsponsored|\blow(?:est)? price|\bdear (?:sir|madam|sir/madam)|\bmarketing (?:services|agency)|\b(?:increase|boost|grow) your (?:traffic|sales|website|business|followers|revenue)|\bwe offer\b|\bcasino|\bcrypto(?:currency)?\b|\bbitcoin|\binvest(?:ment|ors?) (?:opportunit\w+|return)|\bloans?\b|\bviagra|\bleads? (?:list|database)|\bemail list|\bbuy (?:now|followers)|\bclick here\b|\blimited[- ]time|\bdiscount code|\bcongratulations\b|\byou have (?:won|been selected)|\bpartnership opportunit\w+|\bour (?:agency|services)|\bweb design (?:services|company)|\bbulk\b|\boutsourc\w+|\breply to this e?-?mail",
    )
});
static BUMPS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:(?:chore|build|fix|ci)?\s*\(deps(?:-dev)?\)\s*!?:|(?:\w+(?:\([\w-]+\))?:\s*)?(?:bump|upgrade|update) [\w@/.\[\]-]+ (?:from v?[\d.]+\S* )?to v?\d|(?:\w+(?:\([\w-]+\))?:\s*)?update dependency \S+)|\bdependabot\b|\brenovate\b|^\s*(?:\w+(?:\([\w-]+\))?:\s*)?release:? v?\d+\.\d",
    )
});
static LISTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:checklist|tracking(?: issue)?\s*:|roadmap|umbrella|epic\s*:|meta\s*:|weekly (?:sync|standup|notes)|standup|meeting notes|sprint (?:planning|retro\w*)|release notes|agenda|retrospective|planning\b.*\b(?:q[1-4]|sprint|20\d\d))",
    )
});
static POINTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:same (?:problem|issue|bug|thing|error|here)?\s*(?:as|like|with)?|duplicate of|dup(?:e)? of|see(?: also)?|related to|as in|like in|relates to|continuation of|follow[- ]up (?:to|of)|copy of)\s*#?\d+|(?:#|issue |ticket )\d+|\bsame (?:problem|issue|here)\b|\bme too\b|\+1\b|\bany (?:news|updates?|progress)\b|\bbump\b|\bsame as\b|https?://\S+",
    )
});
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\brefund\w*|\b(?:copy|copies|pdf) of (?:\w+ ){0,4}(?:invoices?|receipts?)|\b(?:send|resend|forward|email|get|need|have) (?:me |us )?(?:a |an |the |our |my )?(?:\w+ ){0,3}(?:invoices?|receipts?|quotes?|w-?9|purchase orders?)\b|\bdiscounts? (?:if|for|on)|\bpay (?:annually|yearly|monthly|by)|\bcancel (?:my|our|the) (?:subscription|plan|account|membership|contract|trial)|\bforgot to cancel|\b(?:upgrade|downgrade|change|switch) (?:my|our) (?:plan|subscription|billing|payment|card|invoice)|\bbilling (?:address|e?-?mail|contact|details|question)|\bvat (?:number|id)|\bpurchase order|\bprice quote|\bquote for\b|\bpricing (?:question|for|plan)|\bextend (?:my|our|the) trial|\b(?:charged|billed) (?:us |me )?(?:twice|again|for)|\bsales (?:team|rep)|\btax (?:form|exempt\w*|certificate)|\bnda\b|\bdpa\b|\b(?:delete|close|remove) (?:my|our) (?:account|organi[sz]ation)\b|\brenewal (?:date|quote|price)|\bnon-?profit (?:discount|pricing)|\bstartup (?:program|discount)|\bchange (?:the )?(?:owner|name) of (?:my|our) account|\bjob (?:opening|application|position)|\bapply for (?:the|a) (?:job|position|role)",
    )
});
/// What is said of a product and not of a contract.
static PRODUCT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bfeature|\b(?:able to|option|setting|button|endpoint|api|browser|click\w*|press\w*|screen|checkout|repro\w*|steps|web ?site|form|tab|dashboard|export|import|webhook|integration)\b|\b(?:customers?|users?) (?:ask|want|need|expect|see)",
    )
});
static UNTOLD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:could|can|did|would|was|were|is|are)(?: not|n't) (?:able to )?(?:give|provide|share|say|tell|name|recall|remember|describe|explain|be (?:more )?specific)\b|\bcouldn't (?:give|provide|say|name|recall|describe)\b|\bno (?:further |more |other )?(?:details|specifics|examples?|steps|information)(?: (?:were|was|given|provided|available))?\b|\b(?:refused|declined|unable) to (?:give|provide|share|say|elaborate|explain)|\bdoes(?:n't| not) (?:say|know) (?:what|which|where)|\bwithout (?:giving )?(?:any )?(?:details|examples?|specifics)|\bdidn't elaborate|\bvague\b",
    )
});
/// What programs write and people quote.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b\w+(?:error|exception)\b\s*[:(]|\bat \S+ ?\([^)\n]+:\d+|\bfile \x22[^\x22\n]+\x22, line \d+|\btraceback\b|\b\w[\w/-]*\.(?:py|js|jsx|ts|tsx|go|rs|java|kt|rb|php|cs|swift|c|cpp|vue|sql|ya?ml|toml):\d+|\b(?:http )?(?:4\d\d|5\d\d) (?:error|status|response|forbidden|unauthorized|not found|bad request|bad gateway|internal server|service unavailable|too many)|\bstatus(?: code)? (?:4|5)\d\d\b|\b(?:err_|econn|enoent|etimedout)\w*|`[^`\n]{3,}`|\bsegfault|\bpanic(?:ked)?\b|\bstack trace",
    )
});
static FAULT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:does|do|did|is|are|was|were|will|would|can|could|has|have)(?: not|n't)|cannot|won't|never|no longer|not)\b \w+|\b(?:fails?|failed|failing|failures?|errors?|crash\w*|blank|empty|missing|incorrect\w*|slow|laggy|broken|breaks?|timeouts?|times? out|timed out|timing out|ignored|ignores|drops?|dropped|loses|stuck|freez\w+|frozen|hangs?|duplicat\w+|flicker\w*|reject\w*|denied|blocked|blocks|overwrit\w+|truncat\w+|overlap\w*|corrupt\w*|invalid|unexpected\w*|instead of|mismatch\w*|regress\w*|throws?|exceed\w*|leak\w*|disappear\w*|vanish\w*|unable|wrong|off by|out of (?:sync|memory|order)|stale|outdated|bug|unreadable|misaligned|cut off|reset\w*|reappear\w*|stopp?(?:s|ed)|conflicts?|infinite|loop\w*|zero|unresponsive|don't add up|doubled|twice|late|delayed|undefined|null|nan|hidden|grey(?:ed)?|disabled|expired?|unsupported|violat\w+|403|404|500|502|503|504|401|429|cors|keeps?|still|only|shows?|displays?|returns?|appears?|takes|lands?|redirects?|expected|actual)\b",
    )
});
/// Words of a fault that are of no other use.
static BROKEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:does|did|is|are|was|were)(?: not|n't)|cannot|won't|never) \w+|\b(?:fails?|failed|failing|errors?|crash\w*|blank|missing|incorrect\w*|slow|broken|timeouts?|times? out|stuck|freez\w+|hangs?|duplicat\w+|disappear\w*|vanish\w*|wrong|bug|stale|403|404|500)\b",
    )
});
static WANTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:would|'d) (?:love|like|be|need|prefer|want|help)|i'd|we'd|feature request|wish(?:list)?|please (?:add|support|allow|make|let|implement|provide|consider|enable|extend|change|remove)|add(?:ing)?|support for|allow(?:s|ing)?|enable|option to|ability to|able to|should|could (?:you|we) (?:add|have|make|support)|need(?:s)? (?:to|a|an|the|some|more)|must|want(?:s)? (?:to|a|an)|request\w*|implement|introduce|accept|improve|instead|let (?:us|me|users|people)|provide|missing|lacks?|speed up|reduce|migrate|replace|rename|refactor|rotate|expose|suggestion|idea|proposal|proposes?|it'd|can we (?:have|get|add)|any plans?)\b",
    )
});
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:how (?:do|can|to|should|does|would|could|is|are|long|many|much)|can (?:i|we|you)|is it possible|is there (?:a|an|any)|what (?:is|are|does|do|headers?|happens|should|would|settings?)|why (?:is|are|does|do|did)|where (?:is|are|can|do|does)|which|does (?:it|the|this|your)|do (?:i|we|you)|are there)\b",
    )
});
static NEVER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:never|(?:does|do|did)(?: not|n't) (?:ever )?)\s*(\w{3,})"));
static ALWAYS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:keeps?|always|constantly|continuously)\s+(\w{3,})|\b(\w{3,})\s+(?:on |at |for |with )?(?:every (?:single )?|each (?:and every )?|all the time|constantly)",
    )
});
static NONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[^\d.])0(?:\.0+)? ?(?:%|percent)|\bnone of\b|\bno one\b|\balways empty\b")
});
static ALL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b100(?:\.0+)? ?(?:%|percent)|\ball of\b|\beveryone\b|\balways full\b"));
static SAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\bsame\b|\balso\b|\beither\b|\btoo\b|\bat the same time\b|\bsimultaneously\b")
});
