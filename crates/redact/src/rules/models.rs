//! Keys of model providers.

use crate::bytes::Class;
use crate::rules::token::Length::AtLeast;
use crate::rules::token::{anywhere, word};
use crate::rules::{Family, Rule};

const ANTHROPIC: &str = "anthropic-key";
const OPENAI: &str = "openai-key";
const OPENROUTER: &str = "openrouter-key";
const GROQ: &str = "groq-key";
const HUGGING_FACE: &str = "huggingface-token";
const REPLICATE: &str = "replicate-token";
const PERPLEXITY: &str = "perplexity-key";
const XAI: &str = "xai-key";
const LANGSMITH: &str = "langsmith-key";

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(ANTHROPIC, "Anthropic keys: sk-ant-"),
        Rule::exact(OPENAI, "OpenAI keys and others of the form sk-"),
        Rule::exact(OPENROUTER, "OpenRouter keys: sk-or-v1-"),
        Rule::exact(GROQ, "Groq keys: gsk_"),
        Rule::exact(HUGGING_FACE, "Hugging Face tokens: hf_, api_org_"),
        Rule::exact(REPLICATE, "Replicate tokens: r8_"),
        Rule::exact(PERPLEXITY, "Perplexity keys: pplx-"),
        Rule::exact(XAI, "xAI keys: xai-"),
        Rule::exact(LANGSMITH, "LangSmith keys: lsv2_"),
    ],
    anchors: &[
        anywhere("sk-ant-", ANTHROPIC, Class::SLUG, AtLeast(20)),
        word("sk-", OPENAI, Class::BASE62, AtLeast(20)),
        anywhere("sk-proj-", OPENAI, Class::SLUG, AtLeast(20)),
        anywhere("sk-svcacct-", OPENAI, Class::SLUG, AtLeast(20)),
        anywhere("sk-admin-", OPENAI, Class::SLUG, AtLeast(20)),
        anywhere("sk-or-v1-", OPENROUTER, Class::HEX, AtLeast(40)),
        word("gsk_", GROQ, Class::BASE62, AtLeast(40)),
        word("hf_", HUGGING_FACE, Class::BASE62, AtLeast(30)),
        word("api_org_", HUGGING_FACE, Class::BASE62, AtLeast(30)),
        word("r8_", REPLICATE, Class::BASE62, AtLeast(36)),
        word("pplx-", PERPLEXITY, Class::BASE62, AtLeast(40)),
        word("xai-", XAI, Class::BASE62, AtLeast(60)),
        anywhere("lsv2_pt_", LANGSMITH, Class::WORD, AtLeast(32)),
        anywhere("lsv2_sk_", LANGSMITH, Class::WORD, AtLeast(32)),
    ],
};

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn keys_go() {
        goes(
            "anthropic-key",
            &[(
                "key sk-a¦nt-api03-Ab3dEf6hIj9kLm-Op_rStUvWx2zAb3dEf6hIjAA.",
                "key [redacted:anthropic-key].",
            )],
        );
        goes(
            "openai-key",
            &[
                ("sk-p¦roj-Ab3dEf6hIj9kLmOp_rStUvWx2z-Ab3dEf6hI", "[redacted:openai-key]"),
                ("Incorrect API key provided: sk¦-Ab3dEf6hIj9kLmOpT3BlbkFJrStUvWx2zAb3dEf6", {
                    "Incorrect API key provided: [redacted:openai-key]"
                }),
            ],
        );
        goes(
            "openrouter-key",
            &[("sk-o¦r-v1-0123456789abcdef0123456789abcdef0123456789abcdef", "[redacted:openrouter-key]")],
        );
        goes(
            "huggingface-token",
            &[("h¦f_AbCdEfGhIjKlMnOpQrStUvWxYz01234567", "[redacted:huggingface-token]")],
        );
    }

    #[test]
    fn class_names_and_slugs_stay() {
        stays(&[
            "sk-fading-circle10",
            "class=\"sk-spinner sk-double-bounce1\"",
            "task-0123456789abcdefghij01",
            "disk-Ab3dEf6hIj9kLmOpRsTu",
            "hf_model_name_or_path_for_training_runs",
            "rsk-0a1b2c3d4e5f60718293",
        ]);
    }
}
