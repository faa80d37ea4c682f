//! What looks like a secret or a person and is neither: it stays, byte for byte, as text, in JSON and in a stream.

use crate::generators::redactor;
use crate::stream::streamed;
use serde_json::json;

const HASHES_AND_IDS: &[&str] = &[
    "commit 1f0e3dad99908345f7439f8ffabdffc4d9a1b2c3",
    "1f0e3da..9a1b2c3 main -> main",
    "md5 d41d8cd98f00b204e9800998ecf8427e",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "integrity=\"sha512-q8ZrYk3Wm7Xc1Vb5Nd9Gf2HtLp4Qs6Rv8Tz0Ab3De5Fg7Hi9Jk1Lm3No5Pq7Rs9Tu1Vw3Xy5Za7Bc9De==\"",
    "\"integrity\": \"sha512-q8ZrYk3Wm7Xc1Vb5Nd9Gf2HtLp4Qs6Rv8Tz0Ab3De5Fg==\"",
    "id 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "key: 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "key=01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
    "key=4bf92f3577b34da6a3ce929d0e0e4736",
    "pod web-7d4b9c6f5d-x2k8z on node ip-10-0-1-23",
    "build 20260102.3 run 1234567890 job 98765432101",
    "etag: W/\"5e8f-18d3c2b1a00\"",
    "chunk-2f7b8a9c.js app.4f9d8a7b6c5e.css vendors~main.8a7b6c5e.js",
    "$session_id=0190aa11-2b3c-7d4e-8f90-a1b2c3d4e5f6 distinct_id: 0190aa112b3c7d4e8f90a1b2c3d4e5f6",
    "fingerprint 9c6f5d7d4b9c6f5d7d4b9c6f5d7d4b9c",
    "cache_key=kX2p9vQ7zR4mN8sT1wY5uJ3h groupKey={}:{alertname=\"HighLoad\"}",
];

const VERSIONS_AND_PACKAGES: &[&str] = &[
    "react@18.2.0 vue@3.4.0-beta.1 next@v14.1.0",
    "npm:foo@1.2.3 npm:@scope/pkg@^2.0.0",
    "react-dom@18.2.0(react@18.2.0)",
    "\"resolved\": \"https://registry.example/foo/-/foo-1.2.3.tgz\"",
    "user@v1.2.3",
    "github.com/gin-gonic/gin@v1.9.1/context.go:174",
    "golang.org/x/net@v0.0.0-20240102030405-abcdef012345/http2/server.go:12",
    "com.example:library:1.2.3@aar",
    "org.apache.commons:commons-lang3:jar:3.12.0@compile",
    "Python 3.12.1 (main, Dec  8 2025, 05:40:51) [GCC 12.2.0]",
    "rustc 1.95.0 (f2d3ce0bd 2026-03-21)",
    "v1.2.3-rc.1+build.20260102",
    "image: registry.example.com/team/app:1.2.3@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

const TIMES_AND_NUMBERS: &[&str] = &[
    "2026-01-02T03:04:05.123456Z 2026-01-02T03:04:05+01:00",
    "1700000000 1700000000000 1700000000000000 1700000000000000000",
    "4000000000000 4999999999999",
    "1,234,567,890 1 234 567 890 1_000_000",
    "0.4111111111111111 -4.111111111111111e+15 3.14159265358979",
    "10.0.0.1:8080 127.0.0.1:5432 [::1]:3000 192.168.1.1",
    "+00:00 UTC+2 GMT+0200 (CEST)",
    "@@ -10,7 +10,8 @@ fn main() {",
    "12:34:56.789 00:00:00",
    "0x7f8a9c6f5d40 0xdeadbeef 0x0000000104e2f3a8",
    "4096 4096 4096 4096",
    "size=4111111111111112 offset=5500000000000001",
    "9007199254740993 922337203685477580",
];

const FRAMES: &[&str] = &[
    "    at Object.<anonymous> (/srv/app/node_modules/express/lib/router/index.js:284:15)",
    "  File \"/usr/lib/python3.12/site-packages/django/contrib/auth/tokens.py\", line 45, in check_token",
    "at com.example.auth.TokenService.verify(TokenService.java:45) ~[app.jar:1.2.3]",
    "java.lang.Object@4e25154f com.example.Foo$Bar@1b6d3586",
    "goroutine 1 [running]: main.(*Server).auth(0xc000123456, {0x1234, 0x5})",
    "#3 0x00007f8a9c6f5d40 in g_main_context_dispatch () from /usr/lib/x86_64-linux-gnu/libglib-2.0.so.0",
    "render@http://localhost:3000/static/js/main.4f9d8a7b.js:10:5",
    "onClick@webpack-internal:///./src/Login.tsx:42:11",
    "_callee$@index.android.bundle:1:23456",
    "password_validation.py:12 token.rs:34 secret.go:56",
    "thread 'main' panicked at src/key.rs:10:5:",
    "-[NSObject(Auth) token:] + 123",
    "app/models/user.rb:12:in `password='",
    "app/models/user.rb:12:in 'User#password='",
    "Error: Cannot read properties of undefined (reading 'token')",
    "KeyError: 'password'",
    "at Token.parse (webpack:///./node_modules/parser/token.js?:12:5)",
    "sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEuanMiXSwibmFtZXMiOltdfQ==",
    "org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"app\"",
    "jdbc:postgresql://db.internal:5432/app?user=app&ssl=true",
];

const SOURCE: &[&str] = &[
    "@app.route('/login', methods=['POST']) @property @staticmethod",
    "import { tokenize } from '@scope/tokens'; @Injectable() class AuthService {}",
    "git@github.com:org/repo.git ssh://git@gitlab.example.com:2222/a/b.git",
    "<script src=\"/a.js\" integrity=\"sha384-q8ZrYk3Wm7Xc1Vb5Nd9Gf2HtLp4Qs6Rv8Tz0Ab3De5Fg\" crossorigin=\"anonymous\">",
    ".sk-circle { color: #4f9d8a; background: url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA) }",
    "a { margin: 0 auto } @media (min-width: 600px) { .btn--primary:hover{} }",
    "const token = await getToken(user); if (!token) throw new Error('no token');",
    "def login(self, password: str, token: Optional[str] = None) -> bool:",
    "password = kwargs.pop(\"password\", None)",
    "let secret = std::env::var(\"SECRET\")?;",
    "api_key = os.getenv('API_KEY')",
    "self.token = token; this.password = password;",
    "for key, value in data.items(): keys = sorted(keys)",
    "SELECT id, password_hash FROM users WHERE token = $1 AND secret IS NOT NULL",
    "type Props = { token?: string; password: string; apiKey: string | undefined }",
    "logo@2x.png icon@3x.webp",
    "user-select: none; key-frames; tokens: [a, b]",
    "max_tokens=4096, prompt_tokens=123, completion_tokens: 45, total_tokens: 168, token_count=9",
    "author: Jane author_id=5 authored authority=example.com authenticate(user)",
    "key=\"checkout-button\" data-key='row-12' keyCode: 13",
    "class Password(models.Model): pass",
    "{{ password }} ${TOKEN} $API_KEY <your-token-here> %(password)s",
    "Authorization: Bearer <token>",
    "API_KEY= SECRET='' TOKEN=\"\"",
    "phc_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789Ab3dEf6h",
];

fn all() -> impl Iterator<Item = &'static str> {
    [HASHES_AND_IDS, VERSIONS_AND_PACKAGES, TIMES_AND_NUMBERS, FRAMES, SOURCE].into_iter().flatten().copied()
}

#[test]
fn they_stay_as_text_and_in_a_stream() {
    let redactor = redactor();
    for text in all() {
        assert_eq!(redactor.text(text).text, text);
        let (out, _) = streamed(&redactor, text.as_bytes(), &[3]);
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}

#[test]
fn they_stay_in_json_and_escaped_in_json() {
    let redactor = redactor();
    for text in all() {
        let mut value = json!({ "stack": text, "list": [text], text: 1 });
        let before = value.clone();
        redactor.json(&mut value);
        assert_eq!(value, before);
        let nested = serde_json::to_string(&before).unwrap();
        assert_eq!(redactor.text(&nested).text, nested);
    }
}

#[test]
fn they_stay_one_after_the_other() {
    let redactor = redactor();
    let text: Vec<&str> = all().collect();
    for join in ["\n", " ", "; "] {
        let text = text.join(join);
        let shown = redactor.text(&text);
        assert_eq!(shown.text, text, "{:?}", shown.findings);
    }
}
