//! What the schema asks of the server.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use nchat_realtime::wire::room::RoomType;
use nchat_realtime::wire::settings::{PresenceSettings, PresenceSettingsUpdate};
use nchat_realtime::wire::sync::SyncChannels;

use crate::core::{Refusal, User};
use crate::socket::Shared;
use crate::store::{RelationKind, Store};

/// A direct conversation.
pub(super) struct Conversation {
    pub(super) id: String,
    pub(super) participants: Vec<String>,
}

/// Settings, contacts and conversations of a user, whatever keeps them.
pub(super) trait Accounts: Send + Sync {
    /// Counts one field against the user's limit of events.
    fn admit(&self, user: &User) -> Result<(), Refusal>;

    fn settings<'a>(&'a self, user: &'a User) -> BoxFuture<'a, Result<PresenceSettings, Refusal>>;

    fn change_settings<'a>(
        &'a self,
        user: &'a User,
        update: PresenceSettingsUpdate,
    ) -> BoxFuture<'a, Result<PresenceSettings, Refusal>>;

    fn contacts<'a>(&'a self, user: &'a User) -> BoxFuture<'a, Result<Vec<String>, Refusal>>;

    fn conversations<'a>(
        &'a self,
        user: &'a User,
    ) -> BoxFuture<'a, Result<Vec<Conversation>, Refusal>>;
}

impl<S: Store> Accounts for Arc<Shared<S>> {
    fn admit(&self, user: &User) -> Result<(), Refusal> {
        self.core.admit(&user.id)
    }

    fn settings<'a>(&'a self, user: &'a User) -> BoxFuture<'a, Result<PresenceSettings, Refusal>> {
        self.core.presence_settings(user).boxed()
    }

    fn change_settings<'a>(
        &'a self,
        user: &'a User,
        update: PresenceSettingsUpdate,
    ) -> BoxFuture<'a, Result<PresenceSettings, Refusal>> {
        self.core.change_settings(user, update).boxed()
    }

    fn contacts<'a>(&'a self, user: &'a User) -> BoxFuture<'a, Result<Vec<String>, Refusal>> {
        async move {
            let contacts = self.core.relations(user, RelationKind::Contact).await?;
            Ok(contacts.user_ids)
        }
        .boxed()
    }

    fn conversations<'a>(
        &'a self,
        user: &'a User,
    ) -> BoxFuture<'a, Result<Vec<Conversation>, Refusal>> {
        async move {
            let rooms = self.core.sync_channels(user, SyncChannels { since: None });
            let mut conversations = Vec::new();
            for room in rooms.await?.channels {
                if room.kind == RoomType::Dm {
                    let members = self.core.store().members(&room.id, &user.id, 0, 2).await?;
                    conversations.push(Conversation {
                        id: room.id,
                        participants: members.into_iter().map(|one| one.user.id).collect(),
                    });
                }
            }
            Ok(conversations)
        }
        .boxed()
    }
}
