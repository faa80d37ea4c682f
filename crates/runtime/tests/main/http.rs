//! HTTPS over a real socket: a server with a certificate of its own, and clients that trust it or do not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::Certificate;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use signalbox_runtime::{error_chain, http_client};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nback";

/// Serves one connection, and says whether its handshake went through.
#[expect(clippy::disallowed_methods, reason = "the server is another program to what is tested")]
fn server() -> (SocketAddr, CertificateDer<'static>, JoinHandle<bool>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::Builder::new().spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut connection, &mut socket);
        let (mut request, mut piece) = (Vec::new(), [0; 1024]);
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => return false,
                Ok(length) => request.extend_from_slice(&piece[..length]),
            }
        }
        stream.write_all(ANSWER).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
        true
    });
    (address, cert.der().clone(), serving.unwrap())
}

#[tokio::test]
async fn a_server_whose_certificate_is_trusted_answers() {
    let (address, certificate, serving) = server();
    let trusted = Certificate::from_der(&certificate).unwrap();
    let client = http_client().resolve("localhost", address).tls_certs_only([trusted]).build().unwrap();
    let answer = client.get(format!("https://localhost:{}/", address.port())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "back");
    assert!(serving.join().unwrap());
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_refused_within_the_handshake() {
    let (address, _, serving) = server();
    let client = http_client().resolve("localhost", address).build().unwrap();
    let refused = client.get(format!("https://localhost:{}/", address.port())).send().await.unwrap_err();
    assert!(error_chain(&refused).contains("certificate"), "{}", error_chain(&refused));
    assert!(!serving.join().unwrap(), "no request may pass");
}
