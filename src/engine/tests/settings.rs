//! Options: laid over what is set, or refused by name.

use crate::engine::config::{
    ACK_TIMEOUT_MS, BASE_RETRY_DELAY_MS, MAX_QUEUE_SIZE, MAX_RETRIES, MAX_RETRY_DELAY_MS,
    PING_INTERVAL_MS, RealtimeClientConfig, Settings,
};
use crate::engine::error::ClientError;
use crate::socketio::TransportKind;
use crate::wire::connection::DeviceType;
use serde_json::{Value as Json, json};

fn merged(settings: &Settings, options: &Json) -> Result<Settings, ClientError<Json>> {
    let mut settings = settings.clone();
    settings.lay(RealtimeClientConfig::read(options).unwrap())?;
    Ok(settings)
}

fn defaults() -> Settings {
    Settings::new().unwrap()
}

#[test]
fn the_defaults_are_the_documents() {
    let settings = defaults();
    assert_eq!(
        settings.endpoint.websocket_url(None),
        "ws://localhost:3101/socket.io/?EIO=4&transport=websocket"
    );
    assert_eq!(
        settings.transports,
        [TransportKind::WebSocket, TransportKind::Polling]
    );
    assert_eq!(
        (settings.auto_reconnect, settings.max_reconnect_attempts),
        (true, None)
    );
    assert_eq!(
        (settings.reconnect_delay_ms, settings.max_reconnect_delay_ms),
        (1_000, 30_000)
    );
    assert_eq!(settings.attempt_timeout_ms, 20_000);
}

#[test]
fn the_defaults_of_the_services_are_the_documents_too() {
    let Settings {
        presence,
        typing,
        delivery,
        sync,
        ..
    } = defaults();
    assert_eq!((presence.heartbeat_ms, presence.idle_ms), (30_000, 300_000));
    assert!(presence.detects_idle);
    assert_eq!(
        (typing.timeout_ms, typing.debounce_ms, typing.throttle_ms),
        (5_000, 300, 1_000)
    );
    assert_eq!((typing.batch_ms, typing.broadcasts), (500, true));
    assert!(!typing.is_restricted);
    assert_eq!(
        (delivery.batch_read_ack, delivery.batch_read_interval_ms),
        (true, 1_000)
    );
    assert_eq!(
        (delivery.auto_sync, delivery.allow_read_receipts),
        (true, None)
    );
    assert_eq!(
        (sync.page, sync.auto_sync, sync.timeout_ms),
        (50, true, 30_000)
    );
    assert_eq!((MAX_QUEUE_SIZE, MAX_RETRIES), (100, 5));
    assert_eq!((BASE_RETRY_DELAY_MS, MAX_RETRY_DELAY_MS), (1_000, 30_000));
    assert_eq!((PING_INTERVAL_MS, ACK_TIMEOUT_MS), (10_000, 10_000));
}

#[test]
fn what_is_given_is_laid_over_what_is_set() {
    let first = merged(
        &defaults(),
        &json!({
            "url": "https://chat.example", "maxReconnectAttempts": 3, "reconnectDelay": 50,
            "transports": ["polling"], "device": {"type": "ios", "os": "iOS 19"},
        }),
    )
    .unwrap();
    let second = merged(
        &first,
        &json!({
            "autoReconnect": false, "maxReconnectDelay": 100, "timeout": 1_500.9, "debug": true,
        }),
    )
    .unwrap();
    assert_eq!(
        second.endpoint.websocket_url(None),
        "wss://chat.example/socket.io/?EIO=4&transport=websocket"
    );
    assert_eq!(
        (second.max_reconnect_attempts, second.auto_reconnect),
        (Some(3), false)
    );
    assert_eq!(
        (second.reconnect_delay_ms, second.max_reconnect_delay_ms),
        (50, 100)
    );
    assert_eq!(second.attempt_timeout_ms, 1_500);
    assert_eq!(second.transports, [TransportKind::Polling]);
    assert_eq!(second.device.unwrap().kind, DeviceType::Ios);
}

#[test]
fn absent_and_null_keep_what_is_set() {
    let set = merged(
        &defaults(),
        &json!({"url": "http://a.example", "timeout": 5}),
    )
    .unwrap();
    let kept = merged(&set, &json!({"url": null, "timeout": null, "unknown": 1})).unwrap();
    assert_eq!(
        kept.endpoint.websocket_url(None),
        set.endpoint.websocket_url(None)
    );
    assert_eq!(kept.attempt_timeout_ms, 5);
}

#[test]
fn url_and_path_can_be_given_one_after_the_other() {
    for options in [
        [
            json!({"url": "http://a.example/ns"}),
            json!({"path": "/io/"}),
        ],
        [
            json!({"path": "/io/"}),
            json!({"url": "http://a.example/ns"}),
        ],
    ] {
        let first = merged(&defaults(), &options[0]).unwrap();
        let both = merged(&first, &options[1]).unwrap();
        assert_eq!(
            both.endpoint.websocket_url(None),
            "ws://a.example/io/?EIO=4&transport=websocket"
        );
        assert_eq!(both.endpoint.namespace(), "/ns");
    }
}

#[test]
fn each_option_is_refused_by_its_name() {
    for (option, values) in [
        (
            "url",
            vec![
                json!(""),
                json!("ftp://a"),
                json!("not a url"),
                json!("http://"),
            ],
        ),
        ("path", vec![json!("a b\u{0}")]),
        ("transports", vec![json!([])]),
        (
            "reconnectDelay",
            vec![json!(0), json!(-1), json!(86_400_001.0)],
        ),
        ("maxReconnectDelay", vec![json!(0.5), json!(1e300)]),
        ("timeout", vec![json!(0), json!(-0.0)]),
    ] {
        for value in values {
            let error = merged(&defaults(), &json!({(option): value})).unwrap_err();
            assert_eq!(error.code, "VALIDATION_ERROR", "{option} {value}");
            assert!(
                error.message.contains(&format!("`{option}`")),
                "{}",
                error.message
            );
        }
    }
}

#[test]
fn an_option_of_the_wrong_type_is_refused_by_its_name() {
    for (option, value) in [
        ("url", json!(7)),
        ("path", json!([])),
        ("device", json!("ios")),
        ("autoReconnect", json!("yes")),
        ("maxReconnectAttempts", json!(-1)),
        ("maxReconnectAttempts", json!("3")),
        ("reconnectDelay", json!("1s")),
        ("maxReconnectDelay", json!({})),
        ("timeout", json!(true)),
        ("debug", json!(1)),
        ("transports", json!("websocket")),
        ("transports", json!(["carrier pigeon"])),
    ] {
        let error = RealtimeClientConfig::read(&json!({(option): value})).unwrap_err();
        assert!(
            error.to_string().contains(&format!("`{option}`")),
            "{error}"
        );
    }
    assert!(RealtimeClientConfig::read(&json!("url")).is_err());
}

#[test]
fn what_is_refused_changes_nothing() {
    let set = merged(&defaults(), &json!({"url": "http://a.example"})).unwrap();
    assert!(merged(&set, &json!({"url": "http://b.example", "timeout": 0})).is_err());
    assert!(set.endpoint.websocket_url(None).contains("a.example"));
}

#[test]
fn an_unlimited_number_of_attempts_may_be_said_as_infinity() {
    let options = RealtimeClientConfig {
        max_reconnect_attempts: Some(u32::MAX),
        ..Default::default()
    };
    let mut settings = defaults();
    settings.lay::<Json>(options).unwrap();
    assert_eq!(settings.max_reconnect_attempts, Some(u32::MAX));
}
