//! The server's binary as a process, and clients of it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::{Value as Json, json};
use tokio::sync::{mpsc, oneshot};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server's binary, killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Process {
    pub(crate) fn start(database: &Path) -> Self {
        Self::of(command(database).stderr(Stdio::null()))
    }

    /// The process of this command, once it listens.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("starts");
        let stdout = child.stdout.take().expect("piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("an address")
            .to_owned();
        Self { child, url }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a server in development mode on a free port.
pub(crate) fn command(database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nchat-dev-server"));
    command
        .args(["--dev", "--port", "0", "--database"])
        .arg(database)
        .stdout(Stdio::piped());
    command
}

/// A client that the server has greeted.
pub(crate) async fn connect(url: &str, user_id: &str) -> Client {
    let (sender, mut greeted) = mpsc::unbounded_channel();
    let client = ClientBuilder::new(url)
        .transport_type(TransportType::Websocket)
        .auth(json!({ "token": format!("user:{user_id}") }))
        .reconnect(false)
        .on(Event::Custom("authenticated".to_owned()), move |_, _| {
            let _ = sender.send(());
            std::future::ready(()).boxed()
        })
        .connect()
        .await
        .expect("connects");
    tokio::time::timeout(PATIENCE, greeted.recv())
        .await
        .expect("in time")
        .expect("greeted");
    client
}

/// `data` of a successful acknowledgement.
pub(crate) async fn ack(client: &Client, event: &str, payload: Json) -> Option<Json> {
    let (sender, receiver) = oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let keep = move |payload: Payload, _| {
        if let Some(sender) = sender.lock().expect("a lock").take() {
            let _ = sender.send(payload);
        }
        std::future::ready(()).boxed()
    };
    client
        .emit_with_ack(event, payload, PATIENCE, keep)
        .await
        .ok()?;
    let answer = tokio::time::timeout(PATIENCE, receiver).await.ok()?.ok()?;
    let Payload::Text(values) = answer else {
        return None;
    };
    // The library wraps the arguments in one more array.
    let body = values.first()?.get(0)?;
    assert_eq!(body["success"], true, "{event}: {body}");
    Some(body["data"].clone())
}
