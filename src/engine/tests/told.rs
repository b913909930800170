//! What the app was told, by kind.

use serde_json::Value as Json;

use super::world::World;
use crate::engine::error::ClientError;
use crate::engine::output::{Notification, ReplyTo};
use crate::engine::snapshot::RealtimeConnectionState as State;

impl World {
    /// Takes what the app was told.
    pub(super) fn notifications(&mut self) -> Vec<Notification<Json>> {
        std::mem::take(&mut self.heard)
    }

    /// Takes the states, in order.
    pub(super) fn told_states(&mut self) -> Vec<State> {
        self.take(|told| match told {
            Notification::State(state) => Some(*state),
            _ => None,
        })
    }

    /// Takes the errors, in order.
    pub(super) fn told_errors(&mut self) -> Vec<ClientError<Json>> {
        self.take(|told| match told {
            Notification::Error(error) => Some(error.clone()),
            _ => None,
        })
    }

    /// Takes the events, in order, whatever their name.
    pub(super) fn told_packets(&mut self) -> Vec<Json> {
        self.take(|told| match told {
            Notification::Event { packet, .. } => Some(packet.clone()),
            _ => None,
        })
    }

    /// Takes the events of this name, in order.
    pub(super) fn told_events(&mut self, name: &str) -> Vec<Json> {
        self.take(|told| match told {
            Notification::Event { packet, .. } if packet[0] == name => Some(packet.clone()),
            _ => None,
        })
    }

    /// Where the answer to the event of this name goes.
    pub(super) fn told_reply(&mut self, name: &str) -> Option<ReplyTo> {
        let replies = self.take(|told| match told {
            Notification::Event { packet, reply } if packet[0] == name => Some(*reply),
            _ => None,
        });
        replies.first().copied().flatten()
    }

    /// Takes the messages that listeners were told, in order.
    pub(super) fn told_messages(&mut self) -> Vec<Json> {
        self.take(|told| match told {
            Notification::Message { message, .. } => Some(message.clone()),
            _ => None,
        })
    }

    /// Takes the `seq`s of the messages that listeners were told, in order.
    pub(super) fn told_seqs(&mut self) -> Vec<u64> {
        let messages = self.told_messages();
        messages
            .iter()
            .filter_map(|message| message["seq"].as_u64())
            .collect()
    }

    /// Takes what was told of the queue, in order: the event's name, and whose. That this tab
    /// leads is taken by [`World::told_leader`].
    pub(super) fn told_queue(&mut self) -> Vec<String> {
        self.take(|told| match told {
            Notification::Queue { event, .. }
                if matches!(*event, "queue:leader" | "queue:loaded") =>
            {
                None
            }
            Notification::Queue { event, data } => Some(match data["message"]["id"].as_str() {
                Some(id) => format!("{event} {id}"),
                None => format!("{event} {}", data["count"]),
            }),
            _ => None,
        })
    }

    /// Takes what was told of leading, in order.
    pub(super) fn told_leader(&mut self) -> Vec<Option<bool>> {
        self.take(|told| match told {
            Notification::Queue { event, data } if *event == "queue:leader" => {
                Some(data["isLeader"].as_bool())
            }
            _ => None,
        })
    }

    pub(super) fn take<T>(&mut self, pick: impl Fn(&Notification<Json>) -> Option<T>) -> Vec<T> {
        let mut picked = Vec::new();
        self.heard.retain(|told| match pick(told) {
            Some(found) => {
                picked.push(found);
                false
            }
            None => true,
        });
        picked
    }
}
