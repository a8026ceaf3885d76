//! The same simulator behind a socket and as a transport.

use std::sync::Arc;

use azure_core::http::{Body, Method, Request};
use kompox_azure_sim::{Simulator, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::azure::group;

#[tokio::test]
async fn it_serves_http_and_stops_when_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(
        Simulator::builder().build().unwrap(),
        listener,
        async {
            stopped.await.ok();
        },
    ));
    let exchange = async |text: String| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let head = |method: &str, length: usize| {
        format!(
            "{method} {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n",
            group("g")
        )
    };
    let body = r#"{"location":"westus"}"#;
    let answer = exchange(format!("{}{body}", head("PUT", body.len()))).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let answer = exchange(head("DELETE", 0)).await;
    assert!(
        answer.contains(&format!("\r\nlocation: http://{address}/subscriptions/")),
        "{answer}"
    );
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn it_is_a_transport() {
    let simulator = Simulator::builder().build().unwrap();
    let transport = Arc::clone(&simulator.transport());
    let url = format!("https://management.azure.com{}", group("g"))
        .parse()
        .unwrap();
    let mut request = Request::new(url, Method::Put);
    request.set_body(Body::from(r#"{"location":"westus"}"#));
    let answer = transport.execute_request(&request).await.unwrap();
    assert_eq!(u16::from(answer.status()), 201);
    let body = answer.try_into_raw_response().await.unwrap().into_body();
    assert!(
        String::from_utf8(body.to_vec())
            .unwrap()
            .contains("Succeeded")
    );
    assert_eq!(simulator.requests().len(), 1);
}
