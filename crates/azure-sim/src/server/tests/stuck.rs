//! Clients that do not go on.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use super::client::{answered, head, run, scripted};
use crate::fault::Exchange;

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_not_waited_for_for_ever() {
    let server = run(scripted(|_| Exchange::Answered(answered("fine")))).await;
    let mut stuck = server.connect().await;
    let begun = Instant::now();
    stuck
        .write_all(b"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{")
        .await
        .unwrap();
    // Nobody else waits.
    let mut other = server.connect().await;
    other.write_all(head("GET", "/b").as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    other.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");

    let mut answer = String::new();
    stuck.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("RequestTimeout"), "{answer}");
    assert_eq!(begun.elapsed().as_secs(), 120);
}
