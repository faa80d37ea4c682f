//! Keys that name secrets, and keys that do not.

use super::{KeyKind, KeyNames};

fn check(kind: Option<KeyKind>, keys: &[&str]) {
    let names = KeyNames::new(["internal_number"]);
    for key in keys {
        assert_eq!(names.kind_of(key.as_bytes()), kind, "{key}");
    }
}

#[test]
#[rustfmt::skip]
fn passwords() {
    check(
        Some(KeyKind::Password),
        &[
        "password", "Password", "DB_PASSWORD", "db.password", "userPassword", "password2", "password_hash",
        "passwd", "pwd", "smtp_pass", "dbpassword", "PGPASSWORD", "DB_PASSWORD_PROD", "card_number", "cvv",
        "passwordConfirmation", "spring.datasource.password", "--password", "SSH_PASSPHRASE",
        "reset_password",
    ],
    );
}

#[test]
#[rustfmt::skip]
fn secrets_and_tokens() {
    check(
        Some(KeyKind::Secret),
        &[
        "secret", "client_secret", "clientSecret", "CLIENT-SECRET", "api_key", "apiKey", "apikey",
        "X-Api-Key", "APIKey", "private_key", "privateKey", "secret_access_key", "aws_secret_access_key",
        "stripeSecretKey", "credentials", "SecretString", "AccountKey", "secret_key_base64", "JWT_SECRET_KEY",
    ],
    );
    check(
        Some(KeyKind::Token),
        &[
        "token", "access_token", "accessToken", "authToken", "_authToken", "csrf_token", "x-auth-token",
        "GITHUB_TOKEN", "refresh_tokens", "__RequestVerificationToken", "TOKEN_PROD", "id_token", "jwt",
    ],
    );
}

#[test]
#[rustfmt::skip]
fn headers_weak_and_custom() {
    check(Some(KeyKind::Authorization), &[
        "Authorization", "proxy-authorization", "HTTP_AUTHORIZATION",
    ]);
    check(Some(KeyKind::Cookie), &[
        "cookie", "Set-Cookie", "HTTP_COOKIE", "setCookie", "cookies",
    ]);
    check(Some(KeyKind::Weak), &[
        "key", "auth", "signature", "fooKey", "_auth", "salt",
    ]);
    check(
        Some(KeyKind::Custom),
        &[
        "internal_number", "InternalNumber", "internal-number", "INTERNALNUMBER",
    ],
    );
}

#[test]
#[rustfmt::skip]
fn other_keys() {
    check(
        None,
        &[
        "token_count", "max_tokens", "maxTokens", "tokens", "prompt_tokens", "author", "authority",
        "oauth_state", "tokenizer", "secretary", "passwordless", "password_reset_url", "has_password",
        "isSecret", "token_type", "next_page_token", "pageToken", "eos_token", "public_key", "publicKey",
        "primary_key", "groupKey", "keyboard", "monkey", "cookie_consent", "secret_name", "password_length",
        "token.length", "TokenService.java", "password.rb", "session_id", "$session_id", "distinct_id",
        "bypass", "tests_pass", "compass", "hash", "value", "idempotency_key", "secrets_manager",
        "authored_by", "credentials_count", "client_secret_expires_at", "token_endpoint", "passenger",
        "key_id", "keys_total",
    ],
    );
}
