//! How tabs begin and end: closed, crashed, killed with their browser, and opened again.

use nchat_realtime::engine::input::Input;

use super::fault::Fault;
use super::profile::Line;
use super::tab::{Tab, TabId};
use super::world::{Event, World};

/// Tabs of one profile at once.
pub(crate) const MAX_TABS: u32 = 4;

impl World {
    /// Opens a tab in a profile.
    pub(crate) fn open_tab(&mut self, profile: usize) {
        self.open_page(profile);
        if self.chaos.strikes(Fault::DoubleMount) {
            let last = self.profiles[profile].tabs.len() - 1;
            self.begin_anew(TabId { profile, tab: last });
        }
    }

    /// A page goes on with a new engine, which knows what is stored.
    fn begin_anew(&mut self, id: TabId) {
        self.end_tab(id);
        self.model.tab_ended(id, self.keeps_in_memory(id.profile));
        self.open_page(id.profile);
    }

    fn open_page(&mut self, profile: usize) {
        let id = TabId {
            profile,
            tab: self.profiles[profile].tabs.len(),
        };
        let known_users = self.profiles[profile].disk.known_users();
        let settings = self.profiles[profile].settings.clone();
        let tab = Tab::new(id, self.chaos.dice.bytes(), settings, known_users);
        self.chaos.record(&id, &"opens");
        self.profiles[profile].tabs.push(tab);
        self.begin(id);
    }

    pub(crate) fn life_mishap(&mut self, id: TabId) {
        let open = self.open_tabs(id.profile).len() as u32;
        if open < MAX_TABS && self.chaos.strikes(Fault::AnotherTab) {
            self.open_tab(id.profile);
        }
        if self.chaos.strikes(Fault::Panicked) {
            return self.begin_anew(id);
        }
        if self.chaos.strikes(Fault::TabClosed) {
            self.end_tab(id);
            self.model.tab_ended(id, self.keeps_in_memory(id.profile));
        } else if self.chaos.strikes(Fault::BrowserKilled) {
            for id in self.open_tabs(id.profile) {
                self.end_tab(id);
            }
            self.profiles[id.profile].disk.kill();
            // Whom the browser knows, and what was queued for nobody, is as it was some seconds ago.
            self.profiles[id.profile].may_change_user &=
                self.profiles[id.profile].settings.user_id.is_some();
            self.model.browser_killed(id.profile);
        } else {
            return;
        }
        if self.open_tabs(id.profile).is_empty() {
            let at_ms = self.chaos.now_ms + self.chaos.dice.between(10, 5_000);
            self.agenda.plan(at_ms, Event::OpenTab(id.profile));
        }
    }

    /// Whether what is not in the store goes with its tab.
    pub(crate) fn keeps_in_memory(&self, profile: usize) -> bool {
        self.profiles[profile].disk.refuses_journal
    }

    /// A tab is gone: nothing of it goes on but what is on its way already.
    pub(crate) fn end_tab(&mut self, id: TabId) {
        self.chaos.record(&id, &"is gone");
        let tab = self.tab(id);
        tab.is_open = false;
        tab.frozen = None;
        for link in tab.links.values().copied().collect::<Vec<_>>() {
            self.client_closes(link);
        }
        // What was not carried out may be, or not: before anything that comes after it.
        if self.chaos.dice.chance(500) {
            self.tab(id).disk.forget();
        } else {
            self.commit_rest(id);
        }
        self.release_locks(id);
        // A logout that is not over may have left something.
        let profile = &mut self.profiles[id.profile];
        profile.may_change_user &= !profile.is_signed_out || profile.settings.user_id.is_some();
        self.model.forget_promises(id);
        self.choices.forget(self.profiles[id.profile].user);
    }

    /// The tabs of a profile that are open.
    pub(crate) fn open_tabs(&self, profile: usize) -> Vec<TabId> {
        let tabs = self.profiles[profile].tabs.iter().enumerate();
        tabs.filter(|(_, it)| it.is_open)
            .map(|(tab, _)| TabId { profile, tab })
            .collect()
    }

    /// Storage goes wrong by itself.
    pub(crate) fn disk_mishap(&mut self, profile: usize) {
        if self.chaos.dice.chance(200) {
            self.profiles[profile].disk.flush();
        }
        if self.chaos.strikes(Fault::Evicted) {
            self.profiles[profile].disk.evict();
            self.profiles[profile].fences.forget_all();
            self.model.storage_lost(profile);
        }
        let is_leaving = self.profiles[profile].logout.is_some();
        let is_possible = self.profiles[profile].disk.has_databases() && !is_leaving;
        if is_possible && self.chaos.strikes(Fault::NewerSchema) {
            self.upgrade_database(profile);
        }
        if self.chaos.strikes(Fault::StoreLost) {
            self.lose_connection(profile);
        }
        if self.chaos.strikes(Fault::StolenLock) {
            self.steal_locks(profile);
        }
        if self.chaos.strikes(Fault::CorruptRow) {
            let number = self.chaos.now_ms;
            self.profiles[profile].disk.corrupt(number);
        }
    }

    /// Nothing goes wrong any more on a machine.
    pub(crate) fn calm_profile(&mut self, profile: usize) {
        self.profiles[profile].line = Line::default();
        self.sign_in(profile);
        if self.open_tabs(profile).is_empty() {
            self.open_tab(profile);
        }
        self.say_online(profile, true);
        for id in self.open_tabs(profile) {
            self.thaw(id);
            self.show(id);
            self.request(id, Input::ConnectRequested);
        }
    }
}
