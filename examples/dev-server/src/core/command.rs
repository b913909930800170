//! What a client asks the server to change, and what it is answered.

use nchat_realtime::wire::message::{MessageSend, SendAck};
use nchat_realtime::wire::operation::{MessageDelete, MessageEdit, OperationAck, ReactionChange};
use nchat_realtime::wire::receipt::{BatchReadAck, DeliveredAck, ReadAck, ReceiptAcked};
use nchat_realtime::wire::settings::{PresenceSettings, PresenceSettingsUpdate};
use serde::Serialize;

use super::write_queue::Submitted;
use super::{Caller, Core, Refusal};
use crate::store::{Change, NewSettings, OperationKind, Store};

/// One change, as its event brings it.
#[derive(Clone, Debug)]
pub enum Command {
    /// `message:send`.
    Send(Box<MessageSend>),
    /// `message:edit`.
    Edit(MessageEdit),
    /// `message:delete`.
    Delete(MessageDelete),
    /// `reaction:add`.
    ReactionAdd(ReactionChange),
    /// `reaction:remove`.
    ReactionRemove(ReactionChange),
    /// `message:delivered-ack`.
    Delivered(DeliveredAck),
    /// `message:read-ack`.
    Read(ReadAck),
    /// `message:batch-read-ack`.
    BatchRead(BatchReadAck),
    /// `presence:settings:update`.
    Settings(PresenceSettingsUpdate),
}

/// The answer to a [`Command`]: the `data` of its acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To a message.
    Sent(SendAck),
    /// To an operation on one.
    Operated(OperationAck),
    /// To a receipt.
    Moved(ReceiptAcked),
    /// To a change of settings.
    Settings(Box<PresenceSettings>),
    /// To what has no result.
    Done,
}

impl<S: Store> Core<S> {
    /// Checks a command and takes its place in the order: commands submitted one after another
    /// take effect in this order.
    pub fn submit(&self, caller: Caller<'_>, command: Command) -> Result<Submitted, Refusal> {
        let change = match command {
            Command::Send(send) => self.new_message(caller, *send)?,
            Command::Edit(edit) => self.new_edit(caller, edit)?,
            Command::Delete(delete) => self.new_deletion(caller, delete)?,
            Command::ReactionAdd(add) => self.new_reaction(caller, add, OperationKind::React)?,
            Command::ReactionRemove(remove) => {
                self.new_reaction(caller, remove, OperationKind::Unreact)?
            }
            Command::Delivered(ack) => self.delivered(caller, ack)?,
            Command::Read(ack) => self.read(caller, ack)?,
            Command::BatchRead(ack) => self.batch_read(caller, ack)?,
            Command::Settings(update) => Change::Settings(NewSettings {
                user_id: caller.user.id.clone(),
                update,
                now_ms: self.now_ms(),
            }),
        };
        self.writes.push(change, caller.socket_id)
    }

    /// A tab that leads its device says so: older leaders are refused from now on.
    pub async fn raise_fence(&self, caller: Caller<'_>, epoch: u64) -> Result<(), Refusal> {
        let Some(fence) = caller.fence(Some(epoch)) else {
            return Ok(());
        };
        let user_id = caller.user.id.clone();
        let change = Change::Fence { user_id, fence };
        let submitted = self.writes.push(change, caller.socket_id)?;
        self.settle(submitted).await.map(|_| ())
    }
}
