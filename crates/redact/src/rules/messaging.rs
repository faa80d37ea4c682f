//! Secrets of services that send messages, mails and payments: Slack, Discord, Telegram, SendGrid, Twilio, Stripe.

use crate::bytes::Class;
use crate::rules::token::Length::{AtLeast, Exactly};
use crate::rules::token::{anywhere, path, varied, word};
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const SLACK: &str = "slack-token";
const SLACK_WEBHOOK: &str = "slack-webhook";
const DISCORD_WEBHOOK: &str = "discord-webhook";
const TELEGRAM: &str = "telegram-token";
const SENDGRID: &str = "sendgrid-key";
const MAILGUN: &str = "mailgun-key";
const TWILIO: &str = "twilio-key";
const STRIPE: &str = "stripe-key";
const SQUARE: &str = "square-token";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(SLACK, "Slack tokens: xoxb-, xoxp-, xapp- and their kin"),
        Rule::exact(SLACK_WEBHOOK, "the secret path of a Slack webhook"),
        Rule::exact(DISCORD_WEBHOOK, "the secret path of a Discord webhook"),
        Rule::exact(TELEGRAM, "Telegram bot tokens"),
        Rule::exact(SENDGRID, "SendGrid keys: SG."),
        Rule::exact(MAILGUN, "Mailgun keys: key-"),
        Rule::exact(TWILIO, "Twilio keys: SK and 32 hexadecimal digits"),
        Rule::exact(STRIPE, "Stripe secret keys and webhook secrets; publishable keys (pk_) stay"),
        Rule::exact(SQUARE, "Square tokens: sq0atp-, sq0csp-, EAAA"),
    ],
    anchors: &[
        anywhere("xoxb-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxp-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxa-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxc-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxd-", SLACK, Class::CREDENTIAL, AtLeast(16)),
        anywhere("xoxe-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxo-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxr-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xoxs-", SLACK, Class::SLUG, AtLeast(16)),
        anywhere("xapp-", SLACK, Class::SLUG, AtLeast(24)),
        anywhere("xwfp-", SLACK, Class::SLUG, AtLeast(24)),
        path("hooks.slack.com/services/", SLACK_WEBHOOK, Class::BASE64, AtLeast(20)),
        path("hooks.slack.com/workflows/", SLACK_WEBHOOK, Class::BASE64, AtLeast(20)),
        path("hooks.slack.com/triggers/", SLACK_WEBHOOK, Class::BASE64, AtLeast(20)),
        Anchor::exact("/api/webhooks/", discord),
        Anchor::exact(":AA", telegram),
        word("SG.", SENDGRID, Class::DOTTED, AtLeast(50)),
        word("key-", MAILGUN, Class::LOWER_HEX, Exactly(32)),
        word("SK0", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK1", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK2", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK3", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK4", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK5", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK6", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK7", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK8", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SK9", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SKa", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SKb", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SKc", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SKd", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SKe", TWILIO, Class::LOWER_HEX, Exactly(31)),
        word("SKf", TWILIO, Class::LOWER_HEX, Exactly(31)),
        anywhere("sk_live_", STRIPE, Class::BASE62, AtLeast(16)),
        anywhere("sk_test_", STRIPE, Class::BASE62, AtLeast(16)),
        anywhere("rk_live_", STRIPE, Class::BASE62, AtLeast(16)),
        anywhere("rk_test_", STRIPE, Class::BASE62, AtLeast(16)),
        anywhere("whsec_", STRIPE, Class::BASE64, AtLeast(24)),
        anywhere("sq0atp-", SQUARE, Class::SLUG, AtLeast(22)),
        anywhere("sq0csp-", SQUARE, Class::SLUG, AtLeast(40)),
        word("EAAA", SQUARE, Class::SLUG, AtLeast(56)),
    ],
};

/// `/api/webhooks/<number>/<token>`: the token goes, the address stays.
fn discord(window: &Window<'_>, sink: &mut Sink<'_>) {
    let digits = window.run(Class::DIGIT, window.end, 24);
    if digits < window.end + 15 || window.byte(digits) != Some(b'/') {
        return;
    }
    let end = window.run(Class::SLUG, digits + 1, 128);
    if end >= digits + 40 && varied(window.slice(digits + 1, end)) {
        sink.take(window, DISCORD_WEBHOOK, digits + 1, end, Tail::Closed);
    }
}

/// `<8 to 10 digits>:AA<33 more>`.
fn telegram(window: &Window<'_>, sink: &mut Sink<'_>) {
    let start = window.run_back(Class::DIGIT, window.start, 11);
    let digits = window.start - start;
    let end = window.run(Class::SLUG, window.end, 34);
    let begins = window.word_starts(start) || window.slice(0, start).ends_with(b"bot");
    if (8..=10).contains(&digits)
        && end == window.end + 33
        && window.word_ends(end)
        && begins
        && varied(window.slice(window.end, end))
    {
        sink.take(window, TELEGRAM, start, end, Tail::Closed);
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn chat_secrets_go() {
        goes(
            "slack-token",
            &[
                ("xo¦xb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx", "[redacted:slack-token]"),
                ("(xa¦pp-1-A0B1C2D3E4F-1234567890-abcdef0123456789)", "([redacted:slack-token])"),
                ("d=xo¦xd-AbC%2BdEf%2F0123456789ghij; x", "d=[redacted:slack-token]; x"),
            ],
        );
        goes(
            "slack-webhook",
            &[(
                "https://hooks.sl¦ack.com/services/T00000001/B00000002/AbCdEfGhIjKlMnOpQrStUvWx failed",
                "https://hooks.slack.com/services/[redacted:slack-webhook] failed",
            )],
        );
        goes(
            "discord-webhook",
            &[(
                "https://discord.com/api/web¦hooks/123456789012345678/Ab3dEf6hIj9kLmOpRsTuVwXyZ0-Ab3dEf6hIj9kLmOpRsTuVwXyZ0_x",
                "https://discord.com/api/webhooks/123456789012345678/[redacted:discord-webhook]",
            )],
        );
        goes(
            "telegram-token",
            &[(
                "https://api.telegram.org/bot123456789:A¦AAb3dEf6hIj9kLmOpRsTuVwXyZ01234567/getMe",
                "https://api.telegram.org/bot[redacted:telegram-token]/getMe",
            )],
        );
    }

    #[test]
    fn mail_and_payment_secrets_go() {
        goes(
            "sendgrid-key",
            &[(
                "S¦G.Ab3dEf6hIj9kLmOpRsTuVw.Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h",
                "[redacted:sendgrid-key]",
            )],
        );
        goes("twilio-key", &[("S¦K0123456789abcdef0123456789abcdef", "[redacted:twilio-key]")]);
        goes("mailgun-key", &[("api:ke¦y-0123456789abcdef0123456789abcdef", "api:[redacted:mailgun-key]")]);
        goes(
            "stripe-key",
            &[
                ("sk_l¦ive_4eC39HqLyjWDarjtT1zdp7dc", "[redacted:stripe-key]"),
                ("rk_t¦est_4eC39HqLyjWDarjtT1zdp7dc", "[redacted:stripe-key]"),
                ("wh¦sec_4eC39HqLyjWDarjtT1zdp7dc4eC39Hq", "[redacted:stripe-key]"),
            ],
        );
        goes("square-token", &[("sq0¦atp-Ab3dEf6hIj9kLmOpRsTuVw", "[redacted:square-token]")]);
    }

    #[test]
    fn look_alikes_stay() {
        stays(&[
            "pk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "DISK0123456789abcdef0123456789abcdef",
            "https://hooks.slack.com/services/",
            "at GET /api/webhooks/123456789012345678/messages",
            "12:AAB",
            "xoxb-your-token-here",
            "MSG.Ab3dEf6hIj9kLmOpRsTuVw",
        ]);
    }
}
