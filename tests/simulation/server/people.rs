//! Events of presence, typing, contacts and blocks, who comes and goes, and the wake-ups that the
//! core asks for.

use nchat_dev_server::core::{Caller, InOrder, Refusal, User};
use nchat_dev_server::store::RelationKind;
use nchat_realtime::wire::contacts::Contact;
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::names;
use nchat_realtime::wire::presence::{
    PresenceChanged, PresenceGet, PresenceUnsubscribe, Presences,
};
use nchat_realtime::wire::typing::Typing;
use serde_json::Value as Json;

use super::requests::{Fate, decode};
use super::{Said, Server, at_once};
use crate::chaos::Chaos;
use crate::network::LinkId;

impl Server {
    /// A socket was greeted: its user is there.
    pub(super) fn arrive(&mut self, user: &User, socket_id: &str) {
        let Some(core) = self.people() else { return };
        at_once(core.arrive(caller(user, socket_id)));
        self.take_post();
    }

    /// A socket is gone.
    pub(super) fn depart(&mut self, link: LinkId, socket_id: &str) {
        let Some(core) = self.people() else { return };
        at_once(core.depart(socket_id));
        let now_ms = self.now_mono_ms();
        self.ledger.departed(link, now_ms);
        self.take_post();
    }

    /// Does what is due at the core, if anything is.
    pub(crate) fn tick(&mut self) {
        if self.tick_at_ms > self.now_mono_ms() {
            return;
        }
        self.tick_at_ms = i64::MAX;
        self.environment.silence();
        if let Some(core) = &self.core {
            at_once(core.tick());
            self.take_post();
        }
    }

    /// Asks for the wake-up that the core wants, if that is earlier than the one that is planned.
    pub(super) fn next_tick(&mut self) -> Option<Said> {
        let at_ms = self.environment.alarm_ms();
        if at_ms >= self.tick_at_ms {
            return None;
        }
        self.tick_at_ms = at_ms;
        let delay_ms = (at_ms - self.now_mono_ms()).max(0).unsigned_abs();
        Some(Said::Tick { delay_ms })
    }

    /// An event of presence, typing or lists, from a socket that joined.
    pub(super) fn people_request(
        &mut self,
        link: LinkId,
        name: &str,
        payload: Json,
        ack: Option<u64>,
        chaos: &mut Chaos,
    ) {
        let (Some(core), Some(session)) = (self.people(), self.session(link).cloned()) else {
            return self.answer::<()>(link, ack, Err(ErrorCode::UnknownEvent.into()), chaos);
        };
        let caller = session.caller();
        let relate = |kind, is_there| {
            let related =
                |body: Contact| at_once(core.relate(caller, kind, body, is_there)).map(|_| ());
            decode(payload.clone()).and_then(related)
        };
        let result = match name {
            names::PRESENCE_WINDOW => {
                let page =
                    decode(payload).and_then(|body| at_once(core.presence_window(caller, body)));
                let page = page.map(|(page, in_order)| {
                    drop::<InOrder<'_>>(in_order);
                    page
                });
                self.take_post();
                if let Ok(page) = &page {
                    self.ledger.answered(link, &page.presences, false);
                }
                return self.answer_in_order(link, ack, page, chaos);
            }
            names::ROOM_MEMBERS => {
                let members = decode(payload)
                    .and_then(|body| at_once(core.room_members(&session.user, body)));
                return self.answer(link, ack, members, chaos);
            }
            names::PRESENCE_SUBSCRIBE | names::PRESENCE_GET => {
                return self.presences(link, name, payload, ack, chaos);
            }
            names::PRESENCE_UPDATE => {
                decode(payload).and_then(|body| at_once(core.update_presence(caller, body)))
            }
            names::PRESENCE_HEARTBEAT => {
                at_once(core.heartbeat(caller));
                Ok(())
            }
            names::PRESENCE_UNSUBSCRIBE => {
                let gone = decode(payload).and_then(|body: PresenceUnsubscribe| {
                    core.unsubscribe_presence(caller, body.clone())?;
                    Ok(body.user_ids)
                });
                gone.map(|user_ids| self.ledger.unsubscribed(link, &user_ids))
            }
            names::CONTACTS_ADD => relate(RelationKind::Contact, true),
            names::CONTACTS_REMOVE => relate(RelationKind::Contact, false),
            names::BLOCK_ADD => relate(RelationKind::Block, true),
            names::BLOCK_REMOVE => relate(RelationKind::Block, false),
            names::TYPING_START | names::TYPING_STOP => self.typing(link, name, payload),
            _ => Err(ErrorCode::UnknownEvent.into()),
        };
        // Whom one hides from, and who hides, is counted no more.
        self.told.forget_counts();
        // What was told before the answer goes before it.
        self.take_post();
        let fate = Fate::of(chaos, ack.is_some());
        self.answer_command(link, ack, result, fate);
    }

    fn typing(&mut self, link: LinkId, name: &str, payload: Json) -> Result<(), Refusal> {
        let (Some(core), Some(session)) = (&self.core, self.session(link).cloned()) else {
            return Err(ErrorCode::InternalError.into());
        };
        let caller = session.caller();
        let body: Typing = decode(payload)?;
        let place = (body.room_name.clone(), body.thread_id.clone());
        if name == names::TYPING_START {
            at_once(core.start_typing(caller, body))?;
            let now_ms = self.now_mono_ms();
            self.ledger.typed(link, &session.user.id, place, now_ms);
        } else {
            at_once(core.stop_typing(caller, body))?;
            self.ledger.stopped(&session.user.id, &place);
        }
        Ok(())
    }

    /// Answers before anything is told that came after the answer was made, and never late: the
    /// real server sees to that too.
    fn presences(
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
        let caller = session.caller();
        let is_subscription = name == names::PRESENCE_SUBSCRIBE;
        let result = match is_subscription {
            true => decode(payload).and_then(|body| at_once(core.subscribe_presence(caller, body))),
            false => decode(payload).and_then(|body| at_once(core.presences(caller, body))),
        };
        let result = result.map(|(answer, in_order)| {
            drop::<InOrder<'_>>(in_order);
            answer
        });
        self.take_post();
        if let Ok(Presences { presences }) = &result {
            self.ledger.answered(link, presences, is_subscription);
        }
        self.answer_in_order(link, ack, result, chaos);
        if let Some(core) = &self.core {
            at_once(core.told());
        }
    }

    /// What the server answers a user who asks how these are.
    pub(crate) fn presences_for(&self, viewer: &str, ids: &[String]) -> Vec<PresenceChanged> {
        let Some(core) = self.people() else {
            return Vec::new();
        };
        let user = User::from_id(viewer);
        let user_ids = ids.to_vec();
        let request = PresenceGet { user_ids };
        let answer = at_once(core.presences(caller(&user, "nobody"), request));
        answer
            .map(|(answer, _)| answer.presences)
            .unwrap_or_default()
    }
}

fn caller<'a>(user: &'a User, socket_id: &'a str) -> Caller<'a> {
    Caller {
        user,
        socket_id,
        device_id: None,
    }
}
