// What an app's own GraphQL endpoint is asked, as in src/wire/graphql, whose files a test holds
// these against: there they are for people, here for the wire.

const SETTINGS =
  "id user_id visibility show_last_seen show_online_status allow_read_receipts invisible_mode";

/** A user's settings. Variable: `userId`. */
export const GET_PRESENCE_SETTINGS = `query GetPresenceSettings($userId: uuid!) {
nchat_presence_settings_by_pk(user_id: $userId) { ${SETTINGS} } }`;

/** Changes them. Variables: `userId` and all five settings: what is left out may be set to a default. */
export const UPDATE_PRESENCE_SETTINGS = `mutation UpdatePresenceSettings($userId: uuid! $visibility: String
$showLastSeen: Boolean $showOnlineStatus: Boolean $allowReadReceipts: Boolean $invisibleMode: Boolean) {
insert_nchat_presence_settings_one(
object: { user_id: $userId visibility: $visibility show_last_seen: $showLastSeen
show_online_status: $showOnlineStatus allow_read_receipts: $allowReadReceipts
invisible_mode: $invisibleMode }
on_conflict: { constraint: nchat_presence_settings_pkey update_columns: [ visibility show_last_seen
show_online_status allow_read_receipts invisible_mode updated_at ] }
) { ${SETTINGS} } }`;

/** Whether two have a direct conversation, or the first lists the second. Variables: `viewerId`, `targetId`. */
export const CHECK_CONTACT_RELATIONSHIP = `query CheckContactRelationship($viewerId: uuid! $targetId: uuid!) {
nchat_direct_messages(where: { type: { _eq: "direct" } status: { _eq: "active" } _and: [
{ participants: { user_id: { _eq: $viewerId } } }
{ participants: { user_id: { _eq: $targetId } } } ] } limit: 1) { id }
nchat_contacts(where: { user_id: { _eq: $viewerId } contact_user_id: { _eq: $targetId } } limit: 1) {
contact_user_id } }`;

/** With whom a user has direct conversations, and whom they list. Variable: `userId`. */
export const GET_USER_CONTACTS = `query GetUserContacts($userId: uuid!) {
nchat_dm_participants(where: { user_id: { _eq: $userId } }) { dm { id participants { user_id } } }
nchat_contacts(where: { user_id: { _eq: $userId } }) { contact_user_id } }`;
