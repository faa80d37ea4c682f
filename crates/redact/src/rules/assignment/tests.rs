//! Secrets under a name go in every notation; code, types, messages and counts stay.

use crate::samples::{goes, goes_whole, stays};

#[test]
fn plain_notations_go() {
    goes(
        "secret-value",
        &[
            ("password=hunter2", "password=[redacted:secret-value]"),
            ("password = hunter2", "password = [redacted:secret-value]"),
            ("password: hunter2", "password: [redacted:secret-value]"),
            ("password: correct-horse", "password: [redacted:secret-value]"),
            ("DB_PASSWORD=p@ss;w&rd,)x next", "DB_PASSWORD=[redacted:secret-value] next"),
            ("export API_KEY=abc(def)", "export API_KEY=[redacted:secret-value]"),
            ("user=bob password=hunter2 host=x", "user=bob password=[redacted:secret-value] host=x"),
            ("Server=db;User=sa;Password=hunter2;", "Server=db;User=sa;Password=[redacted:secret-value];"),
            ("api_key: 4f9d8a7b6c5e", "api_key: [redacted:secret-value]"),
            ("client_secret: supersecret", "client_secret: [redacted:secret-value]"),
            ("token=abcdefgh", "token=[redacted:secret-value]"),
            ("auth token: 4f9d8a7b6c5e!", "auth token: [redacted:secret-value]"),
            ("API key: 4f9d8a7b6c5e", "API key: [redacted:secret-value]"),
            ("password=12345", "password=[redacted:secret-value]"),
            ("hash password=$2b$10$abcdefghijk", "hash password=[redacted:secret-value]"),
            ("cvv=123", "cvv=[redacted:secret-value]"),
        ],
    );
}

#[test]
fn quoted_notations_go() {
    goes(
        "secret-value",
        &[
            (r#"{"password":"hunter2","a":1}"#, r#"{"password":"[redacted:secret-value]","a":1}"#),
            (r#"{"password": "a \"b\" c"}"#, r#"{"password": "[redacted:secret-value]"}"#),
            (r#"{"password": "back\\"}, x"#, r#"{"password": "[redacted:secret-value]"}, x"#),
            (
                r#"{\"password\":\"hun\\\"ter\",\"a\":1}"#,
                r#"{\"password\":\"[redacted:secret-value]\",\"a\":1}"#,
            ),
            (
                r#"{\\\"password\\\":\\\"hunter2\\\"}"#,
                r#"{\\\"password\\\":\\\"[redacted:secret-value]\\\"}"#,
            ),
            ("{'api_key': 'abcd'}", "{'api_key': '[redacted:secret-value]'}"),
            ("password='two words'", "password='[redacted:secret-value]'"),
            ("secret = b\"abcd\"", "secret = b\"[redacted:secret-value]\""),
            ("password: Some(\"hunter2\")", "password: Some(\"[redacted:secret-value]\")"),
            (":password => \"hunter2\"", ":password => \"[redacted:secret-value]\""),
            ("'password' => 'hunter2',", "'password' => '[redacted:secret-value]',"),
            ("headers[\"x-api-key\"] = \"abcd1\"", "headers[\"x-api-key\"] = \"[redacted:secret-value]\""),
            ("if token == \"abcd1\":", "if token == \"[redacted:secret-value]\":"),
            ("CREATE ROLE x PASSWORD 'hunter2';", "CREATE ROLE x PASSWORD '[redacted:secret-value]';"),
            ("password = \"cut in the mid", "password = \"[redacted:secret-value]"),
        ],
    );
}

#[test]
fn other_notations_go() {
    goes(
        "secret-value",
        &[
            ("tool --password hunter2 -v", "tool --password [redacted:secret-value] -v"),
            ("tool --api-key=abcd1 -v", "tool --api-key=[redacted:secret-value] -v"),
            ("<password>hunter 2</password>", "<password>[redacted:secret-value]</password>"),
            ("user[password]=hunter2&a=1", "user[password]=[redacted:secret-value]&a=1"),
            ("user%5Bpassword%5D=hunter2&a=1", "user%5Bpassword%5D=[redacted:secret-value]&a=1"),
            (
                "q=%7B%22password%22%3A%22hunter2%22%7D",
                "q=%7B%22password%22%3A%22[redacted:secret-value]%22%7D",
            ),
            ("u=https%3A%2F%2Fh%2F%3Fpassword%3Dhunter2%26a%3D1", {
                "u=https%3A%2F%2Fh%2F%3Fpassword%3D[redacted:secret-value]%26a%3D1"
            }),
            (r"A=1\npassword=hunter2\nB=2", r"A=1\npassword=[redacted:secret-value]\nB=2"),
            ("\u{1b}[1mpassword\u{1b}[0m: x1", "\u{1b}[1mpassword\u{1b}[0m: [redacted:secret-value]"),
            (
                "\u{1b}[36mpassword=\u{1b}[0mhunter2 x",
                "\u{1b}[36mpassword=\u{1b}[0m[redacted:secret-value] x",
            ),
            ("\u{1b}[1;32mtoken=abcd1234 x", "\u{1b}[1;32mtoken=[redacted:secret-value] x"),
        ],
    );
}

#[test]
fn the_more_telling_rule_names_it() {
    goes_whole("password=gh¦p_16C7e42F292c6912E7710c838347Ae178B4a", "password=[redacted:github-token]");
}

#[test]
fn random_values_under_weak_keys_go() {
    goes(
        "high-entropy",
        &[
            ("key=kX2p9vQ7zR4mN8sT1wY5uJ3h", "key=[redacted:high-entropy]"),
            ("\"salt\": \"q8ZrYk3Wm7Xc1Vb5Nd9Gf2Ht\"", "\"salt\": \"[redacted:high-entropy]\""),
        ],
    );
}

#[test]
fn long_values_go_to_their_end() {
    let long = "Ab3dEf6h".repeat(4000);
    goes(
        "secret-value",
        &[
            (&format!("password={long} x"), "password=[redacted:secret-value] x"),
            (&format!("\"secret\":\"{long}\",\"x\":1"), "\"secret\":\"[redacted:secret-value]\",\"x\":1"),
            (&format!("API_KEY={long};,) x"), "API_KEY=[redacted:secret-value] x"),
            (
                &format!(r#"{{\"secret\":\"{long}\\\"{long}\",\"x\":1}}"#),
                r#"{\"secret\":\"[redacted:secret-value]\",\"x\":1}"#,
            ),
            (
                &format!(r#"{{"secret":"{long}\"{long}\\","x":1}}"#),
                r#"{"secret":"[redacted:secret-value]","x":1}"#,
            ),
        ],
    );
}

#[test]
fn code_stays() {
    stays(&[
        "const password = req.body.password;",
        "token = request.headers.get(\"X\")",
        "password: hashedPassword,",
        "apiKey: process.env.OPENAI_API_KEY,",
        "password!: string",
        "token?: string;",
        "password: z.string().min(8)",
        "tokens.map(token => token.id)",
        "password => setPassword(password)",
        "token = tokens[0]",
        "token = new Token()",
        "password=password, token=token",
        "self.secret = secret",
        "token: &str, password: Option<String>, secret: [u8; 32]",
        "WHERE token = $1 AND password = ?",
        "secret = os.environ[\"SECRET\"]",
        "if token != null && token == other",
        "$password = $this->password",
        "Token::new(secret::Value)",
        "token = response_data",
        "filter_parameters: [\"password\", \"secret\", \"token\"]",
        "fetch(u, { credentials: 'include' })",
        "api_key=api_key",
    ]);
}

#[test]
fn messages_and_counts_stay() {
    stays(&[
        "password: must be at least 8 characters",
        "Password: required",
        "SyntaxError: Unexpected token: identifier",
        "Unexpected token 'x', \"abc\" is not valid JSON",
        "Unexpected token < in JSON at position 0",
        "invalid token: EOF",
        "tokens: 1234, max_tokens=4096, token_count: 17",
        "total_tokens=123456 prompt_tokens: 1234567",
        "author: someone author=me",
        "PWD=${HOME}/x",
        "password=**** secret=[Filtered] token=<token> api_key=null",
        "at Object.token (/app/token.js:12:5)",
        "TokenService.java:45 password.rb:10",
        "passed: 12, failed: 3",
        "next_page_token=abcdefgh12345678",
        "primary_key=id, foreign key: user_id",
        "idempotency_key=kX2p9vQ7zR4mN8sT1wY5uJ3h",
        "cookie_consent: true",
        "secretName: my-tls-secret",
        "bad token: com.example.os.Proxy@2bd79ce",
        "stale token: org.example.jobs.daily/4505",
    ]);
}
