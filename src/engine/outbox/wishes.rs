//! Between tabs: what one that does not send asks of the one that does, and what that tells.

use super::Outbox;
use crate::engine::config::MAX_WISHES;
use crate::engine::context::Context;
use crate::engine::rooms::Rooms;
use crate::engine::uplink::Uplink;
use crate::socketio::Value;

/// What the sending tab is asked to do with an entry. It alone knows what is under way.
#[derive(Clone, Debug)]
pub(super) enum Wish<V> {
    Remove,
    Retry,
    Update(V),
}

impl<V: Value> Outbox<V> {
    /// Asks the sending tab; where there is none, this tab does it once it leads.
    pub(super) fn wish(&mut self, ctx: &mut Context<'_, V>, key: &str, wish: Wish<V>) {
        let mut fields = vec![("key", V::string(key))];
        fields.push(match &wish {
            Wish::Remove => ("wish", V::string("remove")),
            Wish::Retry => ("wish", V::string("retry")),
            Wish::Update(patch) => ("patch", patch.clone()),
        });
        ctx.post("ask", fields);
        if self.wishes.len() >= MAX_WISHES {
            self.wishes.remove(0);
        }
        self.wishes.push((key.to_owned(), wish));
    }

    /// This tab leads: it does what it would have asked for.
    pub(super) fn grant_wishes(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>) {
        for (key, wish) in std::mem::take(&mut self.wishes) {
            self.grant(up, rooms, &key, &wish);
        }
    }

    fn grant(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        key: &str,
        wish: &Wish<V>,
    ) {
        match wish {
            Wish::Remove => {
                self.cancel(up.ctx, rooms, key, true);
            }
            Wish::Retry => {
                self.retry(up, rooms, key, true);
            }
            // It was looked at where it was wished.
            Wish::Update(patch) => {
                let _ = self.update(up, rooms, key, patch, true);
            }
        }
    }

    /// Another tab's message about an entry. `leads` tells whether this tab sends.
    pub(crate) fn tab_said(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        rooms: &mut Rooms<V>,
        kind: &str,
        message: &V,
        leads: bool,
    ) {
        let Some(key) = message.field("key").and_then(|key| key.as_text()) else {
            return;
        };
        if kind == "ask" {
            if leads {
                self.asked(up, rooms, &key, message);
            }
            return;
        }
        self.wishes.retain(|(wished, _)| *wished != key);
        match kind {
            "put" => {
                if let Some(text) = message.field("text").and_then(|text| text.as_text()) {
                    self.put_elsewhere(up, rooms, &text, leads);
                }
            }
            // What is in flight here is answered here.
            "acked" if !leads => {
                self.taken(up, rooms, &key, message.field("receipt"));
            }
            "gone" if !self.is_flying(&key) => {
                self.withdraw(up.ctx, rooms, &key);
            }
            "done" if !self.is_flying(&key) => self.lost_sight_of(up.ctx, rooms, &key),
            _ => {}
        }
    }

    fn is_flying(&self, key: &str) -> bool {
        self.entries
            .get(key)
            .is_some_and(|entry| entry.is_in_flight())
    }

    fn asked(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &mut Rooms<V>, key: &str, message: &V) {
        let wish = message.field("wish").and_then(|wish| wish.as_text());
        let wish = match (wish.as_deref(), message.field("patch")) {
            (Some("remove"), _) => Wish::Remove,
            (Some("retry"), _) => Wish::Retry,
            (None, Some(patch)) => Wish::Update(patch),
            _ => return,
        };
        self.grant(up, rooms, key, &wish);
        // Granted or not, the asking tab need not ask again.
        let record = self
            .entries
            .get(key)
            .map(|entry| super::queueing::sealed(entry));
        if let Some(Ok(text)) = record {
            let fields = vec![("key", V::string(key)), ("text", V::string(&text))];
            up.ctx.post("put", fields);
        }
    }
}
