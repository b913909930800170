//! Bringing what was submitted into the store, and telling who is to know.

use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::limits::{MAX_CONTACTS, MAX_MESSAGE_REACTIONS};
use nchat_realtime::wire::message::SendAck;
use nchat_realtime::wire::planted::{PlantedBug, is_planted};
use nchat_realtime::wire::receipt::MessageSent;

use super::messages::{message_new, send_ack};
use super::operations::{operation_ack, operation_event};
use super::outlet::{Outlet, RoomEvent, UserEvent};
use super::presence::presence_settings;
use super::rooms::DM_PREFIX;
use super::time::iso8601;
use super::write_queue::{Submitted, Waiting};
use super::{Answer, Core, Refusal};
use crate::store::{
    Answered, Change, NewMessage, Outcome, Place, Refused, Store, StoredMessage, StoredOperation,
};

impl<S: Store> Core<S> {
    /// Waits until a submitted command is stored and told, committing it where nobody else does.
    pub async fn settle(&self, mut submitted: Submitted) -> Result<Answer, Refusal> {
        loop {
            let _committing = self.writes.committing.lock().await;
            match submitted.0.try_recv() {
                Ok(Some(answer)) => return answer,
                Ok(None) => self.commit_batch().await,
                // Whoever was to answer is gone: the outcome is unknown, the key is kept. "Internal
                // error" would say that nothing was changed.
                Err(_) => return Err(ErrorCode::Timeout.into()),
            }
        }
    }

    /// Waits until everything that was submitted has its answer.
    pub async fn finish(&self) {
        loop {
            let _committing = self.writes.committing.lock().await;
            if self.writes.is_empty() {
                return;
            }
            self.commit_batch().await;
        }
    }

    async fn commit_batch(&self) {
        let batch = self.writes.next_batch();
        let changes = batch.iter().map(|waiting| waiting.change.clone()).collect();
        match self.store.write(changes).await {
            Ok(outcomes) => {
                let _together = Together::new(&*self.outlet);
                for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                    self.conclude(waiting, outcome).await;
                }
            }
            Err(error) => {
                let refusal = Refusal::from(error);
                for waiting in batch {
                    // Nobody waits any more where the socket's task ended.
                    let _ = waiting.answer.send(Err(refusal.clone()));
                }
            }
        }
    }

    async fn conclude(&self, waiting: Waiting, outcome: Outcome) {
        let Waiting {
            change,
            socket_id,
            answer,
        } = waiting;
        let result = match (change, outcome) {
            (_, Outcome::Refused(refused)) => Err(refused.into()),
            (Change::Message(message), Outcome::Appended(place)) => {
                Ok(Answer::Sent(self.appended(*message, place).await))
            }
            (Change::Message(message), Outcome::Answered(Answered { place, .. })) => {
                if is_planted(PlantedBug::PublishesRepeats) {
                    let repeat = *message.clone();
                    self.appended(repeat, place.clone()).await;
                }
                let ack = send_ack(place, message.client_message_id, true);
                Ok(Answer::Sent(ack))
            }
            (Change::Operation(operation), Outcome::Answered(answered)) => {
                let ack = operation_ack(answered, operation.client_message_id, true);
                Ok(Answer::Operated(ack))
            }
            (
                _,
                Outcome::Operated {
                    room_name,
                    operation,
                },
            ) => self.operated(&room_name, *operation).await,
            (Change::Cursor(cursor), Outcome::Moved(moved)) => {
                let acked = self.moved(cursor, *moved, &socket_id).await;
                Ok(Answer::Moved(acked))
            }
            (Change::Settings(change), Outcome::User(changed)) => {
                let settings = presence_settings(&change.user_id, &changed.record);
                self.user_changed(&change.user_id, *changed).await;
                Ok(Answer::Settings(Box::new(settings)))
            }
            (Change::Presence(change), Outcome::User(changed)) => {
                self.user_changed(&change.user_id, *changed).await;
                Ok(Answer::Done)
            }
            (Change::Relation(change), Outcome::Related) => {
                self.related(&change).await;
                Ok(Answer::Done)
            }
            (_, Outcome::Fenced) => Ok(Answer::Done),
            // No store answers a change with the outcome of another kind.
            _ => Err(ErrorCode::InternalError.into()),
        };
        let _ = answer.send(result);
    }

    async fn appended(&self, message: NewMessage, place: Place) -> SendAck {
        let (room_name, client_message_id) =
            (message.room_name.clone(), message.client_message_id.clone());
        let author_id = message.body.user.id.clone();
        let thread_id = message.body.thread_id.clone();
        let stored = StoredMessage::new(place.clone(), message);
        let event = RoomEvent::Message(Box::new(message_new(&room_name, stored)));
        if !(place.seq.is_multiple_of(7) && is_planted(PlantedBug::SkipsPublish)) {
            self.outlet.publish(&room_name, None, event).await;
        }
        let sent = UserEvent::Sent(MessageSent {
            message_id: place.message_id.clone(),
            client_message_id: client_message_id.clone(),
            channel_id: room_name.clone(),
            seq: place.seq,
            sent_at: iso8601(place.timestamp_ms),
        });
        self.outlet.tell(&author_id, None, sent).await;
        self.wrote(&author_id, &room_name, thread_id.as_deref())
            .await;
        send_ack(place, client_message_id, false)
    }

    /// What was typed is over; and to whom one writes by oneself, one is known.
    async fn wrote(&self, author_id: &str, room_name: &str, thread_id: Option<&str>) {
        let now = self.now();
        let (is_news, is_first) = {
            let mut state = self.directory.state();
            state.end_typing_of_message(author_id, room_name, thread_id, now);
            let is_first =
                room_name.starts_with(DM_PREFIX) && state.writes_first(author_id, room_name);
            (state.has_news(), is_first)
        };
        if is_first {
            // What cannot be looked up now is looked up when the author comes next.
            let members = self.store.members(room_name, author_id, 0, 2).await;
            let ids = members.into_iter().flatten().map(|member| member.user.id);
            for other_id in ids.filter(|id| id != author_id) {
                self.directory.state().wrote_to(author_id, &other_id, now);
            }
        }
        if is_news || is_first {
            self.tell_all().await;
        }
    }

    async fn operated(
        &self,
        room_name: &str,
        operation: StoredOperation,
    ) -> Result<Answer, Refusal> {
        let answered = Answered {
            place: operation.place.clone(),
            version: operation.kind.has_version().then_some(operation.version),
        };
        let ack = operation_ack(answered, operation.client_message_id.clone(), false);
        let event = operation_event(room_name, operation);
        self.outlet
            .publish(room_name, None, RoomEvent::Operation(event))
            .await;
        Ok(Answer::Operated(ack))
    }
}

/// While it lives, what is told belongs together.
struct Together<'a>(&'a dyn Outlet);

impl<'a> Together<'a> {
    fn new(outlet: &'a dyn Outlet) -> Self {
        outlet.gather();
        Self(outlet)
    }
}

impl Drop for Together<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::RoomNotFound => ErrorCode::RoomNotFound.into(),
            Refused::MessageNotFound => ErrorCode::NotFound.into(),
            Refused::NotMember => ErrorCode::NotInRoom.into(),
            Refused::Forbidden => ErrorCode::Forbidden.into(),
            Refused::Fenced { highest } => Self::fenced(highest),
            Refused::OutOfOrder => ErrorCode::OutOfOrder.into(),
            Refused::TooManyReactions => {
                Self::too_large("emoji", MAX_MESSAGE_REACTIONS, "reactions of a message")
            }
            Refused::TooManyRelations => {
                Self::too_large("userId", MAX_CONTACTS as usize, "users of a list")
            }
            Refused::Stale { room_name, current } => {
                Self::stale(&message_new(&room_name, *current))
            }
        }
    }
}
