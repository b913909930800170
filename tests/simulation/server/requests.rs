//! Which event calls what in the core, as the real server's handlers do, and how it is answered.

use nchat_dev_server::core::{Command, Refusal, iso8601};
use nchat_realtime::wire::ack::AckEnvelope;
use nchat_realtime::wire::connection::{AuthRefresh, AuthRefreshed, Ping, Pong};
use nchat_realtime::wire::error::{ErrorBody, ErrorCode};
use nchat_realtime::wire::names;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::post::event_packet;
use super::{Server, at_once};
use crate::chaos::Chaos;
use crate::fault::Fault;
use crate::network::LinkId;

/// `replyTo` of a message that the core refuses for good: no id may change the text's direction.
pub(crate) const REFUSED_REPLY_TO: &str = "\u{202e}";

impl Server {
    /// `<ack id>["name", payload]` came from a socket that joined.
    pub(super) fn event(&mut self, link: LinkId, text: &str, chaos: &mut Chaos) {
        let Some(start) = text.find('[') else { return };
        let ack: Option<u64> = text[..start].parse().ok();
        let Ok((name, payload)) = serde_json::from_str::<(String, Json)>(&text[start..]) else {
            return;
        };
        let (Some(core), Some(session)) = (&self.core, self.session(link)) else {
            return;
        };
        self.environment.act_for(&session.user.id);
        if let Err(refusal) = core.admit(&session.user.id) {
            return self.answer::<()>(link, ack, Err(refusal), chaos);
        }
        if name != names::PING
            && let Some(refusal) = busy(chaos)
        {
            return self.answer::<()>(link, ack, Err(refusal), chaos);
        }
        self.request(link, &name, payload, ack, chaos);
        self.take_post();
        self.check_people();
    }

    fn request(
        &mut self,
        link: LinkId,
        name: &str,
        payload: Json,
        ack: Option<u64>,
        chaos: &mut Chaos,
    ) {
        let (Some(core), Some(session)) = (&self.core, self.session(link).cloned()) else {
            return;
        };
        let (user, caller) = (&session.user, session.caller());
        if let Some(command) = command(name, &payload) {
            let submitted = command.and_then(|command| core.submit(caller, command));
            let fence = session.device_id.clone().zip(payload["fence"].as_u64());
            let claim = fence
                .filter(|_| submitted.is_ok())
                .map(|(device_id, fence)| {
                    let owner = (user.id.clone(), device_id);
                    self.fences.submitted(owner, fence)
                });
            return self.submitted(link, ack, (name, claim), submitted, chaos);
        }
        match name {
            names::ROOM_JOIN => {
                let joined = decode(payload).and_then(|body| at_once(core.join_room(caller, body)));
                // The answer goes after what the room was told before it.
                self.take_post();
                self.answer(link, ack, joined, chaos);
            }
            names::ROOM_LEAVE => {
                let room = payload["roomName"].as_str().unwrap_or_default().to_owned();
                let left = decode(payload).and_then(|body| at_once(core.leave_room(caller, body)));
                self.told.forget_counts();
                if left.is_ok() {
                    self.ledger.left(&user.id, &room);
                }
                self.answer(link, ack, left, chaos);
            }
            names::SYNC_MESSAGES => {
                let page = decode(payload).and_then(|body| at_once(core.sync_messages(user, body)));
                self.answer(link, ack, page, chaos);
            }
            names::SYNC_CHANNELS => {
                let page = decode(payload).and_then(|body| at_once(core.sync_channels(user, body)));
                self.answer(link, ack, page, chaos);
            }
            names::SYNC_RESUME => {
                let resumed =
                    decode(payload).and_then(|body| at_once(core.sync_resume(user, body)));
                self.answer(link, ack, resumed, chaos);
            }
            names::DELIVERY_SYNC => {
                let statuses =
                    decode(payload).and_then(|body| at_once(core.delivery_sync(user, body)));
                self.answer(link, ack, statuses, chaos);
            }
            names::PRESENCE_SETTINGS_GET => {
                let settings = at_once(core.presence_settings(user));
                self.answer(link, ack, settings, chaos);
            }
            names::PING => {
                let sent: Ping = decode(payload).unwrap_or(Ping { timestamp: None });
                let timestamp = core.now_ms() as f64;
                self.say(link, event_packet(names::PONG, &Pong { timestamp }), 0);
                let timestamp = sent.timestamp.unwrap_or(timestamp);
                let fate = Fate::of_answer(chaos, ack.is_some());
                self.acknowledge(link, ack, &Pong { timestamp }, fate);
            }
            names::AUTH_REFRESH => {
                let renewed = decode(payload).and_then(|body| self.renew(link, &body));
                self.answer(link, ack, renewed, chaos);
            }
            _ => self.people_request(link, name, payload, ack, chaos),
        }
    }

    fn renew(&mut self, link: LinkId, body: &AuthRefresh) -> Result<AuthRefreshed, Refusal> {
        let identity = self
            .tokens
            .verify(Some(&body.token), self.environment_now_ms())?;
        let session = self.session_mut(link).ok_or(ErrorCode::InternalError)?;
        if identity.user.id != session.user.id {
            return Err(ErrorCode::Forbidden.into());
        }
        session.expires_at_ms = identity.expires_at_ms;
        self.watch_expiry(link);
        Ok(AuthRefreshed {
            user_id: identity.user.id,
            expires_at: identity.expires_at_ms.map(iso8601),
        })
    }

    /// A command was committed, or refused.
    pub(super) fn answer_command<R: Serialize>(
        &mut self,
        link: LinkId,
        ack: Option<u64>,
        result: Result<R, Refusal>,
        fate: Fate,
    ) {
        let result = match fate.is_refused {
            true => Err(ErrorCode::Timeout.into()),
            false => result,
        };
        let envelope = AckEnvelope::from(result.map_err(|Refusal(error)| error));
        self.acknowledge(link, ack, &envelope, fate);
    }

    pub(super) fn answer<R: Serialize>(
        &mut self,
        link: LinkId,
        ack: Option<u64>,
        result: Result<R, Refusal>,
        chaos: &mut Chaos,
    ) {
        let envelope = AckEnvelope::from(result.map_err(|Refusal(error)| error));
        let fate = Fate::of_answer(chaos, ack.is_some());
        self.acknowledge(link, ack, &envelope, fate);
    }

    /// As [`Self::answer`], and never late: what is told after it goes after it.
    pub(super) fn answer_in_order<R: Serialize>(
        &mut self,
        link: LinkId,
        ack: Option<u64>,
        result: Result<R, Refusal>,
        chaos: &mut Chaos,
    ) {
        let Some(ack) = ack else { return };
        let envelope = AckEnvelope::from(result.map_err(|Refusal(error)| error));
        let packet = ack_packet(ack, &envelope);
        if chaos.strikes(Fault::DoubleAck) {
            self.say(link, packet.clone(), 0);
        }
        self.say(link, packet, 0);
    }

    fn acknowledge(&mut self, link: LinkId, ack: Option<u64>, body: &impl Serialize, fate: Fate) {
        let Some(ack) = ack else { return };
        let packet = ack_packet(ack, body);
        if fate.is_doubled {
            self.say(link, packet.clone(), fate.delay_ms);
        }
        self.say(link, packet, fate.delay_ms);
    }
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fate {
    is_refused: bool,
    delay_ms: u64,
    is_doubled: bool,
}

impl Fate {
    /// Of the answer to a command, if one is asked for.
    pub(super) fn of(chaos: &mut Chaos, is_asked: bool) -> Self {
        let is_refused = chaos.strikes(Fault::RefusedAfterCommit);
        Self {
            is_refused,
            ..Self::of_answer(chaos, is_asked)
        }
    }

    fn of_answer(chaos: &mut Chaos, is_asked: bool) -> Self {
        if !is_asked {
            return Self::default();
        }
        let delay_ms = match chaos.strikes(Fault::LateAck) {
            true => chaos.dice.between(9_000, 15_000),
            false => 0,
        };
        Self {
            is_refused: false,
            delay_ms,
            is_doubled: chaos.strikes(Fault::DoubleAck),
        }
    }
}

fn ack_packet(ack: u64, body: &impl Serialize) -> String {
    let body = serde_json::to_string(body).expect("wire types are JSON");
    format!("43{ack}[{body}]")
}

/// The change that an event asks for; `None` where it asks for none.
fn command(name: &str, payload: &Json) -> Option<Result<Command, Refusal>> {
    let payload = payload.clone();
    Some(match name {
        names::MESSAGE_SEND => decode(payload).map(|send| Command::Send(Box::new(send))),
        names::MESSAGE_EDIT => decode(payload).map(Command::Edit),
        names::MESSAGE_DELETE => decode(payload).map(Command::Delete),
        names::REACTION_ADD => decode(payload).map(Command::ReactionAdd),
        names::REACTION_REMOVE => decode(payload).map(Command::ReactionRemove),
        names::MESSAGE_DELIVERED_ACK => decode(payload).map(Command::Delivered),
        names::MESSAGE_READ_ACK => decode(payload).map(Command::Read),
        names::MESSAGE_BATCH_READ_ACK => decode(payload).map(Command::BatchRead),
        names::PRESENCE_SETTINGS_UPDATE => decode(payload).map(Command::Settings),
        _ => return None,
    })
}

/// The server has no time for an event, and has not acted.
fn busy(chaos: &mut Chaos) -> Option<Refusal> {
    if chaos.strikes(Fault::RefusedForNow) {
        return Some(ErrorCode::InternalError.into());
    }
    if chaos.strikes(Fault::RateLimited) {
        let mut body = ErrorBody::new(ErrorCode::RateLimited);
        body.retry_after_ms = Some(chaos.dice.between(100, 5_000));
        return Some(Refusal(body));
    }
    None
}

/// Reads a payload as the real server does, less the exact naming of what is wrong.
pub(super) fn decode<T: DeserializeOwned>(payload: Json) -> Result<T, Refusal> {
    serde_json::from_value(payload).map_err(|_| ErrorCode::ValidationError.into())
}
