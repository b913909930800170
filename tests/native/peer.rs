//! `rust_socketio` as a client that keeps all it is told.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::{Value as Json, json};
use tokio::sync::{mpsc, oneshot};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Peer {
    client: Client,
    events: mpsc::UnboundedReceiver<(String, Json)>,
}

impl Peer {
    pub(crate) async fn connect(addr: SocketAddr, token: impl Into<Json>) -> Self {
        let auth = json!({ "token": token.into(), "device": { "type": "desktop" } });
        Self::connect_with(addr, auth).await
    }

    pub(crate) async fn connect_with(addr: SocketAddr, auth: Json) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let report = sender.clone();
        // The library has its own names for these, and keeps them from `on_any`.
        let tell = |name: &'static str| {
            let report = report.clone();
            move |payload, _: Client| {
                let _ = report.send((name.to_owned(), first(payload)));
                std::future::ready(()).boxed()
            }
        };
        let client = ClientBuilder::new(format!("http://{addr}"))
            .transport_type(TransportType::Websocket)
            .auth(auth)
            .reconnect(false)
            .on_any(move |event, payload, _| {
                // The test may be over.
                let _ = sender.send((event.into(), first(payload)));
                std::future::ready(()).boxed()
            })
            .on(Event::Error, tell("error"))
            .on(Event::Connect, tell("connect"))
            .on(Event::Close, tell("close"))
            .connect()
            .await
            .expect("the transport connects");
        Self { client, events }
    }

    /// Emits and waits for the acknowledgement's first argument.
    pub(crate) async fn ack(&self, event: &str, payload: impl Into<Payload>) -> Json {
        let (sender, receiver) = oneshot::channel();
        let sender = Mutex::new(Some(sender));
        let keep = move |payload, _| {
            if let Some(sender) = sender.lock().expect("a lock").take() {
                let _ = sender.send(acked(payload));
            }
            std::future::ready(()).boxed()
        };
        let emitted = self.client.emit_with_ack(event, payload, PATIENCE, keep);
        emitted.await.expect("emits");
        tokio::time::timeout(PATIENCE, receiver)
            .await
            .unwrap_or_else(|_| panic!("{event} was not acknowledged"))
            .expect("an answer")
    }

    /// As [`Peer::ack`], of a success: its `data`.
    pub(crate) async fn done(&self, event: &str, payload: Json) -> Json {
        let mut body = self.ack(event, payload).await;
        assert_eq!(body["success"], true, "{event}: {body}");
        body["data"].take()
    }

    /// As [`Peer::ack`], of a refusal: its code.
    pub(crate) async fn refused(&self, event: &str, payload: impl Into<Payload>) -> String {
        let body = self.ack(event, payload).await;
        assert_eq!(body["success"], false, "{event}: {body}");
        body["error"]["code"].as_str().expect("a code").to_owned()
    }

    pub(crate) async fn emit(&self, event: &str, payload: impl Into<Payload>) {
        self.client.emit(event, payload).await.expect("emits");
    }

    /// The next event of this name; others before it are passed over.
    pub(crate) async fn next(&mut self, name: &str) -> Json {
        let next = async {
            loop {
                let (event, payload) = self.events.recv().await.expect("still connected");
                if event == name {
                    return payload;
                }
            }
        };
        tokio::time::timeout(PATIENCE, next)
            .await
            .unwrap_or_else(|_| panic!("no {name} came"))
    }

    /// The next event, whichever it is.
    pub(crate) async fn next_event(&mut self) -> (String, Json) {
        let next = tokio::time::timeout(PATIENCE, self.events.recv()).await;
        next.expect("an event").expect("still connected")
    }

    /// Which of these comes first; others before it are passed over.
    pub(crate) async fn first_of(&mut self, names: [&'static str; 2]) -> &'static str {
        let first = async {
            loop {
                let (event, _) = self.events.recv().await.expect("still connected");
                if let Some(name) = names.into_iter().find(|name| *name == event) {
                    return name;
                }
            }
        };
        tokio::time::timeout(PATIENCE, first)
            .await
            .unwrap_or_else(|_| panic!("none of {names:?} came"))
    }

    /// The names of all events that have come and were not taken.
    pub(crate) fn pending(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.events.try_recv().ok())
            .map(|(name, _)| name)
            .collect()
    }

    /// All events that have come and were not taken, as text.
    pub(crate) fn pending_text(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.events.try_recv().ok())
            .map(|(name, payload)| format!("{name} {payload}"))
            .collect()
    }

    pub(crate) async fn disconnect(self) {
        self.client.disconnect().await.expect("disconnects");
    }
}

fn first(payload: Payload) -> Json {
    match payload {
        Payload::Text(values) => values.into_iter().next().unwrap_or(Json::Null),
        Payload::Binary(bytes) => json!({ "bytes": bytes.len() }),
        #[expect(deprecated, reason = "the library still has the variant")]
        Payload::String(text) => Json::String(text),
    }
}

/// The library wraps an acknowledgement's arguments in one more array.
fn acked(payload: Payload) -> Json {
    match first(payload) {
        Json::Array(arguments) => arguments.into_iter().next().unwrap_or(Json::Null),
        other => other,
    }
}
