//! What goes wrong by itself, apart from anything that is being sent: servers die, machines
//! sleep, links are cut.

use std::collections::VecDeque;

use nchat_realtime::engine::input::Input;
use nchat_realtime::engine::presence::PresenceCommand;

use super::fault::Fault;
use super::tab::TabId;
use super::world::{Event, World};

const HOUR_MS: i64 = 3_600_000;

/// How often it is thrown for mishaps.
const MISHAP_INTERVAL_MS: u64 = 500;

impl World {
    pub(crate) fn plan_mishap(&mut self) {
        let at_ms = self.chaos.now_ms + MISHAP_INTERVAL_MS;
        self.agenda.plan(at_ms, Event::Mishap);
    }

    /// The dice are thrown for each.
    pub(crate) fn mishap(&mut self) {
        if self.chaos.faults.is_calm() {
            return;
        }
        self.server_mishap();
        let profile = self.chaos.dice.below(self.profiles.len() as u64) as usize;
        self.machine_mishap(profile);
        self.disk_mishap(profile);
        let open = self.open_tabs(profile);
        if !open.is_empty() {
            let id = self.chaos.dice.pick(&open);
            self.tab_mishap(id);
            self.life_mishap(id);
            self.account_mishap(id);
        }
        self.plan_mishap();
    }

    fn server_mishap(&mut self) {
        if self.server.is_up() {
            if self.chaos.strikes(Fault::ServerCrash) {
                self.crash_server();
            } else if self.chaos.strikes(Fault::CrashAfterCommit) {
                self.server.commit_and_say_nothing();
                self.carry_out_server();
                self.crash_server();
            } else if self.chaos.strikes(Fault::MassKick) {
                for link in self.server.joined() {
                    self.break_link(link);
                }
            }
        }
        let joined = self.server.joined();
        if !joined.is_empty() && self.chaos.strikes(Fault::Kick) {
            let link = self.chaos.dice.pick(&joined);
            self.server.kick(link);
            self.carry_out_server();
        }
        let live = self.network.live();
        if !live.is_empty() && self.chaos.strikes(Fault::HalfOpen) {
            let link = self.chaos.dice.pick(&live);
            self.cut_link(link);
        }
    }

    fn crash_server(&mut self) {
        for link in self.server.crash() {
            self.server_closes(self.network.carrier(link));
        }
        if self.chaos.strikes(Fault::HistoryLost) {
            self.server.lose_history();
            self.model.history_lost();
            self.choices.forget_all();
        }
        let at_ms = self.chaos.now_ms + self.chaos.dice.between(1, 15_000);
        self.agenda.plan(at_ms, Event::Restart);
    }

    fn machine_mishap(&mut self, profile: usize) {
        let chaos = &mut self.chaos;
        let (clock, line) = {
            let profile = &mut self.profiles[profile];
            (&mut profile.clock, &mut profile.line)
        };
        if chaos.strikes(Fault::ClockBack) {
            clock.set_wall(-HOUR_MS);
        }
        if chaos.strikes(Fault::ClockForward) {
            clock.set_wall(24 * HOUR_MS);
        }
        if chaos.strikes(Fault::Flapping) {
            line.flaps_until_ms = chaos.now_ms + chaos.dice.between(3_000, 20_000);
        }
        if chaos.strikes(Fault::Sleep) {
            clock.sleep(8 * HOUR_MS.unsigned_abs());
            for id in self.open_tabs(profile) {
                self.plan_wake(id);
                self.input(id, Input::Resumed);
            }
        }
        if self.chaos.strikes(Fault::FalseOffline) {
            self.say_online(profile, false);
            let at_ms = self.chaos.now_ms + self.chaos.dice.between(500, 10_000);
            self.agenda.plan(at_ms, Event::Online(profile));
        }
        if self.chaos.strikes(Fault::FalseOnline) {
            let until_ms = self.chaos.now_ms + self.chaos.dice.between(1_000, 15_000);
            self.profiles[profile].line.dead_until_ms = until_ms;
            for link in self.network.live() {
                if self.network.link(link).tab.profile == profile {
                    self.cut_link(link);
                }
            }
            self.say_online(profile, true);
        }
    }

    /// The browser tells all tabs whether there is a network, right or wrong.
    pub(crate) fn say_online(&mut self, profile: usize, online: bool) {
        for id in self.open_tabs(profile) {
            self.input(id, Input::OnlineChanged(online));
        }
    }

    fn tab_mishap(&mut self, id: TabId) {
        if self.tab(id).frozen.is_none() && self.chaos.strikes(Fault::Freeze) {
            self.freeze(id);
        }
        if self.tab(id).frozen.is_none() && self.chaos.strikes(Fault::BackForward) {
            self.freeze(id);
            for link in self.network.live() {
                if self.network.link(link).tab == id {
                    self.break_link(link);
                }
            }
        }
        if !self.tab(id).is_throttled && self.chaos.strikes(Fault::Throttled) {
            self.input(id, Input::Presence(PresenceCommand::Hidden(true)));
            self.tab(id).is_throttled = true;
            let at_ms = self.chaos.now_ms + self.chaos.dice.between(20_000, 60_000);
            self.agenda.plan(at_ms, Event::Shown(id));
        }
    }

    /// A page is in front again: its timers keep their time.
    pub(crate) fn show(&mut self, id: TabId) {
        if std::mem::take(&mut self.tab(id).is_throttled) {
            self.input(id, Input::Presence(PresenceCommand::Hidden(false)));
            self.input(id, Input::Resumed);
        }
    }

    fn freeze(&mut self, id: TabId) {
        self.tab(id).frozen = Some(VecDeque::new());
        let at_ms = self.chaos.now_ms + self.chaos.dice.between(1_000, 60_000);
        self.agenda.plan(at_ms, Event::Thaw(id));
    }

    /// A tab runs again: everything that waited comes at once.
    pub(crate) fn thaw(&mut self, id: TabId) {
        for (namespace, input) in self.tab(id).frozen.take().unwrap_or_default() {
            // What belonged to a namespace that the tab has closed since then is not heard.
            let is_of_it = matches!(input, Input::TabMessage(_) | Input::Lock(_));
            if !is_of_it || self.tab(id).disk.namespace == namespace {
                self.input(id, input);
            }
        }
        self.input(id, Input::Resumed);
    }
}
