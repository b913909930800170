//! Who is there: this user, as chosen and as seen, and the others, as the server shows them.
//!
//! `own` is this user's status, `following` whom the app wants to know of, `known` what the server
//! said of them, `privacy` what of that the app gets to see.

mod following;
mod known;
mod options;
mod own;
mod privacy;

use super::acks::AckFor;
use super::context::Context;
use super::error::ClientError;
use super::input::RequestId;
use super::output::Notification;
use super::rooms::Rooms;
use super::uplink::Uplink;
use crate::socketio::Value;
use crate::wire::ack::Ack;
use crate::wire::connection::capability;
use crate::wire::error::ErrorCode;
use crate::wire::names;
use crate::wire::presence::{
    ChosenStatus, CustomStatus, PresenceHead, PresenceMark, build_user_ids,
};
use crate::wire::resume::items;

use self::following::Following;
use self::known::Known;
use self::own::Own;

pub use self::options::PresenceSettings;

/// What the app asks of presence, and what the driver notices of its user.
#[derive(Clone, Debug)]
pub enum PresenceCommand {
    /// This user takes part: the server is told a status, and that it is still so.
    Started,
    /// No more heartbeats, until it is started again.
    Stopped,
    /// The user chose a status.
    StatusChosen(ChosenStatus),
    /// The user set a custom status, or took it back.
    CustomStatusSet(Option<CustomStatus>),
    /// The app wants to know of these users.
    Wanted(Vec<String>),
    /// The app no longer wants to.
    Unwanted(Vec<String>),
    /// The app asks how these users are now. Resolves with a list.
    Asked {
        /// Whom.
        ids: Vec<String>,
        /// The app's promise.
        request: RequestId,
    },
    /// The user did something.
    Active,
    /// The page is seen, or not.
    Hidden(bool),
}

/// All presence of one client.
pub(crate) struct Presence<V> {
    own: Own,
    following: Following,
    known: Known<V>,
    /// This connection's server has not said that it knows presence, and was told what a server of
    /// the plain dialect is.
    is_told_plainly: bool,
}

impl<V: Value> Presence<V> {
    pub(crate) fn new(is_hidden: bool) -> Self {
        Self {
            own: Own::new(is_hidden),
            following: Following::default(),
            known: Known::new(),
            is_told_plainly: false,
        }
    }

    pub(crate) fn handle(&mut self, up: &mut Uplink<'_, '_, V>, command: PresenceCommand) {
        let server_now_ms = up.connection.server_now_ms(up.ctx.now);
        let ctx = &mut *up.ctx;
        match command {
            PresenceCommand::Started => self.own.start(ctx),
            PresenceCommand::Stopped => self.own.stop(),
            PresenceCommand::StatusChosen(chosen) => self.own.choose(ctx, chosen),
            PresenceCommand::CustomStatusSet(custom) => {
                self.own.set_custom(ctx, server_now_ms, custom);
            }
            PresenceCommand::Wanted(ids) => self.following.want(ctx, ids),
            PresenceCommand::Unwanted(ids) => {
                for id in ids {
                    if self.following.unwant(ctx, &id) {
                        self.known.forget(ctx, &id);
                    }
                }
            }
            PresenceCommand::Asked { ids, request } => {
                let purpose = AckFor::Presences { request };
                let asked = up.request(names::PRESENCE_GET, build_user_ids(&ids), purpose);
                if let Err(error) = asked {
                    up.ctx.reject(request, error);
                }
            }
            PresenceCommand::Active => self.own.active(ctx),
            PresenceCommand::Hidden(is_hidden) => self.own.hidden(ctx, is_hidden),
        }
    }

    /// Tells the server what is due: whom to tell us of, then our own status.
    pub(crate) fn settle(&mut self, up: &mut Uplink<'_, '_, V>, rooms: &Rooms<V>) {
        self.own.show(up.ctx);
        if up.connection.is_ready() && !rooms.is_resuming() {
            self.is_told_plainly = !up.connection.has_capability(capability::PRESENCE);
            self.following.settle(up);
            self.own.settle(up);
        }
    }

    /// What has had its time is over.
    pub(crate) fn handle_timeout(&mut self, ctx: &mut Context<'_, V>) {
        self.known.handle_timeout(ctx);
        self.own.handle_timeout(ctx);
    }

    /// When something is due.
    pub(crate) fn deadline_ms(&self, settings: &PresenceSettings, can_tell: bool) -> Option<u64> {
        let own_ms = self.own.deadline_ms(settings, can_tell);
        let following_ms = self.following.due_ms.filter(|_| can_tell);
        let moments = own_ms.into_iter().chain(following_ms);
        moments.chain(self.known.expires_ms).min()
    }

    /// The server said what it knows. Where that is presence, and it was taken for one of the plain
    /// dialect, it is told all anew: it answers now.
    pub(crate) fn greeted(&mut self, up: &Uplink<'_, '_, V>) {
        if self.is_told_plainly && up.connection.has_capability(capability::PRESENCE) {
            self.connection_lost();
        }
    }

    /// The connection is gone. What was known of others stays, as what was known last.
    pub(crate) fn connection_lost(&mut self) {
        self.is_told_plainly = false;
        self.own.connection_lost();
        self.following.connection_lost();
    }

    /// Nothing is known of the user any more: another one is here, or none. Whom the app wants to
    /// know of, it still wants to.
    pub(crate) fn reset(&mut self, ctx: &mut Context<'_, V>) {
        self.known.clear(ctx);
        self.own.reset(ctx);
        self.following.connection_lost();
    }

    /// Whether whom the app wants to know of has been told since the connection stands.
    pub(crate) fn is_settled(&self) -> bool {
        self.following.is_settled()
    }

    /// Asks for all whom the app wants to know of anew.
    pub(crate) fn refresh(&mut self) {
        self.following.refresh();
    }

    /// Of how many whom the app wants to know of something is known.
    pub(crate) fn count(&self) -> u32 {
        let followed = self.following.wanted().filter(|id| self.known.has(id));
        u32::try_from(followed.count()).unwrap_or(u32::MAX)
    }

    /// Whom the app wants to know of.
    pub(crate) fn wanted(&self) -> Vec<String> {
        self.following.wanted().cloned().collect()
    }

    /// A user as the app may see them; nothing of one of whom nothing is known.
    pub(crate) fn user(&self, id: &str) -> Option<V> {
        self.known.view(id)
    }

    /// All of whom something is known.
    pub(crate) fn users(&self) -> Vec<V> {
        self.known.views()
    }

    /// This user: `{status, chosenStatus, customStatus, isIdle}`.
    pub(crate) fn own(&self) -> V {
        self.own.snapshot()
    }

    /// Whether this user is not to be seen by anybody.
    pub(crate) const fn is_invisible(&self) -> bool {
        self.own.is_invisible()
    }

    /// The server said how somebody is. Gives whom it named.
    pub(crate) fn came(&mut self, up: &mut Uplink<'_, '_, V>, body: &V) -> Option<String> {
        let mark = PresenceMark::read(body).ok()?;
        let server_now_ms = up.connection.server_now_ms(up.ctx.now);
        if up.connection.user_id() == Some(&mark.user_id)
            && let Ok(seen) = PresenceHead::read(body)
        {
            self.own.came(up.ctx, server_now_ms, seen);
        }
        let user_id = mark.user_id.clone();
        self.known
            .came(up.ctx, server_now_ms, mark, body, &self.following);
        Some(user_id)
    }

    /// The server said how several are, in an event or an answer. Gives whom it named.
    pub(crate) fn all_came(&mut self, up: &mut Uplink<'_, '_, V>, body: &V) -> Vec<String> {
        let all = items(body, "presences");
        all.iter().filter_map(|one| self.came(up, one)).collect()
    }

    /// A subscription was answered, or not in time (`None`).
    pub(crate) fn subscribed(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        ack: u64,
        ids: Vec<String>,
        args: Option<&V>,
    ) {
        if let Some(body) = self.following.answered(up.ctx, ack, ids, args) {
            self.all_came(up, &body);
        }
    }

    /// The app's question was answered, or not in time (`None`).
    pub(crate) fn asked(
        &mut self,
        up: &mut Uplink<'_, '_, V>,
        request: RequestId,
        args: Option<&V>,
    ) {
        match Ack::answer(args) {
            Some(Ok(body)) => {
                let ids = self.all_came(up, &body.unwrap_or_else(V::null));
                let views = ids.iter().filter_map(|id| self.known.view(id));
                up.ctx.resolve(request, V::array(views.collect()));
            }
            Some(Err(refusal)) => up.ctx.reject(request, refusal.into()),
            None => {
                let text = ErrorCode::Timeout.message();
                up.ctx
                    .reject(request, ClientError::new(ErrorCode::Timeout, text));
            }
        }
    }

    /// Our own status was answered, or not in time (`None`).
    pub(crate) fn told(&mut self, up: &mut Uplink<'_, '_, V>, ack: u64, args: Option<&V>) {
        let server_now_ms = up.connection.server_now_ms(up.ctx.now);
        self.own.answered(up.ctx, server_now_ms, ack, args);
    }
}

/// Tells that a user is seen otherwise now.
fn tell<V: Value>(ctx: &mut Context<'_, V>, user_id: &str) {
    let user_id = V::string(user_id);
    ctx.notify(Notification::Presence { user_id });
}
