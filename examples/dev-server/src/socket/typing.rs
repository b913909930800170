//! `typing:*`, and the plugin guide's `typing`.

use std::sync::atomic::Ordering;

use nchat_realtime::wire::typing::{PluginTyping, Typing};

use super::outlet::hear_plugin_dialect;
use super::request::Request;
use crate::store::Store;

pub(super) async fn start<S: Store>(request: Request<Typing, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => core.start_typing(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    reply.send_done(result);
}

pub(super) async fn stop<S: Store>(request: Request<Typing, S>) {
    let (session, body, reply, _turn) = request.open().await;
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => core.stop_typing(session.caller(), body).await,
        Err(refusal) => Err(refusal),
    };
    reply.send_done(result);
}

pub(super) async fn in_plugin_dialect<S: Store>(request: Request<PluginTyping, S>) {
    let (session, body, reply, _turn) = request.open().await;
    session.speaks_plugin_dialect.store(true, Ordering::Relaxed);
    hear_plugin_dialect(&reply.socket);
    let core = &session.shared.core;
    let result = match body {
        Ok(body) => {
            let typing = Typing {
                room_name: body.channel_id,
                ..Typing::default()
            };
            match body.is_typing {
                true => core.start_typing(session.caller(), typing).await,
                false => core.stop_typing(session.caller(), typing).await,
            }
        }
        Err(refusal) => Err(refusal),
    };
    reply.send_done(result);
}
