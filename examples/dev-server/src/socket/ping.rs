//! `ping`.

use nchat_realtime::wire::connection::{Ping, Pong};
use nchat_realtime::wire::names;

use super::request::Request;
use crate::store::Store;

/// Acknowledges with the client's own time stamp, and sends `pong` with the server's clock.
pub(super) async fn ping<S: Store>(request: Request<Ping, S>) {
    let (session, body, reply, _turn) = request.open().await;
    match body {
        Ok(Ping { timestamp }) => {
            let now_ms = session.shared.core.now_ms() as f64;
            // A socket that is gone already does not measure any more.
            let _ = reply.socket.emit(names::PONG, &Pong { timestamp: now_ms });
            reply.send_bare(&Pong {
                timestamp: timestamp.unwrap_or(now_ms),
            });
        }
        Err(refusal) => reply.send::<()>(Err(refusal)),
    }
}
