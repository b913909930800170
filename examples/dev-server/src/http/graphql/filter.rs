//! The conditions of the documented operations, as far as they use the language of the product documents'
//! database.

use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// An id of any kind: the product documents' are UUIDs, ours are any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Uuid(pub(super) String);

#[Scalar(name = "uuid")]
impl ScalarType for Uuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(id) => Ok(Self(id)),
            Value::Number(id) => Ok(Self(id.to_string())),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "uuid_comparison_exp")]
pub(super) struct UuidIs {
    #[graphql(name = "_eq")]
    eq: Option<Uuid>,
}

#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "String_comparison_exp")]
pub(super) struct TextIs {
    #[graphql(name = "_eq")]
    eq: Option<String>,
}

impl UuidIs {
    pub(super) fn id(&self) -> Option<&str> {
        self.eq.as_ref().map(|id| id.0.as_str())
    }
}

impl TextIs {
    fn allows(&self, text: &str) -> bool {
        self.eq.as_ref().is_none_or(|wanted| wanted == text)
    }
}

#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "nchat_contacts_bool_exp", rename_fields = "snake_case")]
pub(super) struct ContactsWhere {
    pub(super) user_id: Option<UuidIs>,
    pub(super) contact_user_id: Option<UuidIs>,
}

#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "nchat_dm_participants_bool_exp", rename_fields = "snake_case")]
pub(super) struct ParticipantsWhere {
    pub(super) user_id: Option<UuidIs>,
}

#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "nchat_direct_messages_bool_exp", rename_fields = "snake_case")]
pub(super) struct ConversationsWhere {
    #[graphql(name = "type")]
    kind: Option<TextIs>,
    status: Option<TextIs>,
    participants: Option<ParticipantsWhere>,
    #[graphql(name = "_and")]
    and: Option<Vec<ConversationsWhere>>,
}

impl ConversationsWhere {
    /// Whether a direct conversation that goes on can be meant at all.
    pub(super) fn allows_direct(&self) -> bool {
        let kind = self.kind.as_ref().is_none_or(|kind| kind.allows("direct"));
        let status = self.status.as_ref();
        kind && status.is_none_or(|status| status.allows("active"))
            && self.all().all(Self::allows_direct)
    }

    /// Who has to take part.
    pub(super) fn participants(&self) -> Vec<&str> {
        let own = self.participants.as_ref();
        let own = own.and_then(|participants| participants.user_id.as_ref()?.id());
        let others = self.all().flat_map(Self::participants);
        own.into_iter().chain(others).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Self> {
        self.and.iter().flatten()
    }
}
