//! The URL of a request, as links in its answer repeat it.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::Server;
use super::client::{answered, authority, head, http2, run, scripted, tls};
use crate::fault::Exchange;

/// Answers with the URL of the request.
fn echo() -> Server {
    scripted(|request| Exchange::Answered(answered(request.uri().to_string())))
}

async fn last_line(mut stream: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"/a?b=c") {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&answer));
    }
    let text = String::from_utf8(answer).unwrap();
    text.rsplit("\r\n").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_path_gets_the_connections_scheme_and_the_clients_host() {
    let (_directory, authority) = authority();
    let plain = run(echo()).await;
    let mut stream = plain.connect().await;
    stream
        .write_all(head("GET", "/a?b=c").as_bytes())
        .await
        .unwrap();
    assert_eq!(last_line(stream).await, "http://sim.test:1/a?b=c");

    let secure = run(echo().tls(authority.issue(&[]).unwrap())).await;
    let stream = secure.connect().await;
    let mut stream = tls(stream, authority.certificate(), "http/1.1", "localhost")
        .await
        .unwrap();
    stream
        .write_all(head("GET", "/a?b=c").as_bytes())
        .await
        .unwrap();
    assert_eq!(last_line(stream).await, "https://sim.test:1/a?b=c");

    let stream = secure.connect().await;
    let stream = tls(stream, authority.certificate(), "h2", "::1")
        .await
        .unwrap();
    // What a client says of the scheme is not believed.
    let received = http2(stream, "GET", "http://sim.test:1/a?b=c").await;
    assert_eq!(received.unwrap().body, b"https://sim.test:1/a?b=c");
}

#[tokio::test]
async fn a_proxy_is_asked_by_the_whole_url() {
    let server = run(echo()).await;
    let mut stream = server.connect().await;
    let request = head("GET", "https://management.azure.com/a?b=c");
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(
        last_line(stream).await,
        "https://management.azure.com/a?b=c"
    );
}

#[tokio::test]
async fn a_request_names_one_valid_host() {
    let server = run(echo()).await;
    for (hosts, status) in [
        ("Host: a\r\n", "HTTP/1.1 200 "),
        ("", "HTTP/1.1 400 "),
        ("Host: a\r\nHost: b\r\n", "HTTP/1.1 400 "),
        ("Host: a b\r\n", "HTTP/1.1 400 "),
        ("Host:\r\n", "HTTP/1.1 400 "),
    ] {
        let mut stream = server.connect().await;
        let request = format!("GET /a HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(status), "{hosts:?}: {answer}");
    }
    let mut stream = server.connect().await;
    stream.write_all(b"GET /a HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
}
