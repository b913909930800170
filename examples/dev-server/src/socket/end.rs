//! Ending a socket that may not take even that.

use std::time::Duration;

use socketioxide::SocketError;
use socketioxide::extract::SocketRef;

/// Between two attempts: nothing tells when there is room.
const RETRY: Duration = Duration::from_millis(250);

/// Disconnects a socket, as soon as there is room for saying so. One that never takes anything is
/// ended with its connection.
pub(super) async fn end(socket: SocketRef) {
    while socket.connected() {
        if !matches!(
            socket.clone().disconnect(),
            Err(SocketError::InternalChannelFull)
        ) {
            return;
        }
        tokio::time::sleep(RETRY).await;
    }
}
