//! The tables as far as the documented operations read and write them.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::settings::{PresenceSettings, PresenceSettingsUpdate, Visibility};

use super::accounts::{Accounts, Conversation};
use super::error;
use super::filter::{ContactsWhere, ConversationsWhere, ParticipantsWhere, Uuid, UuidIs};
use crate::core::{Refusal, User};

/// Most rows of one answer.
const MAX_ROWS: u32 = 5_000;

#[derive(Debug, SimpleObject)]
#[graphql(name = "nchat_presence_settings", rename_fields = "snake_case")]
pub(super) struct SettingsRow {
    id: Uuid,
    user_id: Uuid,
    visibility: String,
    show_last_seen: bool,
    show_online_status: bool,
    allow_read_receipts: bool,
    invisible_mode: bool,
    broadcast_typing: bool,
    typing_visibility: String,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Debug, InputObject)]
#[graphql(
    name = "nchat_presence_settings_insert_input",
    rename_fields = "snake_case"
)]
pub(super) struct SettingsInput {
    user_id: Uuid,
    visibility: Option<String>,
    show_last_seen: Option<bool>,
    show_online_status: Option<bool>,
    allow_read_receipts: Option<bool>,
    invisible_mode: Option<bool>,
    broadcast_typing: Option<bool>,
    typing_visibility: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(
    name = "nchat_presence_settings_constraint",
    rename_items = "snake_case"
)]
pub(super) enum SettingsConstraint {
    NchatPresenceSettingsPkey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(
    name = "nchat_presence_settings_update_column",
    rename_items = "snake_case"
)]
pub(super) enum SettingsColumn {
    Visibility,
    ShowLastSeen,
    ShowOnlineStatus,
    AllowReadReceipts,
    InvisibleMode,
    BroadcastTyping,
    TypingVisibility,
    UpdatedAt,
}

#[derive(Debug, InputObject)]
#[graphql(
    name = "nchat_presence_settings_on_conflict",
    rename_fields = "snake_case"
)]
pub(super) struct OnConflict {
    constraint: SettingsConstraint,
    update_columns: Vec<SettingsColumn>,
}

#[derive(Debug, SimpleObject)]
#[graphql(name = "nchat_contacts", rename_fields = "snake_case")]
pub(super) struct ContactRow {
    user_id: Uuid,
    contact_user_id: Uuid,
}

#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "nchat_direct_messages", rename_fields = "snake_case")]
pub(super) struct ConversationRow {
    id: Uuid,
    participants: Vec<ParticipantId>,
}

#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "nchat_dm_participant", rename_fields = "snake_case")]
pub(super) struct ParticipantId {
    user_id: Uuid,
}

#[derive(Debug, SimpleObject)]
#[graphql(name = "nchat_dm_participants", rename_fields = "snake_case")]
pub(super) struct ParticipantRow {
    user_id: Uuid,
    dm: ConversationRow,
}

#[derive(Debug)]
pub(super) struct Query;

#[derive(Debug)]
pub(super) struct Mutation;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Query {
    async fn nchat_presence_settings_by_pk(
        &self,
        context: &Context<'_>,
        user_id: Uuid,
    ) -> Result<Option<SettingsRow>> {
        let (accounts, user) = own(context, &user_id.0)?;
        let settings = accounts.settings(user).await.map_err(error)?;
        Ok(Some(settings_row(settings)))
    }

    async fn nchat_contacts(
        &self,
        context: &Context<'_>,
        r#where: ContactsWhere,
        #[graphql(validator(maximum = 5_000))] limit: Option<u32>,
    ) -> Result<Vec<ContactRow>> {
        let (accounts, user) = own(context, id_of(r#where.user_id.as_ref()))?;
        let wanted = r#where.contact_user_id.as_ref().and_then(UuidIs::id);
        let contacts = accounts.contacts(user).await.map_err(error)?;
        let rows = contacts
            .into_iter()
            .filter(|id| wanted.is_none_or(|wanted| wanted == id))
            .map(|id| ContactRow {
                user_id: Uuid(user.id.clone()),
                contact_user_id: Uuid(id),
            });
        Ok(rows.take(rows_at_most(limit)).collect())
    }

    async fn nchat_direct_messages(
        &self,
        context: &Context<'_>,
        r#where: ConversationsWhere,
        #[graphql(validator(maximum = 5_000))] limit: Option<u32>,
    ) -> Result<Vec<ConversationRow>> {
        let participants = r#where.participants();
        let caller = caller(context)?;
        let own_id = participants.iter().find(|id| **id == caller.id);
        let (accounts, user) = own(context, own_id.copied().unwrap_or_default())?;
        if !r#where.allows_direct() {
            return Ok(Vec::new());
        }
        let conversations = accounts.conversations(user).await.map_err(error)?;
        let is_meant = |one: &Conversation| {
            let takes_part = |id: &&str| one.participants.iter().any(|one| one == id);
            participants.iter().all(takes_part)
        };
        let rows = conversations.into_iter().filter(is_meant);
        Ok(rows
            .take(rows_at_most(limit))
            .map(conversation_row)
            .collect())
    }

    async fn nchat_dm_participants(
        &self,
        context: &Context<'_>,
        r#where: ParticipantsWhere,
        #[graphql(validator(maximum = 5_000))] limit: Option<u32>,
    ) -> Result<Vec<ParticipantRow>> {
        let (accounts, user) = own(context, id_of(r#where.user_id.as_ref()))?;
        let conversations = accounts.conversations(user).await.map_err(error)?;
        let rows = conversations.into_iter().map(|one| ParticipantRow {
            user_id: Uuid(user.id.clone()),
            dm: conversation_row(one),
        });
        Ok(rows.take(rows_at_most(limit)).collect())
    }
}

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Mutation {
    /// Changes what is given, as far as the conflict names its column; what is left out or null
    /// stays as it is: nothing is reset by a change of something else.
    async fn insert_nchat_presence_settings_one(
        &self,
        context: &Context<'_>,
        object: SettingsInput,
        on_conflict: Option<OnConflict>,
    ) -> Result<SettingsRow> {
        use SettingsColumn as Column;

        let (accounts, user) = own(context, &object.user_id.0)?;
        let changes = |column: Column| {
            let named = on_conflict.as_ref().map(|named| match named.constraint {
                SettingsConstraint::NchatPresenceSettingsPkey => &named.update_columns,
            });
            named.is_none_or(|named| named.contains(&column))
        };
        let flag = |column, flag: Option<bool>| flag.filter(|_| changes(column));
        let name = |column, name: Option<String>| name.filter(|_| changes(column));
        let typing_visibility = name(Column::TypingVisibility, object.typing_visibility);
        let update = PresenceSettingsUpdate {
            visibility: visibility("visibility", name(Column::Visibility, object.visibility))?,
            show_last_seen: flag(Column::ShowLastSeen, object.show_last_seen),
            show_online_status: flag(Column::ShowOnlineStatus, object.show_online_status),
            allow_read_receipts: flag(Column::AllowReadReceipts, object.allow_read_receipts),
            invisible_mode: flag(Column::InvisibleMode, object.invisible_mode),
            broadcast_typing: flag(Column::BroadcastTyping, object.broadcast_typing),
            typing_visibility: visibility("typing_visibility", typing_visibility)?,
        };
        let settings = accounts.change_settings(user, update).await;
        Ok(settings_row(settings.map_err(error)?))
    }
}

fn caller<'a>(context: &Context<'a>) -> Result<&'a User> {
    context.data::<User>()
}

/// The accounts, for a caller who asks for their own. One request may ask many times, under other
/// names: each counts.
fn own<'a>(context: &Context<'a>, user_id: &str) -> Result<(&'a dyn Accounts, &'a User)> {
    let user = caller(context)?;
    if user.id != user_id {
        return Err(error(Refusal::from(ErrorCode::Forbidden)));
    }
    let accounts = &**context.data::<Arc<dyn Accounts>>()?;
    accounts.admit(user).map_err(error)?;
    Ok((accounts, user))
}

fn id_of(is: Option<&UuidIs>) -> &str {
    is.and_then(UuidIs::id).unwrap_or_default()
}

fn rows_at_most(limit: Option<u32>) -> usize {
    limit.unwrap_or(MAX_ROWS) as usize
}

fn visibility(field: &str, name: Option<String>) -> Result<Option<Visibility>> {
    let Some(name) = name else {
        return Ok(None);
    };
    let visibility = Visibility::parse(&name);
    if visibility.as_str() != name {
        let refusal = Refusal::invalid(field, "must be `everyone`, `contacts` or `nobody`");
        return Err(error(refusal));
    }
    Ok(Some(visibility))
}

fn conversation_row(conversation: Conversation) -> ConversationRow {
    let participants = conversation.participants.into_iter();
    ConversationRow {
        id: Uuid(conversation.id),
        participants: participants
            .map(|id| ParticipantId { user_id: Uuid(id) })
            .collect(),
    }
}

fn settings_row(settings: PresenceSettings) -> SettingsRow {
    SettingsRow {
        id: Uuid(settings.user_id.clone()),
        user_id: Uuid(settings.user_id),
        visibility: settings.visibility.as_str().to_owned(),
        show_last_seen: settings.show_last_seen,
        show_online_status: settings.show_online_status,
        allow_read_receipts: settings.allow_read_receipts,
        invisible_mode: settings.invisible_mode,
        broadcast_typing: settings.broadcast_typing,
        typing_visibility: settings.typing_visibility.as_str().to_owned(),
        created_at: settings.created_at,
        updated_at: settings.updated_at,
    }
}
