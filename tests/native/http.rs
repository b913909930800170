//! HTTP by hand: one request per connection, so that anything at all can be sent.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) async fn get(addr: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Answer {
    request(addr, "GET", path, headers, b"").await
}

pub(crate) async fn post_json(addr: SocketAddr, path: &str, body: &str) -> Answer {
    let headers = [("Content-Type", "application/json")];
    request(addr, "POST", path, &headers, body.as_bytes()).await
}

/// With a body of JSON, as the user whose token this is.
pub(crate) async fn ask_as(
    addr: SocketAddr,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Content-Type", "application/json"),
        ("Authorization", bearer.as_str()),
    ];
    request(addr, method, path, &headers, body.as_bytes()).await
}

/// `headers` replace `Host` and `Connection: close` where they name them.
async fn request(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let (addr_text, length) = (addr.to_string(), body.len().to_string());
    let defaults = [
        ("Host", addr_text.as_str()),
        ("Connection", "close"),
        ("Content-Length", &length),
    ];
    let is_given = |name: &str| {
        headers
            .iter()
            .any(|(given, _)| given.eq_ignore_ascii_case(name))
    };
    let defaults = defaults.into_iter().filter(|(name, _)| !is_given(name));
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in defaults.chain(headers.iter().copied()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(addr).await.expect("connects");
    stream.write_all(head.as_bytes()).await.expect("writes");
    // A server that refuses a large body may close before it is read.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("{method} {path}: no answer")),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// A long-polling session of which only the sending half is used.
pub(crate) struct Polling {
    addr: SocketAddr,
    path: String,
}

impl Polling {
    pub(crate) async fn open(addr: SocketAddr) -> Self {
        let path = "/socket.io/?EIO=4&transport=polling";
        let answer = get(addr, path, &[]).await;
        let open = answer.body.split_once('{').expect("an open packet").1;
        let open = format!("{{{}", open.split_once('}').expect("an end").0) + "}";
        let open: serde_json::Value = serde_json::from_str(&open).expect("JSON");
        let sid = open["sid"].as_str().expect("a sid");
        Self {
            addr,
            path: format!("{path}&sid={sid}"),
        }
    }

    /// The status that a body is answered with.
    pub(crate) async fn post(&self, body: &[u8]) -> u16 {
        let headers = [("Content-Type", "text/plain;charset=UTF-8")];
        request(self.addr, "POST", &self.path, &headers, body)
            .await
            .status
    }

    /// Polls until a packet with this beginning comes.
    pub(crate) async fn poll_for(&self, beginning: &str) -> String {
        loop {
            let body = get(self.addr, &self.path, &[]).await.body;
            let mut packets = body.split(['\x1e', '\r', '\n']);
            if let Some(packet) = packets.find(|packet| packet.starts_with(beginning)) {
                return packet.to_owned();
            }
        }
    }
}

/// A WebSocket that has got its Engine.IO handshake.
pub(crate) async fn open_web_socket(addr: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.expect("connects");
    let head = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {addr}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("writes");
    read_until(&mut stream, "\"sid\"").await;
    stream
}

/// Reads until this text has come.
pub(crate) async fn read_until(stream: &mut TcpStream, text: &str) {
    let mut answer = String::new();
    while !answer.contains(text) {
        let mut part = [0; 1_024];
        let size = stream.read(&mut part).await.expect("reads");
        assert_ne!(size, 0, "closed: {answer}");
        answer.push_str(&String::from_utf8_lossy(&part[..size]));
    }
}

/// A packet as a WebSocket's client frames it, with a mask of zeros.
pub(crate) fn text_frame(packet: &str) -> Vec<u8> {
    let length = u16::try_from(packet.len()).expect("a short packet");
    let [high, low] = length.to_be_bytes();
    let head = [0x81, 0xFE, high, low, 0, 0, 0, 0];
    [head.as_slice(), packet.as_bytes()].concat()
}
