//! A session under a script: events in, everything that came out as lines of text.

use serde_json::{Value as Json, json};

use crate::socketio::{
    EmitError, Endpoint, Frame, Session, SessionConfig, SessionEvent, SessionOutput,
    TransportCommand, TransportEvent, TransportId, TransportKind,
};

pub(super) const HANDSHAKE: &str = r#"0{"sid":"S","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// A session, its clock, and its outputs.
pub(super) struct Client {
    pub(super) session: Session<Json>,
    pub(super) now_ms: u64,
}

impl Client {
    pub(super) fn new(url: &str, transports: &[TransportKind]) -> Self {
        Self::with_auth(url, transports, None)
    }

    pub(super) fn with_auth(url: &str, transports: &[TransportKind], auth: Option<Json>) -> Self {
        let endpoint = Endpoint::parse(url).expect("a URL");
        Self::start(SessionConfig {
            transports: transports.to_vec(),
            auth,
            ..SessionConfig::new(endpoint)
        })
    }

    pub(super) fn start(config: SessionConfig<Json>) -> Self {
        let now_ms = 1_000;
        Self {
            session: Session::new(config, now_ms),
            now_ms,
        }
    }

    /// Connected over one WebSocket, transport 0, with nothing left to drain.
    pub(super) fn connected() -> Self {
        let mut client = Self::new("http://host", &[TransportKind::WebSocket]);
        client.opened(0);
        client.text(0, HANDSHAKE);
        client.text(0, r#"40{"sid":"me"}"#);
        client.drain();
        client
    }

    /// Connected over polling, transport 0: a GET is under way, no POST.
    pub(super) fn connected_by_polling() -> Self {
        let mut client = Self::new("http://host", &[TransportKind::Polling]);
        client.got(0, HANDSHAKE);
        client.drain();
        client.posted(0);
        client.got(0, r#"40{"sid":"me"}"#);
        client.drain();
        client
    }

    pub(super) fn opened(&mut self, id: u32) {
        self.handle(id, TransportEvent::Opened);
    }

    pub(super) fn text(&mut self, id: u32, text: &str) {
        self.handle(id, TransportEvent::Frame(Frame::Text(text.to_owned())));
    }

    pub(super) fn bytes(&mut self, id: u32, bytes: &[u8]) {
        self.handle(id, TransportEvent::Frame(Frame::Bytes(bytes.to_vec())));
    }

    pub(super) fn got(&mut self, id: u32, payload: &str) {
        self.handle(id, TransportEvent::Got(payload.replace('|', "\u{1e}")));
    }

    pub(super) fn posted(&mut self, id: u32) {
        self.handle(id, TransportEvent::Posted);
    }

    pub(super) fn failed(&mut self, id: u32) {
        self.handle(
            id,
            TransportEvent::Failed {
                detail: "refused".to_owned(),
            },
        );
    }

    pub(super) fn closed(&mut self, id: u32) {
        self.handle(
            id,
            TransportEvent::Closed {
                code: 1006,
                detail: "gone".to_owned(),
            },
        );
    }

    pub(super) fn handle(&mut self, id: u32, event: TransportEvent<Json>) {
        self.session
            .handle_transport(self.now_ms, TransportId(id), event);
    }

    pub(super) fn emit(&mut self, packet: Json) -> Result<Option<u64>, EmitError> {
        self.session.emit(self.now_ms, &packet, false)
    }

    pub(super) fn emit_with_ack(&mut self, packet: Json) -> Result<Option<u64>, EmitError> {
        self.session.emit(self.now_ms, &packet, true)
    }

    pub(super) fn disconnect(&mut self) {
        self.session.disconnect(self.now_ms);
    }

    /// Lets time pass, and the session act on it.
    pub(super) fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        self.session.handle_timeout(self.now_ms);
    }

    /// Everything that the session put out since the last call, one line each.
    pub(super) fn drain(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.session.poll_output())
            .map(|output| describe(&output))
            .collect()
    }
}

/// The lines that a message in a payload or on a WebSocket gives for `event`.
pub(super) fn event_line(packet: &Json) -> String {
    format!("event {packet}")
}

fn describe(output: &SessionOutput<Json>) -> String {
    match output {
        SessionOutput::Transport(command) => describe_command(command),
        SessionOutput::Event(event) => describe_event(event),
    }
}

fn describe_command(command: &TransportCommand<Json>) -> String {
    match command {
        TransportCommand::Open { id, url } => format!("open {} {url}", id.0),
        TransportCommand::Send { id, frames } => {
            let frames: Vec<String> = frames.iter().map(describe_frame).collect();
            format!("send {} {}", id.0, frames.join(" "))
        }
        TransportCommand::Get { id, url } => format!("get {} {}", id.0, without_cache_buster(url)),
        TransportCommand::Post { id, body, .. } => {
            format!("post {} {}", id.0, body.replace('\u{1e}', "|"))
        }
        TransportCommand::Close { id } => format!("close {}", id.0),
    }
}

fn describe_frame(frame: &Frame<Json>) -> String {
    match frame {
        Frame::Text(text) => text.clone(),
        Frame::Bytes(bytes) => format!("{bytes:?}"),
    }
}

fn describe_event(event: &SessionEvent<Json>) -> String {
    match event {
        SessionEvent::Handshaken { rtt_ms, transport } => {
            format!("handshaken {} {rtt_ms}", transport.as_str())
        }
        SessionEvent::Connected { socket_id } => format!("connected {socket_id}"),
        SessionEvent::ConnectError { message, data } => {
            format!("connect_error {message} {}", json!(data))
        }
        SessionEvent::Event {
            packet, ack: None, ..
        } => event_line(packet),
        SessionEvent::Event {
            packet,
            ack: Some(id),
            ..
        } => format!("event {packet} wants ack {id}"),
        SessionEvent::Ack { id, args } => format!("ack {id} {args}"),
        SessionEvent::Upgraded { rtt_ms } => format!("upgraded {rtt_ms}"),
        SessionEvent::PingReceived => "ping".to_owned(),
        SessionEvent::Closed { reason, .. } => format!("closed: {reason}"),
    }
}

fn without_cache_buster(url: &str) -> &str {
    url.split_once("&t=").map_or(url, |(before, _)| before)
}
