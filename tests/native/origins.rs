//! Which pages may talk to the server.

use nchat_dev_server::http::Origins;

use crate::http::get;
use crate::server::TestServer;

const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=polling";

#[tokio::test]
async fn a_foreign_page_is_refused_on_every_transport() {
    let server = TestServer::start().await;
    let upgrade = [
        ("Connection", "Upgrade, close"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for origin in ["https://evil.example", "null", "http://chat.example"] {
        let answer = get(server.addr, HANDSHAKE, &[("Origin", origin)]).await;
        assert_eq!(answer.status, 403, "{origin}");
        let headers: Vec<_> = upgrade.into_iter().chain([("Origin", origin)]).collect();
        let answer = get(
            server.addr,
            "/socket.io/?EIO=4&transport=websocket",
            &headers,
        )
        .await;
        assert_eq!(answer.status, 403, "{origin}");
    }
}

#[tokio::test]
async fn a_listed_page_may_read_answers_and_send_credentials() {
    let server = TestServer::start().await;
    let answer = get(
        server.addr,
        HANDSHAKE,
        &[("Origin", "https://chat.example")],
    )
    .await;
    assert_eq!(answer.status, 200);
    let head = answer.head.to_lowercase();
    assert!(
        head.contains("access-control-allow-origin: https://chat.example"),
        "{head}"
    );
    assert!(
        head.contains("access-control-allow-credentials: true"),
        "{head}"
    );
}

#[tokio::test]
async fn development_refuses_foreign_pages_and_foreign_names_of_its_address() {
    let server = TestServer::start_with(|config| {
        config.is_development = true;
        config.origins = Origins::Loopback;
    })
    .await;
    let local = get(
        server.addr,
        HANDSHAKE,
        &[("Origin", "http://localhost:3000")],
    )
    .await;
    assert_eq!(local.status, 200);
    let foreign = get(
        server.addr,
        "/health",
        &[("Origin", "https://evil.example")],
    )
    .await;
    assert_eq!(foreign.status, 403);
    let rebound = get(server.addr, "/health", &[("Host", "evil.example")]).await;
    assert_eq!(rebound.status, 403);
}
