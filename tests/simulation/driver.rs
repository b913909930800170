//! What a tab's driver does: carries out what its engine wants, in the simulated world.

use nchat_realtime::engine::error::ClientError;
use nchat_realtime::engine::in_order::OrderedHead;
use nchat_realtime::engine::input::RequestId;
use nchat_realtime::engine::output::{Notification, Output, TimelineChange};
use nchat_realtime::socketio::{
    Frame, TransportCommand, TransportEvent, TransportId, TransportKind, event_prefix,
};
use nchat_realtime::wire::names;
use serde_json::Value as Json;

use super::network::{LinkId, Upward};
use super::tab::TabId;
use super::world::World;

impl World {
    /// Carries out one effect.
    pub(crate) fn carry_out(&mut self, id: TabId, output: Output<Json>) {
        match output {
            Output::Transport(command) => self.transport_command(id, command),
            Output::AskToken { ask } => self.asked_for_token(id, ask),
            Output::Settle { request, result } => {
                if let Err(error) = &result {
                    self.check_error(id, error);
                }
                self.chaos.record(&id, &Settled(request, &result));
                self.model.settled(id, request, &result);
                self.check_logout(id, request, result.is_ok());
            }
            Output::Callback { .. } => {}
            Output::Journal(command) => self.journal_command(id, command),
            Output::Store(command) => {
                self.chaos.trace.tell(self.chaos.now_ms, &id, &command);
                self.store_command(id, command);
            }
            Output::RememberUser { server, user } => {
                self.profiles[id.profile].disk.remember(&server, user);
            }
            Output::Lock(command) => {
                self.chaos.record(&id, &command);
                self.lock_command(id, command);
            }
            Output::Post(message) => self.post(id, &message),
            Output::Notify(notification) => self.told(id, notification),
        }
    }

    fn transport_command(&mut self, id: TabId, command: TransportCommand<Json>) {
        let link_of = |world: &mut Self, transport: TransportId| world.tab(id).links[&transport];
        match command {
            TransportCommand::Open { id: transport, url } => {
                let polling = self.open_link_of(id).filter(|_| url.contains("&sid="));
                self.begin_link(id, transport, TransportKind::WebSocket, polling);
            }
            TransportCommand::Get { id: transport, .. }
                if !self.tab(id).links.contains_key(&transport) =>
            {
                self.begin_link(id, transport, TransportKind::Polling, None);
            }
            TransportCommand::Get { id: transport, .. } => {
                let link = link_of(self, transport);
                self.client_sends(link, vec![Upward::Get]);
            }
            TransportCommand::Post {
                id: transport,
                body,
                ..
            } => {
                let link = link_of(self, transport);
                self.client_sends(link, vec![Upward::Post(body)]);
            }
            TransportCommand::Send {
                id: transport,
                frames,
            } => {
                let link = link_of(self, transport);
                if let Some(polling) = self.tab(id).switching.take() {
                    self.network.switch(polling, link);
                }
                let frames = frames.into_iter().filter_map(|frame| match frame {
                    Frame::Text(text) => Some(Upward::Frame(text)),
                    Frame::Bytes(_) => None,
                });
                self.client_sends(link, frames.collect());
            }
            TransportCommand::Close { id: transport } => {
                let link = link_of(self, transport);
                // Whether it ends, or goes on over a WebSocket, is in the next command.
                match self.network.is_probed(link) {
                    true => self.tab(id).switching = Some(link),
                    false => self.client_closes(link),
                }
                if self.network.link(link).probes_for.is_some()
                    && let Some(polling) = self.tab(id).switching.take()
                {
                    self.client_closes(polling);
                }
            }
        }
    }

    /// The connection that a tab has, if it has one that it does not leave.
    fn open_link_of(&self, id: TabId) -> Option<LinkId> {
        let links = self.profiles[id.profile].tabs[id.tab].links.values();
        let mut open = links.filter(|link| {
            let link = self.network.link(**link);
            link.is_open_at_client && !link.is_leaving
        });
        open.next().copied()
    }

    fn begin_link(
        &mut self,
        id: TabId,
        transport: TransportId,
        kind: TransportKind,
        probes_for: Option<LinkId>,
    ) {
        let has_another = probes_for.is_none() && self.open_link_of(id).is_some();
        assert!(!has_another, "I20: {id:?} has two connections at once");
        let link = self.open_link(id, transport, kind, probes_for);
        let links = &mut self.tab(id).links;
        links.insert(transport, link);
    }

    fn told(&mut self, id: TabId, notification: Notification<Json>) {
        match notification {
            Notification::Error(error) => self.check_error(id, &error),
            Notification::Timeline { room, change } => {
                let room = room.as_str().expect("a name").to_owned();
                self.tab(id).mirrors.entry(room).or_default().apply(change);
            }
            Notification::Message { room, message } => {
                let room = room.as_str().expect("a name").to_owned();
                self.chaos
                    .record(&id, &("told", &room, &message["content"], &message["seq"]));
                let tab = self.tab(id);
                // Who listens to all messages hears those of rooms that are not wanted, too.
                if tab.wants(&room) {
                    tab.mirrors.entry(room).or_default().heard(&message);
                }
            }
            Notification::Queue { event, data } => {
                self.chaos.record(&id, &(event, &data["message"]["id"]));
                self.model.queue_said(event, &data);
                if event != "message:removed" {
                    self.check_queued(id, &data["message"]["id"]);
                }
                if event == "message:sending" {
                    self.check_leads(id);
                }
            }
            Notification::Delivery { data, .. } => self.receipt_told(id, &data),
            Notification::State(state) => self.chaos.record(&id, &state),
            _ => {}
        }
    }

    /// Tries the short way, as the browser's driver does: true where it was taken.
    pub(crate) fn take_next(
        &mut self,
        id: TabId,
        transport: TransportId,
        event: &TransportEvent<Json>,
    ) -> bool {
        let TransportEvent::Frame(Frame::Text(text)) = event else {
            return false;
        };
        if !text.starts_with(&event_prefix("/", names::MESSAGE_NEW)) {
            return false;
        }
        let packet: Json = serde_json::from_str(&text["42".len()..]).expect("JSON");
        let body = &packet[1];
        let text_of = |key: &str| body[key].as_str();
        let (Some(room_name), Some(user_id), Some(seq)) =
            (text_of("roomName"), text_of("userId"), body["seq"].as_u64())
        else {
            return false;
        };
        let head = OrderedHead {
            room_name,
            user_id,
            epoch: text_of("epoch"),
            seq,
        };
        let Some(placed) = self.tab(id).engine.take_next(transport, head, body) else {
            return false;
        };
        let room = placed.room;
        let change = TimelineChange::Insert {
            index: placed.index,
            message: body.clone(),
        };
        self.told(
            id,
            Notification::Timeline {
                room: room.clone(),
                change,
            },
        );
        if placed.first_left {
            let change = TimelineChange::Remove { index: 0 };
            self.told(
                id,
                Notification::Timeline {
                    room: room.clone(),
                    change,
                },
            );
        }
        let message = body.clone();
        self.told(id, Notification::Message { room, message });
        true
    }
}

/// What a promise was settled with.
struct Settled<'a>(RequestId, &'a Result<Json, ClientError<Json>>);

impl std::fmt::Debug for Settled<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.1 {
            Ok(value) => write!(f, "promise {} = {value}", self.0.0),
            Err(error) => write!(
                f,
                "promise {} ! {} ({})",
                self.0.0, error.code, error.message
            ),
        }
    }
}
