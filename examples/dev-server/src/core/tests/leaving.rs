//! Joining on one socket while leaving on another.

use futures_channel::oneshot;
use futures_util::future::BoxFuture;

use super::*;

/// Sockets that hear a room only once they are let.
#[derive(Default)]
struct Gate {
    recorder: Recorder,
    closed: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Outlet for Gate {
    fn subscribe<'a>(&'a self, socket_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        let closed = self.closed.lock().expect("a lock").take();
        async move {
            if let Some(closed) = closed {
                closed.await.expect("opened");
            }
            self.recorder.subscribe(socket_id, room_name).await;
        }
        .boxed()
    }

    fn unsubscribe<'a>(&'a self, user_id: &'a str, room_name: &'a str) -> BoxFuture<'a, ()> {
        self.recorder.unsubscribe(user_id, room_name)
    }

    fn publish<'a>(
        &'a self,
        _room_name: &'a str,
        _except_socket_id: Option<&'a str>,
        _event: RoomEvent,
    ) -> BoxFuture<'a, ()> {
        std::future::ready(()).boxed()
    }

    fn tell<'a>(
        &'a self,
        _user_id: &'a str,
        _except_socket_id: Option<&'a str>,
        _event: UserEvent,
    ) -> BoxFuture<'a, ()> {
        std::future::ready(()).boxed()
    }

    fn send<'a>(&'a self, _socket_id: &'a str, _event: SocketEvent) -> BoxFuture<'a, ()> {
        std::future::ready(()).boxed()
    }
}

#[tokio::test]
async fn who_left_while_they_joined_on_another_socket_does_not_go_on_hearing_the_room() {
    let gate = Arc::new(Gate::default());
    let environment = Arc::new(FakeEnvironment {
        now_ms: AtomicI64::new(1_000),
        dice: AtomicU64::new(1),
    });
    let core = Core::start(
        MemoryStore::default(),
        gate.clone(),
        environment,
        NonZeroU32::MIN,
        Times::DEFAULT,
    );
    let core = core.await.expect("starts");
    let eve = User::from_id("eve");
    let on = |socket_id| Caller {
        user: &eve,
        socket_id,
        device_id: None,
    };
    let (open, closed) = oneshot::channel();
    *gate.closed.lock().expect("a lock") = Some(closed);
    let room_name = "general".to_owned();
    let request = RoomJoin {
        room_name: room_name.clone(),
    };
    let mut join = core.join_room(on("first"), request).boxed();
    assert!((&mut join).now_or_never().is_none(), "it waits at the gate");
    let left = core.leave_room(on("second"), RoomLeave { room_name });
    assert_eq!(left.await, Ok(()));
    open.send(()).expect("waited for");
    let refused = join.await.expect_err("no member");
    assert_eq!(refused.0.code, ErrorCode::NotInRoom.as_str());
    let told = gate.recorder.take();
    assert_eq!(
        told.last().map(String::as_str),
        Some("eve no longer hears general"),
        "{told:?}"
    );
}
