//! From long polling to a WebSocket, at the server's end, as Engine.IO has it: the client probes
//! the WebSocket, ends what it polls, and switches.

use std::collections::BTreeMap;

use nchat_realtime::socketio::TransportEvent;
use serde_json::Value as Json;

use super::{Said, Server};
use crate::network::{LinkId, text_frame};

/// How long after a probe's answer a long poll is answered with nothing, in milliseconds.
const NOOP_MS: u64 = 100;

/// WebSockets of sessions that began by polling.
#[derive(Debug, Default)]
pub(super) struct Upgrades {
    /// Those that are only tried, with the link of the session.
    probes: BTreeMap<LinkId, LinkId>,
    /// Those that carry the session.
    carriers: BTreeMap<LinkId, LinkId>,
}

impl Upgrades {
    /// The link under which the session is known that this one carries.
    pub(super) fn session_link(&self, link: LinkId) -> LinkId {
        self.carriers.get(&link).copied().unwrap_or(link)
    }

    fn is_probed(&self, session: LinkId) -> bool {
        self.probes.values().any(|of| *of == session)
    }
}

impl Server {
    /// A WebSocket opens that names a session.
    pub(super) fn probe_opens(&mut self, link: LinkId, session: LinkId) {
        if !self.is_polled(session) {
            return self.said.push_back(Said::Closes(link));
        }
        self.upgrades.probes.insert(link, session);
        self.said.push_back(Said::Opens(link));
        self.said
            .push_back(Said::Brings(link, TransportEvent::Opened));
    }

    /// Whether what came on a link was about an upgrade.
    pub(super) fn is_upgrade(&mut self, link: LinkId, packet: &str) -> bool {
        let Some(session) = self.upgrades.probes.get(&link).copied() else {
            return false;
        };
        match packet {
            "2probe" => {
                let pong = text_frame("3probe".to_owned());
                self.said.push_back(Said::Brings(link, pong));
                self.end_poll(session);
            }
            "5" => {
                self.upgrades.probes.remove(&link);
                match self.take_unpolled(session) {
                    Some(packets) => {
                        self.upgrades.carriers.insert(link, session);
                        self.said.push_back(Said::Upgrades { session, link });
                        for packet in packets {
                            self.said.push_back(Said::Brings(link, text_frame(packet)));
                        }
                    }
                    None => self.said.push_back(Said::Closes(link)),
                }
            }
            _ => {}
        }
        true
    }

    /// A long poll waits: while a WebSocket is tried, not for long.
    pub(super) fn end_poll(&mut self, session: LinkId) {
        if self.upgrades.is_probed(session) && self.is_polled(session) {
            self.say(session, "6".to_owned(), NOOP_MS);
        }
    }

    /// A WebSocket that was tried is gone; true where it was one.
    pub(super) fn probe_closes(&mut self, link: LinkId) -> bool {
        self.upgrades.probes.remove(&link).is_some()
    }
}

/// What a link brings its client by itself.
pub(super) type Brought = TransportEvent<Json>;
