//! A server of one test, in this process, on a free port.

use std::net::SocketAddr;

use nchat_dev_server::config::{Config, Database, Secret};
use nchat_dev_server::core::{TokenKeeper, User};
use nchat_dev_server::http::Origins;
use nchat_dev_server::server::Server;

use crate::peer::Peer;

/// The key of every test's tokens.
pub(crate) const SECRET: &[u8] = b"the secret of the native tests, long enough";
/// Any time between 2001 and the tokens' end.
const SIGNED_AT_MS: i64 = 4_000_000_000_000;

pub(crate) struct TestServer {
    pub(crate) server: Server,
    pub(crate) addr: SocketAddr,
}

impl TestServer {
    /// As in production: no `user:<id>`, no pages but its own.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::development(Database::Memory, Secret::new(SECRET));
        config.port = 0;
        config.is_development = false;
        config.origins = Origins::listed(["https://chat.example".to_owned()]);
        change(&mut config);
        let server = Server::start(config).await.expect("starts");
        let addr = server.local_addr();
        Self { server, addr }
    }

    /// A connected and authenticated peer of this user.
    pub(crate) async fn peer(&self, user_id: &str) -> Peer {
        let mut peer = Peer::connect(self.addr, token(user_id)).await;
        peer.next("authenticated").await;
        // The user's own, with which the greeting ends.
        peer.next("presence:changed").await;
        peer
    }
}

/// A good token of a user whose name is their id in capitals.
pub(crate) fn token(user_id: &str) -> String {
    let user = User {
        name: Some(user_id.to_uppercase()),
        ..User::from_id(user_id)
    };
    TokenKeeper::new(SECRET, false)
        .sign(&user, SIGNED_AT_MS)
        .expect("signs")
}
