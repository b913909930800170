//! How far our own messages have come, asked of the server: after a reconnect, and when the app
//! asks.

use super::Delivery;
use crate::engine::acks::AckFor;
use crate::engine::error::ClientError;
use crate::engine::input::RequestId;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::limits::MAX_RECEIPT_IDS;
use crate::wire::names;
use crate::wire::receipt::build_delivery_sync;

/// The question that this client asked by itself, while it is open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reconciling {
    ack: Option<u64>,
}

impl Reconciling {
    pub(super) fn connection_lost(&mut self) {
        self.ack = None;
    }
}

impl<V: Value> Delivery<V> {
    /// Asks for every message of ours that nobody is known to have read: the newest, and by ids
    /// that this server knows.
    pub(crate) fn reconcile(&mut self, up: &mut Uplink<'_, '_, V>) {
        let mut ids = self.ledger.unread_ids(MAX_RECEIPT_IDS);
        if up.connection.has_capability(capability::RECEIPTS) {
            ids.extend(self.ledger.open_ids(MAX_RECEIPT_IDS - ids.len()));
        }
        if ids.is_empty() || self.reconciling.ack.is_some() {
            return;
        }
        self.reconciling.ack = ask(up, &ids, None).ok().flatten();
    }

    /// Whether such a question is open.
    pub(crate) fn is_reconciling(&self) -> bool {
        self.reconciling.ack.is_some()
    }

    /// The app asks. Without a connection nothing is asked: a reconnect will do it.
    pub(crate) fn sync_requested(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        ids: &[String],
        request: RequestId,
    ) {
        if ids.len() > MAX_RECEIPT_IDS {
            let text = format!("{} ids are too many: ask for {MAX_RECEIPT_IDS}", ids.len());
            let error = ClientError::new(ErrorCode::ValidationError, text);
            return up.ctx.reject(request, error);
        }
        if ids.is_empty() || !up.connection.is_ready() {
            return up.ctx.resolve(request, V::null());
        }
        match ask(up, ids, Some(request)) {
            Ok(Some(_)) => {}
            Ok(None) => up.ctx.resolve(request, V::null()),
            Err(error) => up.ctx.reject(request, error),
        }
    }

    /// `delivery:sync` was answered, or not in time (`None`).
    pub(crate) fn sync_answered(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        ack: u64,
        request: Option<RequestId>,
        args: Option<&V>,
    ) {
        self.reconciling.ack.take_if(|asked| *asked == ack);
        let answer = Ack::answer(args);
        if let Some(Ok(Some(body))) = &answer {
            self.statuses_came(up.ctx, body);
        }
        let Some(request) = request else { return };
        match answer {
            Some(Ok(_)) => up.ctx.resolve(request, V::null()),
            Some(Err(refusal)) => up.ctx.reject(request, refusal.into()),
            None => {
                let text = format!("Request timeout for event: {}", names::DELIVERY_SYNC);
                let error = ClientError::new(ErrorCode::Timeout, text);
                up.ctx.reject(request, error);
            }
        }
    }
}

/// Asks. `None` where no acknowledgement will come: servers of the product documents answer by an event, or not at all.
fn ask<V: Value>(
    up: &mut Uplink<'_, '_, V>,
    ids: &[String],
    request: Option<RequestId>,
) -> Result<Option<u64>, ClientError<V>> {
    let body = build_delivery_sync(ids);
    if up.connection.has_capability(capability::RECEIPTS) {
        let purpose = AckFor::DeliverySync { request };
        return up.request(names::DELIVERY_SYNC, body, purpose).map(Some);
    }
    let packet = V::array(vec![V::string(names::DELIVERY_SYNC), body]);
    up.connection.emit(up.ctx, &packet, false)?;
    Ok(None)
}
