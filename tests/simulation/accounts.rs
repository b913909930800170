//! Who uses a profile: people sign out, which leaves nothing of theirs, and sign in again, as
//! themselves or as somebody else; or somebody takes over while another is signed in.

use nchat_realtime::engine::input::{Input, TokenSource};

use super::fault::Fault;
use super::people::ROOMS;
use super::tab::TabId;
use super::world::{Event, World};

impl World {
    /// Somebody signs out, or somebody else takes over.
    pub(crate) fn account_mishap(&mut self, id: TabId) {
        let tab = self.tab(id);
        if !tab.is_open || tab.frozen.is_some() || self.profiles[id.profile].is_signed_out {
            return;
        }
        if self.chaos.strikes(Fault::Logout) {
            self.sign_out(id);
        } else if self.profiles[id.profile].settings.user_id.is_some()
            && self.chaos.strikes(Fault::UserTakesOver)
        {
            // Where the app does not say who it is, it logs out first.
            self.change_user(id.profile);
        }
    }

    fn sign_out(&mut self, id: TabId) {
        let is_alone = self.open_tabs(id.profile).len() == 1;
        let namespace = self.tab(id).disk.namespace.clone();
        let profile = &mut self.profiles[id.profile];
        profile.is_signed_out = true;
        // Other tabs may not have heard of it; and who was not named yet has nothing of a name.
        let namespace = namespace.filter(|of| is_alone && of.user.as_deref() == Some(profile.user));
        let user = profile.user;
        self.model.wiped(id.profile, user);
        self.choices.forget(user);
        let request = self.request(id, Input::LogoutRequested);
        let profile = &mut self.profiles[id.profile];
        // Users whom the app does not name are told apart by what a logout leaves of them: nothing,
        // where it is the only tab.
        profile.may_change_user = is_alone || profile.settings.user_id.is_some();
        profile.logout = namespace.map(|namespace| (id, request, namespace));
        let at_ms = self.chaos.now_ms + self.chaos.dice.pick(&[0, 5, 500, 4_000]);
        self.agenda.plan(at_ms, Event::SignIn(id.profile));
    }

    /// A person signs in where nobody is.
    pub(crate) fn sign_in(&mut self, profile: usize) {
        if !self.profiles[profile].is_signed_out {
            return;
        }
        self.profiles[profile].is_signed_out = false;
        self.profiles[profile].logout = None;
        let may_change = self.profiles[profile].may_change_user && !self.is_wiping(profile);
        if may_change && self.chaos.strikes(Fault::AnotherUser) {
            return self.change_user(profile);
        }
        for id in self.open_tabs(profile) {
            self.configure(id);
            self.enter(id);
        }
    }

    /// From now on somebody else uses the profile. Their app has one tab at first.
    fn change_user(&mut self, profile: usize) {
        let open = self.open_tabs(profile);
        for id in open.iter().skip(1) {
            self.end_tab(*id);
            self.model.tab_ended(*id, self.keeps_in_memory(profile));
        }
        for id in &open {
            self.model.tab_ended(*id, self.keeps_in_memory(profile));
        }
        let (before, user) = (
            self.profiles[profile].user,
            self.profiles[profile].other_user(),
        );
        self.chaos
            .record(&"profile", &(profile, "is used by", user));
        self.choices.forget(before);
        self.choices.forget(user);
        let it = &mut self.profiles[profile];
        it.user = user;
        if it.settings.user_id.is_some() {
            it.settings.user_id = Some(user.to_owned());
        }
        // Signing in takes a person longer than it takes localStorage to reach the disk.
        it.disk.flush();
        for id in open.into_iter().take(1) {
            self.configure(id);
            self.enter(id);
            self.request(id, Input::ReconnectRequested);
        }
    }

    /// An app that says who its user is does so before anything else.
    fn configure(&mut self, id: TabId) {
        let settings = &self.profiles[id.profile].settings;
        if settings.user_id.is_some() {
            let settings = Box::new(settings.clone());
            self.input(id, Input::Configured(settings));
        }
    }

    /// A person has signed in: the app connects as them, joins rooms and looks who is there.
    pub(crate) fn enter(&mut self, id: TabId) {
        let user = self.profiles[id.profile].user;
        for mirror in self.tab(id).mirrors.values_mut() {
            mirror.forget_heard();
        }
        let source = match self.chaos.dice.chance(500) {
            true => TokenSource::Callback,
            false => TokenSource::Fixed(format!("user:{user}")),
        };
        let refresh = false;
        self.input(id, Input::TokenSourceChanged { source, refresh });
        self.request(id, Input::ConnectRequested);
        for room in ROOMS {
            if self.chaos.dice.chance(750) {
                self.join(id, room);
            }
        }
        self.look_around(id);
    }
}
