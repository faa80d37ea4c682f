//! What must not be obeyed by whoever works on a text: found, and quoted. Pure.
//!
//! Most of it are directives (`clauses.rs`) about things that no repair needs: secrets sent away, checks turned off, code of
//! somebody else's run, tracks covered. A report about such things is no directive and passes.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::clauses::{Clause, Sentence, sentences, words};
use super::{pattern, shown};

/// Letters of a fragment that are quoted.
const QUOTED: usize = 120;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    Hidden,
    Encoded,
    SpeaksToAgents,
    AsksForSecrets,
    SendsAway,
    CoversUp,
    RunsForeignCode,
    WeakensSecurity,
    GrantsAccess,
    Destroys,
    SkipsReview,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub danger: Danger,
    pub fragment: String,
}

impl Danger {
    pub fn words(self) -> &'static str {
        match self {
            Self::Hidden => "the text hides letters",
            Self::Encoded => "the text encodes words",
            Self::SpeaksToAgents => "the text instructs whoever works on it",
            Self::AsksForSecrets => "the text asks for secrets",
            Self::SendsAway => "the text asks to send people's data away",
            Self::CoversUp => "the text asks to cover something up",
            Self::RunsForeignCode => "the text asks to run somebody else's code",
            Self::WeakensSecurity => "the text asks to weaken security",
            Self::GrantsAccess => "the text asks to let somebody in",
            Self::Destroys => "the text asks to destroy what is kept",
            Self::SkipsReview => "the text asks to get around review",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.danger.words(), self.fragment)
    }
}

/// The first thing that must not be obeyed.
pub(super) fn find(title: &str, text: &str) -> Option<Finding> {
    let whole = format!("{title}\n{text}");
    if let Some(fragment) = shown::hidden(&whole) {
        return Some(finding(Danger::Hidden, &fragment));
    }
    if let Some(found) = of_plain(&shown::plain(&whole)) {
        return Some(found);
    }
    let (stood, words) = shown::encoded(&whole).into_iter().next()?;
    Some(finding(Danger::Encoded, &format!("{stood}… = {words}")))
}

fn of_plain(plain: &str) -> Option<Finding> {
    if let Some(found) = SPEAKS.iter().find_map(|pattern| pattern.find(plain)) {
        return Some(finding(Danger::SpeaksToAgents, from_word(plain, found.start())));
    }
    if let Some(found) = COVERS.find(plain) {
        return Some(finding(Danger::CoversUp, found.as_str()));
    }
    sentences(plain).iter().find_map(of_sentence)
}

fn from_word(plain: &str, at: usize) -> &str {
    plain[at..].trim_start_matches(|c: char| !c.is_alphanumeric())
}

fn finding(danger: Danger, fragment: &str) -> Finding {
    let one_line: String = fragment.split_whitespace().collect::<Vec<_>>().join(" ");
    Finding { danger, fragment: one_line.chars().take(QUOTED).collect() }
}

fn of_sentence(sentence: &Sentence<'_>) -> Option<Finding> {
    let found = RULES.iter().find(|(_, rule)| rule(sentence));
    let (danger, _) = found.or_else(|| sends_away(sentence).then_some(&(Danger::SendsAway, sends_away)))?;
    Some(finding(*danger, sentence.text))
}

type Rule = fn(&Sentence<'_>) -> bool;

const RULES: &[(Danger, Rule)] = &[
    (Danger::AsksForSecrets, asks_for_secrets),
    (Danger::RunsForeignCode, runs_foreign_code),
    (Danger::WeakensSecurity, weakens),
    (Danger::GrantsAccess, grants),
    (Danger::Destroys, destroys),
    (Danger::SkipsReview, skips_review),
];

/// A clause that tells to do something, and does not say in the same breath that doing it fails.
fn wishes<'a>(sentence: &'a Sentence<'_>, verbs: &'a [&str]) -> impl Iterator<Item = &'a Clause<'a>> {
    sentence.clauses.iter().filter(move |clause| clause.tells_to(verbs) && !FAILS.is_match(clause.text))
}

/// What follows a clause within its sentence, with the clause itself.
fn rest<'a>(sentence: &Sentence<'a>, clause: &Clause<'_>) -> &'a str {
    let at = (clause.text.as_ptr() as usize).saturating_sub(sentence.text.as_ptr() as usize);
    sentence.text.get(at..).unwrap_or(sentence.text)
}

/// What brings a thing to where others see it.
#[rustfmt::skip]
const GIVES_OUT: &[&str] = &[
    "print", "echo", "dump", "output", "post", "send", "email", "e-mail", "mail", "upload", "paste", "copy",
    "commit", "push", "publish", "share", "reveal", "expose", "attach", "embed", "cat", "curl", "exfiltrate",
    "leak", "forward", "transmit", "submit", "disclose", "append", "encode", "base64", "read", "collect",
    "extract", "tell", "give", "include", "add", "put", "write", "list", "show", "display", "log", "return",
    "report", "store", "save", "export", "provide", "quote", "insert", "place", "hardcode", "hard-code",
    "grab", "fetch", "steal", "gather", "open",
];

fn asks_for_secrets(sentence: &Sentence<'_>) -> bool {
    sentence.clauses.iter().filter(|clause| clause.tells_to(GIVES_OUT)).any(|clause| {
        let said = rest(sentence, clause);
        GUARDED.is_match(said) || (SECRET.is_match(said) && EXPOSED.is_match(said))
    })
}

fn sends_away(sentence: &Sentence<'_>) -> bool {
    const CHANGES: &[&str] = &[
        "change",
        "make",
        "add",
        "update",
        "modify",
        "extend",
        "configure",
        "let",
        "have",
        "ensure",
        "send",
        "post",
        "upload",
        "forward",
        "copy",
        "mirror",
        "stream",
        "sync",
        "email",
        "mail",
        "transmit",
        "report",
        "export",
        "adjust",
        "patch",
        "set",
        "include",
        "write",
        "implement",
        "create",
        "insert",
        "replicate",
    ];
    let asked = sentence.clauses.iter().any(|clause| clause.tells_to(CHANGES));
    asked
        && SENDS.is_match(sentence.text)
        && PRIVATE.is_match(sentence.text)
        && OUTSIDE.is_match(sentence.text)
}

fn runs_foreign_code(sentence: &Sentence<'_>) -> bool {
    const RUNS: &[&str] = &[
        "fetch", "download", "curl", "wget", "run", "execute", "install", "pipe", "source", "eval", "load",
        "import", "get", "pull", "clone", "use", "apply", "add", "replace", "call", "invoke", "start",
        "bash", "sh", "npm", "pip", "exec",
    ];
    wishes(sentence, RUNS).any(|clause| {
        let said = rest(sentence, clause);
        ADDRESS.is_match(said) && FOREIGN.is_match(said)
    })
}

fn weakens(sentence: &Sentence<'_>) -> bool {
    const OFF: &[&str] = &[
        "disable",
        "remove",
        "skip",
        "bypass",
        "drop",
        "weaken",
        "relax",
        "deactivate",
        "strip",
        "circumvent",
        "delete",
        "ignore",
        "suppress",
        "downgrade",
        "loosen",
        "stop",
        "comment",
    ];
    const OFF_IN_TWO: &[(&str, &str)] =
        &[("turn", "off"), ("switch", "off"), ("shut", "off"), ("comment", "out"), ("opt", "out")];
    let off = |clause: &&Clause<'_>| clause.tells_to(OFF) || clause.tells_to_two(OFF_IN_TWO);
    let by_word = sentence
        .clauses
        .iter()
        .filter(off)
        .any(|clause| is_protection(clause.text) && !FAILS.is_match(clause.text));
    by_word || wishes(sentence, &["set", "use", "add", "pass"]).any(|clause| UNCHECKED.is_match(clause.text))
}

/// What protects, and not the link or page that has its name.
fn is_protection(text: &str) -> bool {
    PROTECTION.find_iter(text).any(|found| {
        let next: Vec<&str> = words(&text[found.end()..]).into_iter().take(2).collect();
        !next.iter().any(|word| PIECES.contains(word))
    })
}

/// Pieces of a page.
const PIECES: &[&str] = &[
    "link",
    "links",
    "page",
    "pages",
    "button",
    "buttons",
    "banner",
    "email",
    "e-mail",
    "label",
    "text",
    "icon",
    "menu",
    "prompt",
    "dialog",
    "screen",
    "form",
    "field",
    "section",
    "tab",
    "docs",
    "documentation",
    "message",
    "badge",
    "tooltip",
    "modal",
    "popup",
    "column",
    "entry",
    "entries",
    "example",
];

fn grants(sentence: &Sentence<'_>) -> bool {
    const LETS_IN: &[&str] = &[
        "add",
        "grant",
        "make",
        "give",
        "create",
        "promote",
        "insert",
        "register",
        "whitelist",
        "allow",
        "invite",
        "elevate",
        "append",
        "put",
        "open",
        "install",
        "plant",
        "include",
        "introduce",
        "leave",
        "hardcode",
        "assign",
    ];
    wishes(sentence, LETS_IN).any(|clause| {
        let said = rest(sentence, clause);
        BACKDOOR.is_match(said) || (POWER.is_match(said) && SOMEBODY.is_match(said))
    })
}

fn destroys(sentence: &Sentence<'_>) -> bool {
    const ENDS: &[&str] = &[
        "delete",
        "drop",
        "truncate",
        "wipe",
        "erase",
        "purge",
        "destroy",
        "rm",
        "overwrite",
        "clear",
        "remove",
    ];
    wishes(sentence, ENDS).any(|clause| KEPT.is_match(clause.text)) || ROOT_GONE.is_match(sentence.text)
}

fn skips_review(sentence: &Sentence<'_>) -> bool {
    const BRINGS: &[&str] = &[
        "merge",
        "push",
        "deploy",
        "approve",
        "ship",
        "release",
        "commit",
        "publish",
        "force",
        "land",
        "force-push",
    ];
    const SKIPS: &[&str] = &["skip", "bypass", "avoid", "disable", "circumvent", "ignore", "override"];
    wishes(sentence, BRINGS).any(|clause| UNREVIEWED.is_match(clause.text))
        || wishes(sentence, SKIPS).any(|clause| REVIEW.is_match(clause.text))
}

static SPEAKS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?:^|[^a-z' ]|[^a-z](?:please |must |should |now |just |and |then |you )+|[^to] )\b(?:ignore|disregard|forget|override|discard)\b(?: all| any| the| your| my| these| those| of| every)* (?:previous|prior|above|earlier|preceding|system|initial|original|existing|former)(?: \w+)? ?(?:instruction|prompt|directive|command|guideline|rule|order|context|message|polic)",
        r"\b(?:ignore|disregard|forget|override|discard)\b(?: all| any| the| your| of| every)* (?:instruction|prompt|directive|guideline|rule|order)s?\b(?: \w+)? (?:above|before|so far|that came|you (?:were|have|got))",
        r"\b(?:note|message|instructions?|attention|notice|reminder|hint|memo|request|command)\b (?:to|for) (?:the |any |all |whichever |whatever |our |your )?(?:\w+ ){0,2}(?:ai|llm|bot|agents?|assistants?|model|copilot|automat\w+(?: \w+)?)\b[^.\n]{0,40}[:,;-]",
        r"\b(?:dear|hey|hi|hello|attention|listen),? (?:ai|llm|(?:coding|automated|autonomous|ai) (?:agent|assistant|engineer|model|bot|reviewer))",
        r"\b(?:if|as|since|because|when) (?:you are|you're) (?:an? )?(?:ai|llm|(?:large )?language model|bot|(?:ai |coding |automated |autonomous )*(?:agent|assistant))\b",
        r"\b(?:ai|coding|automated|autonomous|llm) (?:agents?|assistants?|models?|bots?|engineers?|reviewers?)(?: \w+){0,6} (?:must|should|shall|need to|have to|are required to|is required to)\b",
        r"<!--\s*(?:(?:note|dear|to|for|hey|attention|the|any|all|coding|automated|ai) )*(?:assistant|system|ai|agent|bot|model|developer|copilot|reviewer|engineer)s?\b\s*[:,-]",
        r"\bas (?:the|an?) (?:\w+ )?(?:agent|assistant|ai|bot|language model)\b[^.\n]{0,30}\b(?:you|must|should)\b",
        r"<\|?(?:im_start|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>",
        r"\byou are now (?:in |an? |the |going |acting |operating |free|running |allowed |authori)",
        r"\bnew (?:system )?(?:instructions?|prompt|rules|task)\s*:",
        r"\b(?:reveal|print|show|output|repeat|tell|disclose|leak)\b(?: me| us)?(?: the| your| its| all| full)* (?:system|hidden|initial|original) (?:prompt|instructions?)",
        r"\bdo anything now\b|\bjailbreak|\bpretend (?:to be|you are|that you)|\bact as (?:if you|an? (?:unrestricted|different))",
        r"\b(?:ignoriere?|missachte|vergiss)\b[^.\n]{0,30}\b(?:anweisung|regel|vorgabe|befehl)",
        r"\b(?:ignora|olvida|descarta|ignore|esquece|desconsidere)\b[^.\n]{0,30}\b(?:instrucciones|instruções|reglas|regras|órdenes|indicaciones)",
        r"\b(?:ignore[zs]?|oublie[zs]?)\b[^.\n]{0,30}\b(?:instructions|consignes|règles|directives) (?:précédentes|ci-dessus|antérieures)",
        r"\b(?:ignora|dimentica)\b[^.\n]{0,30}\b(?:istruzioni|regole)",
    ]
    .map(pattern)
    .into()
});

static COVERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:do not|don't|never|without|and not|avoid) (?:mention(?:ing)?|disclos(?:e|ing)|reveal(?:ing)?|document(?:ing)?|report(?:ing)?|explain(?:ing)?|describ(?:e|ing)|not(?:e|ing)|record(?:ing)?|list(?:ing)?) (?:this|it|that|these|them|any of (?:this|it)|the change)\b|\b(?:do not|don't|never|without) (?:tell(?:ing)?|inform(?:ing)?|alert(?:ing)?|notify(?:ing)?|ask(?:ing)?|warn(?:ing)?) (?:anyone|anybody|(?:the |any )?(?:user|team|reviewers?|maintainers?|owners?|humans?|developers?|security)\b)|\bkeep (?:this|it) (?:a )?(?:secret|quiet|hidden|confidential|between us|out of (?:the )?(?:changelog|pull request|pr|commit|release notes))|\b(?:hide|conceal|disguise) (?:this|it|that|the change|these changes)(?: \w+)? (?:from|in|as|inside)\b|\bmake it look like\b",
    )
});

static FAILS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:fails?|failed|failing|errors?|exits?|crash\w*|broken?|breaks?|does not|doesn't|do not work|don't work|did not|didn't|returns?|throws?|times? out|hangs?|is (?:slow|wrong|missing|ignored|stuck)|not found|no longer|never)\b",
    )
});

/// Nothing that a repair reads out to anybody.
static GUARDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:every|all|each|any|the|your|its|full|entire|whole)(?: \w+)? (?:environment|env) var|environment variables?\b|values? of (?:\w+ ){0,2}[$`]?\w*(?:token|secret|password|api_?key)|env vars\b|process\.env\b|os\.environ|contents? of (?:\w+ ){0,2}[~/.\w-]*(?:\.env|secret|credential|\.ssh|\.aws|\.npmrc|\.netrc|id_)|private keys?\b|ssh keys?\b|id_(?:rsa|ed25519|dsa|ecdsa)\b|kubeconfig|keychain|169\.254\.169\.254|(?:aws|cloud|deploy\w*|production|database|db|admin|root|ci|service account|server) (?:credentials?|secrets?|passwords?)\b)|~/\.(?:ssh|aws|netrc|npmrc|kube|docker|gnupg|config)|/etc/(?:passwd|shadow)|(?:^|[\s/`'])\.env\b",
    )
});

static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:secrets?|credentials?|\w+_(?:token|key|secret|password)|(?:api|access|secret|signing|encryption|auth|license|master)[ _-]?keys?|tokens?|passwords?|password hash\w*|cookies?|connection strings?|\.env|certificates?|env(?:ironment)?)\b",
    )
});

/// Where strangers read it.
static EXPOSED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"https?://|[\w.+-]+@[\w-]+\.\w|\b(?:to|in|into|on|as|with|under|at|inside) (?:a |an |the |this |that |your |our |its |any |new |public |first |next )*(?:pull request|pr\b|description|comment|issue|changelog|change log|commit|repo|repository|readme|fixture|gist|pastebin|branch|build log|ci log|test output|log output|artifact|public|external|webhook|attachment|reply|answer|ticket|summary|slack|discord|telegram)",
    )
});

static SENDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:sends?|sending|posts?|posting|uploads?|uploading|forwards?|forwarding|transmits?|copy|copies|copying|mirrors?|streams?|syncs?|e?-?mails?|reports?|exports?|writes?|pushes|push|replicates?|bcc|beacons?|includes?|submits?)\b",
    )
});

static PRIVATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:passwords?|password hash\w*|secrets?|tokens?|credentials?|cookies?|session ids?|card (?:number|data)s?|credit cards?|e-?mail address(?:es)?|phone numbers?|personal (?:data|information)|private (?:data|messages?)|social security|(?:every|all|each)(?: of)?(?: the| our)? (?:customer|user|account|request|message|order|payment|record)s?\b|(?:customer|user)s?'?s? (?:data|records?|e-?mails?|names?|addresses)|database|source code|keystrokes?|form inputs?|api keys?|environment)",
    )
});

static OUTSIDE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"https?://|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:to|at) [\w.+-]+@[\w-]+\.\w"));

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"https?://|\bftp://|\bgit@|\bgit\+|\b\d{1,3}(?:\.\d{1,3}){3}\b"));

static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\|\s*(?:sudo )?(?:ba|z|da|k)?sh\b|\|\s*(?:sudo )?(?:python\d?|node|perl|ruby|php|iex)\b|\b(?:pipe|feed|pass)\b[^.\n]{0,40}\b(?:sh|bash|shell|python|node|interpreter|root)\b|\b(?:and|then|,) (?:\w+ )?(?:run|execute|eval|source|install)\b|\b(?:run|execute|eval|source|install|import|load)\b[^\n]{0,60}(?:from |at )?(?:https?://|ftp://|git@|git\+)|\bscript\b",
    )
});

static PROTECTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:signature|certificate|cert|tls|ssl|https|host ?key|identity|token|jwt)s?'? (?:\w+ )?(?:verif\w+|valid\w+|check\w*|pinning)|\b(?:verif\w+|valid\w+|check\w*) of (?:\w+ ){0,2}(?:signature|certificate|token)s?|\bauthenticat\w+|\bauthori[sz]ation|\b(?:auth|permission|access|ownership|role|security|integrity|checksum|csrf|tenant)[ -](?:check|control|scan|guard|header|polic|validation|protection|token|middleware|filter)\w*|\bcsrf\b|\bsandbox\w*|\bfirewall|\baudit[ _-]?(?:log|trail)\w*|\bbranch protection|\bsecret scanning|\bencryption|\b(?:two|multi)[ -]factor|\bmfa\b|\b2fa\b|\binput (?:validation|sanit\w+)|\bsanit\w+|\bsecurity (?:\w+ )?(?:check|scan|test|alert|review|warning|rule)s?",
    )
});

static UNCHECKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"verify\s*[:=]\s*false|rejectunauthorized\s*[:=]\s*false|insecure[_-]?skip|--insecure|--no-verify|--no-check-certificate|chmod (?:-r )?0?777|node_tls_reject_unauthorized",
    )
});

static BACKDOOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bback ?-?door|\bauthorized_keys\b|\bsudoers\b|\bmaster password|\breverse shell|\bhard-?coded? (?:\w+ )?(?:password|credential|token|login)|\b(?:hidden|secret) (?:\w+ )?(?:user|account|admin|endpoint|route|login)|\b(?:user|account|admin\w*)\b[^.\n]{0,40}\bwith (?:the )?(?:password|pass)\b",
    )
});

static POWER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:as|to|into)(?: an?| the| our)?(?: \w+)? (?:admin\w*|owners?|maintainers?|superusers?|root|collaborators?|sudo\w*|allow-?list|whitelist|trusted)\b|\b(?:admin\w*|root|owner|write|full|superuser|elevated|push)[ -](?:access|rights?|role|privileges?|permissions?)|\bsuperuser|\baccess to (?:everything|all|production|the (?:server|database|repo\w*))",
    )
});

static SOMEBODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[\w.+-]+@[\w-]+\.\w|\b(?:my|this|the following|our contractor|following) (?:account|user|key|e-?mail|login|ip)|\b(?:account|user|login) [`'\x22@]?[\w]+[-_.\d][\w.-]*|\bssh-(?:rsa|ed25519)\b|\bfor me\b|\bgive me\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?:^|\s)@[\w-]+",
    )
});

static KEPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\baudit[ _-]?(?:log|trail)\w*|\bbackups?\b|\b(?:the|whole|entire|production|prod|live|customer|all)(?: \w+)? (?:database|data ?store|repo(?:sitory)?|git history|history)\b|\bdatabases?\b$|\bproduction (?:data|tables?|database)|\b(?:users?|customers?|accounts?|orders?|payments?) tables?\b|\bgit history|\beverything\b|\brm -rf|\bdrop (?:table|database) [\w.`]+\s*;?$|\ball (?:the )?(?:tables|databases|branches|repositories|customer data|user data|logs)\b|\b(?:server|access|security|system) logs?\b",
    )
});

static ROOT_GONE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\brm -(?:rf|fr|r -f) (?:--no-preserve-root )?(?:/|~|\*|\$home)(?:\s|$|\*)"));

static UNREVIEWED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bwithout (?:any |a |the |further |human |waiting for )*(?:review\w*|approval\w*|tests?|testing|asking|confirmation|checks?|ci\b|permission)|\b(?:directly|straight|right)(?: in)?(?:to| to| into| on)? (?:main|master|production|prod|trunk|the default branch|release)\b|--force\b|\bforce[ -]push(?:ing)? (?:the|it|this|that|your|my|our|all|everything|result|to|directly|over)\b|\b(?:bypass|skip)\w* (?:\w+ )?(?:review\w*|protection|checks?|ci|tests?)|--no-verify|\bthis (?:pr|pull request|change) (?:yourself|immediately|now)",
    )
});

static REVIEW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:code |human |peer |security |the |all |any |required )*(?:reviews?|reviewers?|approvals?|ci (?:checks?|pipeline)|(?:failing|failed|red) (?:checks?|tests?|builds?|ci)|branch protection|status checks?|pre-?commit hooks?|code ?owners)\b",
    )
});
