//! From the namespace's CONNECT to `authenticated`, and to the end of the token.

use std::sync::Arc;
use std::time::Duration;

use nchat_realtime::wire::connection::{
    AuthExpired, Authenticated, Connected, PROTOCOL_VERSION, ServerLimits, capability,
};
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::ids::check_id;
use nchat_realtime::wire::limits::{
    MAX_CONTENT_BYTES, MAX_HISTORY_PAGE, MAX_PAYLOAD_BYTES, MAX_PRESENCE_SUBSCRIPTIONS,
};
use nchat_realtime::wire::names;
use serde_json::Value as Json;
use socketioxide::SocketIo;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide_core::Sid;
use tokio::sync::watch;

use super::batch::Batch;
use super::end::end;
use super::outlet::{listen, tab_key, user_key};
use super::session::{Seat, Session, Tab};
use super::{
    Shared, contacts, messages, ping, presence, request, rooms, settings, sync, token, typing,
};
use crate::core::iso8601;
use crate::store::Store;

/// What this server announces that it can do.
const CAPABILITIES: [&str; 16] = [
    capability::MESSAGES,
    capability::HISTORY,
    capability::ROOMS,
    capability::AUTH_REFRESH,
    capability::PING_ACK,
    capability::OPERATIONS,
    capability::RESUME,
    capability::RECEIPTS,
    capability::FENCE,
    capability::PIPELINE,
    capability::PRESENCE,
    capability::PRESENCE_SETTINGS,
    capability::PRESENCE_WINDOW,
    capability::CONTACTS,
    capability::TYPING,
    capability::BATCH,
];
/// The clock is looked at again at least this often: a machine may sleep.
const EXPIRY_CHECK: Duration = Duration::from_secs(30);

/// Serves the root namespace.
pub fn serve<S: Store>(io: &SocketIo, shared: Arc<Shared<S>>) {
    let authenticate = async move |socket: SocketRef, TryData(auth): TryData<Json>| {
        authenticate(&shared, &socket, auth.ok().as_ref())
    };
    io.ns("/", greet::<S>.with(authenticate));
}

/// Why a connection is refused; Socket.IO sends its text as the error's message.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{}", .0.message())]
struct ConnectRefusal(ErrorCode);

/// Runs before the CONNECT is answered, so that no event can come before its handler.
fn authenticate<S: Store>(
    shared: &Arc<Shared<S>>,
    socket: &SocketRef,
    auth: Option<&Json>,
) -> Result<(), ConnectRefusal> {
    let token = auth
        .and_then(|auth| auth.get("token"))
        .and_then(Json::as_str);
    let identity = shared
        .tokens
        .verify(token, shared.core.now_ms())
        .map_err(ConnectRefusal)?;
    // A connection costs more than most events.
    let admitted = shared.core.admit(&identity.user.id);
    admitted.map_err(|_| ConnectRefusal(ErrorCode::RateLimited))?;
    // Every request that comes here was given one.
    let seat = socket.req_parts().extensions.get::<Seat>();
    if !seat.is_some_and(|seat| seat.take(&shared.connections, &identity.user.id)) {
        return Err(ConnectRefusal(ErrorCode::ServerFull));
    }
    let tab = Tab::read(auth.and_then(|auth| auth.get("client")));
    if tab.takes_batches {
        Batch::attach(socket);
    }
    let socket_id = socket.id.to_string();
    let session = Session::new(Arc::clone(shared), identity, socket_id, tab);
    let device = device(auth);
    shared.core.open(session.caller(), device.as_deref());
    socket.extensions.insert(Arc::new(session));
    register::<S>(socket);
    Ok(())
}

/// What the client runs on, where it says; an older client's own word for it too.
fn device(auth: Option<&Json>) -> Option<String> {
    let kind = auth?.get("device")?.get("type")?.as_str()?;
    check_id(kind).is_ok().then(|| kind.to_owned())
}

fn register<S: Store>(socket: &SocketRef) {
    socket.on(names::ROOM_JOIN, rooms::join::<S>);
    socket.on(names::ROOM_LEAVE, rooms::leave::<S>);
    socket.on(names::ROOM_CREATE, rooms::create::<S>);
    socket.on(names::ROOM_MEMBERS, rooms::members::<S>);
    socket.on(names::CHANNEL_JOIN, rooms::join_as_channel::<S>);
    socket.on(names::CHANNEL_LEAVE, rooms::leave::<S>);
    socket.on(names::MESSAGE_SEND, messages::send::<S>);
    socket.on(names::MESSAGE_EDIT, messages::edit::<S>);
    socket.on(names::MESSAGE_DELETE, messages::delete::<S>);
    socket.on(names::REACTION_ADD, messages::add_reaction::<S>);
    socket.on(names::REACTION_REMOVE, messages::remove_reaction::<S>);
    socket.on(names::MESSAGE_DELIVERED_ACK, messages::delivered::<S>);
    socket.on(names::MESSAGE_READ_ACK, messages::read::<S>);
    socket.on(names::MESSAGE_BATCH_READ_ACK, messages::batch_read::<S>);
    socket.on(names::DELIVERY_SYNC, messages::delivery_sync::<S>);
    socket.on(names::PRESENCE_SETTINGS_GET, settings::get::<S>);
    socket.on(names::PRESENCE_SETTINGS_UPDATE, settings::update::<S>);
    socket.on(names::PRESENCE_UPDATE, presence::update::<S>);
    socket.on(names::PRESENCE_HEARTBEAT, presence::heartbeat::<S>);
    socket.on(names::PRESENCE_SUBSCRIBE, presence::subscribe::<S>);
    socket.on(names::PRESENCE_UNSUBSCRIBE, presence::unsubscribe::<S>);
    socket.on(names::PRESENCE_GET, presence::get::<S>);
    socket.on(names::PRESENCE_WINDOW, presence::window::<S>);
    socket.on(names::CONTACTS_LIST, contacts::list::<S>);
    socket.on(names::CONTACTS_ADD, contacts::add::<S>);
    socket.on(names::CONTACTS_REMOVE, contacts::remove::<S>);
    socket.on(names::BLOCK_LIST, contacts::list_blocked::<S>);
    socket.on(names::BLOCK_ADD, contacts::block::<S>);
    socket.on(names::BLOCK_REMOVE, contacts::unblock::<S>);
    socket.on(names::TYPING_START, typing::start::<S>);
    socket.on(names::TYPING_STOP, typing::stop::<S>);
    socket.on(names::TYPING, typing::in_plugin_dialect::<S>);
    socket.on(names::SYNC_RESUME, sync::resume::<S>);
    socket.on(names::SYNC_MESSAGES, sync::messages::<S>);
    socket.on(names::SYNC_CHANNELS, sync::channels::<S>);
    socket.on(names::PING, ping::ping::<S>);
    socket.on(names::AUTH_REFRESH, token::refresh::<S>);
    socket.on_fallback(request::refuse_unknown::<S>);
    socket.on_disconnect(async |socket: SocketRef| {
        if let Some(session) = socket.extensions.get::<Arc<Session<S>>>() {
            session.depart().await;
        }
    });
}

/// Runs when the CONNECT was answered.
async fn greet<S: Store>(socket: SocketRef, io: SocketIo) {
    let Some(session) = socket.extensions.get::<Arc<Session<S>>>() else {
        return;
    };
    take_over_tab(&socket, &io, &session).await;
    listen(&socket, user_key(&session.user.id));
    if !socket.connected() {
        // It went meanwhile, and nothing else takes it out again.
        socket.leave_all();
        return;
    }
    let shared = &session.shared;
    if let Some(epoch) = session.tab.fence {
        // Where it is not stored, what the tab sends says it again.
        let _ = shared.core.raise_fence(session.caller(), epoch).await;
    }
    let connected = Connected {
        socket_id: socket.id.to_string(),
        server_time: iso8601(shared.core.now_ms()),
        protocol_version: PROTOCOL_VERSION.to_owned(),
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        limits: Some(ServerLimits {
            max_payload_bytes: MAX_PAYLOAD_BYTES as u32,
            max_content_bytes: MAX_CONTENT_BYTES as u32,
            max_history_page: MAX_HISTORY_PAGE,
            events_per_minute: shared.events_per_minute,
            presence_subscriptions: Some(MAX_PRESENCE_SUBSCRIPTIONS as u32),
        }),
    };
    let rooms = shared
        .core
        .room_names(&session.user)
        .await
        .unwrap_or_default();
    let expires_at_ms = *session.expires_at_ms.borrow();
    let authenticated = Authenticated {
        user_id: session.user.id.clone(),
        session_id: session.session_id.clone(),
        rooms,
        expires_at: expires_at_ms.map(iso8601),
    };
    // A socket that is gone already needs no greeting.
    let _ = socket.emit(names::CONNECTED, &connected);
    let _ = socket.emit(names::AUTHENTICATED, &authenticated);
    shared.core.arrive(session.caller()).await;
    let expiry = session.expires_at_ms.subscribe();
    tokio::spawn(cut_when_expired(
        Arc::downgrade(&session),
        io,
        socket.id,
        expiry,
    ));
}

/// A tab has one connection. What still comes on an older one is too late: a departure from a
/// room, say, that the tab has joined again since.
async fn take_over_tab<S: Store>(socket: &SocketRef, io: &SocketIo, session: &Session<S>) {
    let Some((device_id, tab_id)) = session.tab.ids() else {
        return;
    };
    let key = tab_key(&session.user.id, device_id, tab_id);
    if let Err(error) = io.within(key.clone()).disconnect().await {
        tracing::error!(%error, "a tab's older connection could not be ended");
    }
    socket.join(key);
}

/// Ends with the session, which owns the other end of `expiry`.
async fn cut_when_expired<S: Store>(
    session: std::sync::Weak<Session<S>>,
    io: SocketIo,
    socket_id: Sid,
    mut expiry: watch::Receiver<Option<i64>>,
) {
    loop {
        let expires_at_ms = *expiry.borrow_and_update();
        let Some(now_ms) = session
            .upgrade()
            .map(|session| session.shared.core.now_ms())
        else {
            return;
        };
        let remaining_ms = expires_at_ms.map(|expires_at_ms| expires_at_ms - now_ms);
        if let (Some(expires_at_ms), Some(..=0)) = (expires_at_ms, remaining_ms) {
            return cut(&io, socket_id, expires_at_ms).await;
        }
        let wait = remaining_ms
            .and_then(|remaining_ms| u64::try_from(remaining_ms).ok())
            .map_or(EXPIRY_CHECK, Duration::from_millis)
            .min(EXPIRY_CHECK);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = expiry.changed() => if changed.is_err() { return },
        }
    }
}

async fn cut(io: &SocketIo, socket_id: Sid, expired_at_ms: i64) {
    let Some(socket) = io.get_socket(socket_id) else {
        return;
    };
    let notice = AuthExpired {
        code: ErrorCode::TokenExpired.as_str().to_owned(),
        message: ErrorCode::TokenExpired.message().to_owned(),
        expired_at: iso8601(expired_at_ms),
    };
    let _ = socket.emit(names::AUTH_EXPIRED, &notice);
    end(socket).await;
}
