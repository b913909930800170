//! `GET /health`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use socketioxide::TransportType;

use super::Site;
use crate::core::iso8601;
use crate::store::Store;

/// 200 while the store answers, else 503: the fields of both product documents. Of all
/// `connections`, `websocket.connections` are those that do not poll.
pub(super) async fn health<S: Store>(
    State(site): State<Arc<Site<S>>>,
) -> (StatusCode, Json<Value>) {
    let core = &site.shared.core;
    let asked_at_ms = core.now_ms();
    let checked = core.store().check().await;
    let now_ms = core.now_ms();
    let connections = site.shared.connections.count();
    let sockets = site.io.sockets();
    let websockets = sockets
        .iter()
        .filter(|socket| socket.transport_type() == TransportType::Websocket)
        .count();
    let (code, status, store) = match checked {
        Ok(()) => (StatusCode::OK, "healthy", "connected"),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "unhealthy", "disconnected")
        }
    };
    let body = json!({
        "status": status,
        "service": "realtime",
        "version": env!("CARGO_PKG_VERSION"),
        "timestamp": iso8601(now_ms),
        "uptime": (now_ms - site.started_at_ms).max(0) / 1_000,
        "connections": connections,
        "websocket": { "running": true, "connections": websockets },
        "dependencies": { "database": { "status": store, "latency": (now_ms - asked_at_ms).max(0) } },
    });
    (code, Json(body))
}
