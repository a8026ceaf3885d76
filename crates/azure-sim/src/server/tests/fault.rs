//! What a fault makes of a connection.

use std::io::ErrorKind;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::Server;
use super::client::{answered, authority, head, http2, run, scripted, tls};
use crate::fault::Exchange;

fn resetting() -> Server {
    scripted(|request| match request.uri().path() {
        "/reset" => Exchange::Reset,
        _ => Exchange::Answered(answered("fine")),
    })
}

/// Cuts a body of `length` bytes after as many as the path says.
fn truncating(length: usize) -> Server {
    scripted(move |request| Exchange::Truncated {
        response: answered(vec![b'x'; length]),
        sent: request.uri().path()[1..].parse().unwrap(),
    })
}

/// The number of body bytes after a head that announces `length` of them.
fn body_of(answer: &[u8], length: usize) -> usize {
    let end = answer
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .unwrap()
        + 4;
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(
        head.contains(&format!("\r\ncontent-length: {length}\r\n")),
        "{head}"
    );
    answer.len() - end
}

#[tokio::test]
async fn a_reset_is_one_on_the_socket_and_no_byte_comes_before_it() {
    let server = run(resetting()).await;
    let mut stream = server.connect().await;
    stream.write_all(head("GET", "/").as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    assert!(stream.read(&mut answer).await.unwrap() > 0);
    stream
        .write_all(head("GET", "/reset").as_bytes())
        .await
        .unwrap();
    let error = stream.read(&mut answer).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_reset_under_tls_is_one_of_the_socket_below() {
    let (_directory, authority) = authority();
    let server = run(resetting().tls(authority.issue(&[]).unwrap())).await;
    let stream = server.connect().await;
    let mut stream = tls(stream, authority.certificate(), "http/1.1", "localhost")
        .await
        .unwrap();
    stream
        .write_all(head("GET", "/reset").as_bytes())
        .await
        .unwrap();
    let error = stream.read(&mut [0; 64]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_reset_under_http_2_leaves_a_request_without_an_answer() {
    let server = run(resetting()).await;
    let stream = server.connect().await;
    assert!(
        http2(stream, "GET", "http://sim.test/reset")
            .await
            .is_none()
    );
    let stream = server.connect().await;
    let received = http2(stream, "GET", "http://sim.test/").await.unwrap();
    assert!(received.complete);
}

#[tokio::test]
async fn a_truncated_body_is_announced_in_full_and_ends_where_it_was_cut() {
    // The longest does not fit into the buffers of a socket.
    const LENGTH: usize = 9_000_000;
    let server = run(truncating(LENGTH)).await;
    for sent in [0, 1, 5, 70_000, 8_000_000, LENGTH] {
        let mut stream = server.connect().await;
        stream
            .write_all(head("GET", &format!("/{sent}")).as_bytes())
            .await
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert_eq!(body_of(&answer, LENGTH), sent);
    }
}

#[tokio::test]
async fn a_truncated_body_under_tls_ends_without_a_farewell() {
    let (_directory, authority) = authority();
    let server = run(truncating(100).tls(authority.issue(&[]).unwrap())).await;
    let stream = server.connect().await;
    let mut stream = tls(stream, authority.certificate(), "http/1.1", "127.0.0.1")
        .await
        .unwrap();
    stream
        .write_all(head("GET", "/7").as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    let error = stream.read_to_end(&mut answer).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(body_of(&answer, 100), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_truncated_body_under_http_2_arrives_as_far_as_it_was_sent() {
    let server = run(truncating(100)).await;
    for sent in [0, 1, 7, 99, 100].into_iter().cycle().take(50) {
        let stream = server.connect().await;
        let url = format!("http://sim.test/{sent}");
        let received = http2(stream, "GET", &url).await.unwrap();
        assert_eq!(received.head.headers["content-length"], "100");
        assert_eq!((received.body.len(), received.complete), (sent, false));
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = run(scripted(|_| Exchange::Answered(answered(Bytes::new())))).await;
    let mut stream = server.connect().await;
    let length = 4 * 1024 * 1024 + 1;
    let head = format!(
        "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The answer may come before everything is sent.
    let _ = stream.write_all(&vec![b' '; length]).await;
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}
