//! A user's contacts, and whom they block.

use nchat_realtime::wire::contacts::{Contact, Contacts};
use nchat_realtime::wire::ids::check_user_id;

use super::{Answer, Caller, Core, Refusal, User};
use crate::store::{Change, NewRelation, Profile, RelationKind, Store};

impl<S: Store> Core<S> {
    /// A list of the user's own.
    pub async fn relations(&self, user: &User, kind: RelationKind) -> Result<Contacts, Refusal> {
        let profile = self.profile(user).await?;
        let list = match kind {
            RelationKind::Contact => profile.contacts,
            RelationKind::Block => profile.blocked,
        };
        Ok(Contacts {
            user_ids: list.into_iter().collect(),
        })
    }

    /// Puts somebody on a list of the caller's, or takes them off it.
    pub async fn relate(
        &self,
        caller: Caller<'_>,
        kind: RelationKind,
        contact: Contact,
        is_there: bool,
    ) -> Result<Contact, Refusal> {
        let other_id = &contact.user_id;
        check_user_id(other_id).map_err(Refusal::invalid_id("userId"))?;
        if *other_id == caller.user.id {
            return Err(Refusal::invalid("userId", "must be another user"));
        }
        let change = Change::Relation(NewRelation {
            user_id: caller.user.id.clone(),
            kind,
            other_id: other_id.clone(),
            is_there,
        });
        let submitted = self.writes.push(change, caller.socket_id)?;
        match self.settle(submitted).await? {
            Answer::Done => Ok(contact),
            _ => Err(nchat_realtime::wire::error::ErrorCode::InternalError.into()),
        }
    }

    /// Everything that is kept of a user.
    pub(super) async fn profile(&self, user: &User) -> Result<Profile, Refusal> {
        let ids = [user.id.clone()];
        let profiles = self.store.profiles(&ids).await?;
        Ok(profiles.into_iter().next().unwrap_or_default())
    }
}
