//! Everything that a client missed, in one answer.

use nchat_realtime::wire::ids::check_room_name;
use nchat_realtime::wire::limits::{
    MAX_RESUME_BYTES, MAX_RESUME_OPERATIONS, MAX_RESUME_RECEIPTS, MAX_RESUME_ROOMS,
};
use nchat_realtime::wire::operation::Operation;
use nchat_realtime::wire::receipt::MemberReceipt;
use nchat_realtime::wire::resume::{ResumeRoom, ResumedRoom, SyncResume, SyncResumed};

use super::messages::message_new;
use super::operations::operation_event;
use super::presence::State;
use super::{Core, Refusal, User};
use crate::store::{HistoryPage, HistoryRange, MemberCursors, PageLimit, Room, Store};

/// A room that has something new for its member.
struct Changed {
    room: Room,
    /// How far the member knows it.
    seq: u64,
    /// Whether what they know is void.
    is_reset: bool,
}

impl<S: Store> Core<S> {
    /// What changed in many rooms, as far as one answer may carry.
    pub async fn sync_resume(
        &self,
        user: &User,
        request: SyncResume,
    ) -> Result<SyncResumed, Refusal> {
        check(&request)?;
        let server_time = self.now_ms();
        let (mut changed, mut unchanged, mut not_member) = (Vec::new(), 0, Vec::new());
        for known in request.rooms {
            match self.changed(user, &known).await? {
                None => not_member.push(known.room_name),
                Some(None) => unchanged += 1,
                Some(Some(room)) => changed.push(room),
            }
        }
        changed.sort_by(|a, b| {
            let activity = b.room.last_active_at_ms.cmp(&a.room.last_active_at_ms);
            activity.then_with(|| a.room.name.cmp(&b.room.name))
        });
        let wants_receipts = request.receipts == Some(true);
        let mut budget = MAX_RESUME_BYTES;
        let mut rooms = Vec::with_capacity(changed.len());
        for one in changed {
            rooms.push(self.resumed(user, one, wants_receipts, &mut budget).await?);
        }
        Ok(SyncResumed {
            rooms,
            unchanged,
            not_member,
            server_time,
        })
    }

    /// Nothing for no member; a room only if it has something new.
    async fn changed(
        &self,
        user: &User,
        known: &ResumeRoom,
    ) -> Result<Option<Option<Changed>>, Refusal> {
        let Some(room) = self.store.room(&known.room_name).await? else {
            return Ok(None);
        };
        if self.store.member(&room.name, &user.id).await?.is_none() {
            return Ok(None);
        }
        // A place beyond the head is of a log that is gone, under whatever epoch.
        let is_other = known
            .epoch
            .as_ref()
            .is_some_and(|epoch| *epoch != room.epoch);
        let is_reset = is_other || known.seq > room.head_seq;
        let is_changed = is_reset || known.seq < room.head_seq;
        Ok(Some(is_changed.then_some(Changed {
            room,
            seq: known.seq,
            is_reset,
        })))
    }

    async fn resumed(
        &self,
        user: &User,
        changed: Changed,
        wants_receipts: bool,
        budget: &mut usize,
    ) -> Result<ResumedRoom, Refusal> {
        let Changed {
            room,
            seq,
            is_reset,
        } = changed;
        let range = match is_reset {
            true => HistoryRange::Newest,
            false => HistoryRange::AfterSeq(seq),
        };
        let limit = PageLimit {
            entries: MAX_RESUME_OPERATIONS,
            bytes: *budget,
        };
        let page = match *budget {
            0 => HistoryPage {
                has_more: true,
                head_seq: room.head_seq,
                ..HistoryPage::default()
            },
            _ => self.store.history(&room.name, range, limit).await?,
        };
        *budget = budget.saturating_sub(page.size());
        let names = [room.name.clone()];
        let standings = self.store.standings(&user.id, &names).await?;
        let standing = standings.into_iter().next().unwrap_or_default();
        let receipts = match wants_receipts {
            true => Some(self.member_receipts(user, &room.name).await?),
            false => None,
        };
        Ok(ResumedRoom {
            epoch: room.epoch,
            // Counted after the page was read: what came between is told by the next page.
            head_seq: standing.head_seq.max(page.head_seq),
            has_more: page.has_more || standing.head_seq > page.head_seq,
            from_seq: page.from_seq,
            to_seq: page.to_seq,
            operations: in_order(&room.name, page),
            reset: is_reset.then_some(true),
            read_up_to_seq: standing.read_up_to,
            unread_count: standing.unread_count,
            mention_count: standing.mention_count,
            receipts,
            room_name: room.name,
        })
    }

    /// The other members' cursors, as far as this user may know them.
    async fn member_receipts(
        &self,
        user: &User,
        room_name: &str,
    ) -> Result<Vec<MemberReceipt>, Refusal> {
        let sees_reads = self.store.settings(&user.id).await?.allow_read_receipts;
        let cursors = self.store.cursors(room_name, MAX_RESUME_RECEIPTS).await?;
        let ids = cursors.iter().map(|one| &one.user_id).chain([&user.id]);
        let ids: Vec<String> = ids.cloned().collect();
        let is_shown = |state: &State, one: &MemberCursors| {
            one.user_id != user.id && state.shows_receipts(&one.user_id, &user.id)
        };
        let (others, _) = self
            .with_people(&ids, |state| {
                let cursors = cursors.into_iter();
                let others = cursors.filter(|one| is_shown(state, one));
                others.collect::<Vec<_>>()
            })
            .await;
        let others = others.into_iter();
        Ok(others
            .map(|one| MemberReceipt {
                user_id: one.user_id,
                delivered_up_to_seq: one.cursors.shown_delivered_up_to,
                read_up_to_seq: match sees_reads {
                    true => one.cursors.shown_up_to,
                    false => 0,
                },
            })
            .collect())
    }
}

/// The entries of a page as one list by `seq`.
fn in_order(room_name: &str, page: HistoryPage) -> Vec<Operation> {
    let messages = page.messages.into_iter().map(|message| {
        let seq = message.place.seq;
        let message = message_new(room_name, message);
        (seq, Operation::New(Box::new(message)))
    });
    let operations = page
        .operations
        .into_iter()
        .map(|operation| (operation.place.seq, operation_event(room_name, operation)));
    let mut entries: Vec<_> = messages.chain(operations).collect();
    entries.sort_by_key(|(seq, _)| *seq);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn check(request: &SyncResume) -> Result<(), Refusal> {
    if request.rooms.len() > MAX_RESUME_ROOMS {
        return Err(Refusal::too_large("rooms", MAX_RESUME_ROOMS, "items"));
    }
    for room in &request.rooms {
        check_room_name(&room.room_name).map_err(Refusal::invalid_id("roomName"))?;
    }
    Ok(())
}
