//! What an operator meets: stopping, a second server, files that are no database, logs.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod process;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use process::{Process, ack, command, connect};
use serde_json::json;
use tokio::io::AsyncWriteExt;

/// What a server that does not start says.
fn refusal(database: &Path) -> String {
    let output = command(database).output().expect("runs");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "it listened");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_file_says_so_and_leaves_the_first_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("nchat.sqlite");
    let first = Process::start(&database);
    let said = refusal(&database);
    assert!(said.contains("another server runs on"), "{said}");
    assert!(said.contains("nchat.sqlite"), "{said}");
    let alice = connect(&first.url, "alice").await;
    let joined = ack(&alice, "room:join", json!({ "roomName": "general" })).await;
    assert!(joined.is_some());
    drop(first);
    Process::start(&database);
}

#[test]
fn what_is_no_database_is_named_and_left_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("notes.txt");
    let text = "not a database ".repeat(1_000);
    std::fs::write(&path, &text).expect("writes");
    let said = refusal(&path);
    assert!(said.contains("notes.txt"), "{said}");
    assert!(said.contains("not a database"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).expect("reads"), text);
    let said = refusal(directory.path());
    assert!(said.contains("error: cannot make"), "{said}");
}

#[cfg(unix)]
#[test]
fn what_it_keeps_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().expect("a directory");
    let _server = Process::start(&directory.path().join("nchat.sqlite"));
    let files = std::fs::read_dir(directory.path()).expect("lists");
    for file in files.map(|file| file.expect("a file")) {
        let mode = file.metadata().expect("known").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_ends_its_connections_and_leaves_one_whole_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("nchat.sqlite");
    let mut server = Process::start(&database);
    let alice = connect(&server.url, "alice").await;
    let general = json!({ "roomName": "general", "content": "x" });
    ack(&alice, "room:join", general.clone())
        .await
        .expect("joins");
    ack(&alice, "message:send", general).await.expect("stored");
    let pid = server.child.id().to_string();
    let told = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(told.expect("runs").success());
    assert!(server.child.wait().expect("ends").success());
    assert!(!directory.path().join("nchat.sqlite-wal").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_shows_a_token_or_what_was_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("nchat.sqlite");
    let log = directory.path().join("log");
    let file = std::fs::File::create(&log).expect("makes");
    let server = Process::of(
        command(&database)
            .env("RUST_LOG", "trace")
            .stderr(Stdio::from(file)),
    );
    let alice = connect(&server.url, "sesame-the-user").await;
    ack(&alice, "room:join", json!({ "roomName": "general" }))
        .await
        .expect("joins");
    let message = json!({ "roomName": "general", "content": "sesame-the-text" });
    ack(&alice, "message:send", message).await.expect("stored");
    http(
        &server.url,
        "Authorization: Bearer user:sesame-the-bearer\r\n",
    );
    drop(server);
    let log = std::fs::read_to_string(&log).expect("reads");
    assert!(log.contains("DEBUG"), "it logs at all");
    for secret in ["user:sesame", "sesame-the-text", "sesame-the-bearer"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

/// Whoever asks by HTTP may be the one that commits for everybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_hung_up_on_takes_no_message_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Process::start(&directory.path().join("nchat.sqlite"));
    let address = server.url.trim_start_matches("http://").to_owned();
    let rude: Vec<_> = (0..4)
        .map(|number| tokio::spawn(hang_up(address.clone(), number)))
        .collect();
    let talk = async |number: usize| {
        let user = connect(&server.url, &format!("user-{number}")).await;
        let message = json!({ "roomName": "general", "content": "x".repeat(20_000) });
        let joined = ack(&user, "room:join", json!({ "roomName": "general" })).await;
        joined.expect("joins");
        for _ in 0..100 {
            let sent = ack(&user, "message:send", message.clone()).await;
            sent.expect("an answer");
        }
    };
    join_all((0..6).map(talk)).await;
    for one in rude {
        one.abort();
    }
}

/// Changes settings again and again, and hangs up sooner or later after asking.
async fn hang_up(address: String, number: u64) {
    let body = r#"{"showLastSeen":true}"#;
    let request = format!(
        "PATCH /api/users/me/presence-settings HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer user:rude-{number}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for turn in 0.. {
        let stream = tokio::net::TcpStream::connect(&address).await;
        let mut stream = stream.expect("connects");
        let asked = stream.write_all(request.as_bytes()).await;
        asked.expect("writes");
        tokio::time::sleep(Duration::from_micros(turn * 317 % 10_000)).await;
    }
}

/// Asks for the caller's settings with these headers, and waits for the answer.
fn http(url: &str, headers: &str) {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("connects");
    let request = format!(
        "GET /api/users/me/presence-settings HTTP/1.1\r\nHost: {address}\r\n\
         Connection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).expect("writes");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("reads");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
