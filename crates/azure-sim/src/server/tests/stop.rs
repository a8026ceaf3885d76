//! Being told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::super::Server;
use super::client::{Scripted, answered, head, run, scripted};
use crate::fault::Exchange;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);

/// A server whose answers wait for `release`, after `begun` was told of the request.
fn slow(begun: &Arc<Notify>, release: &Arc<Notify>) -> Server {
    let (begun, release) = (Arc::clone(begun), Arc::clone(release));
    Server::of(Arc::new(Scripted(move |_| {
        let (begun, release) = (Arc::clone(&begun), Arc::clone(&release));
        Box::pin(async move {
            begun.notify_one();
            release.notified().await;
            Exchange::Answered(answered("late"))
        }) as _
    })))
}

#[tokio::test]
async fn a_request_that_was_begun_is_answered_and_no_other_connection_is_accepted() {
    let (begun, release) = (Arc::default(), Arc::default());
    let mut server = run(slow(&begun, &release).grace(LONG)).await;
    let mut stream = server.connect().await;
    stream.write_all(head("GET", "/").as_bytes()).await.unwrap();
    begun.notified().await;
    server.stop();
    // The listener is gone once somebody is refused.
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("late"), "{answer}");
    server.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_cut_off() {
    let (begun, release) = (Arc::default(), Arc::default());
    let mut server = run(slow(&begun, &release).grace(Duration::from_millis(1))).await;
    let mut stream = server.connect().await;
    stream.write_all(head("GET", "/").as_bytes()).await.unwrap();
    begun.notified().await;
    server.stop();
    server.served.await.unwrap().unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert_eq!(answer, "");
}

#[tokio::test]
async fn connections_without_a_request_hold_nobody_up() {
    let mut server = run(scripted(|_| Exchange::Answered(answered("fine"))).grace(LONG)).await;
    let _silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.write_all(head("GET", "/").as_bytes()).await.unwrap();
    assert!(idle.read(&mut [0; 4096]).await.unwrap() > 0);
    server.stop();
    server.served.await.unwrap().unwrap();
}
