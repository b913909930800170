use crate::socketio::limits::{MAX_NAMESPACE_BYTES, MAX_URL_BYTES};
use crate::socketio::{Endpoint, EndpointError};

fn urls(url: &str) -> (String, String, String) {
    let endpoint = Endpoint::parse(url).unwrap();
    (
        endpoint.namespace().to_owned(),
        endpoint.websocket_url(None),
        endpoint.polling_url(Some("S"), "1"),
    )
}

#[test]
fn scheme_host_port_namespace_and_query_are_read() {
    for (url, namespace, websocket, polling) in [
        (
            "http://Host:3101",
            "/",
            "ws://host:3101/socket.io/?EIO=4&transport=websocket",
            "http://host:3101/socket.io/?EIO=4&transport=polling&sid=S&t=1",
        ),
        (
            "WSS://host/",
            "/",
            "wss://host/socket.io/?EIO=4&transport=websocket",
            "https://host/socket.io/?EIO=4&transport=polling&sid=S&t=1",
        ),
        (
            "https://[::1]:80/admin/eu?a=1&b=%20#part",
            "/admin/eu",
            "wss://[::1]:80/socket.io/?EIO=4&transport=websocket&a=1&b=%20",
            "https://[::1]:80/socket.io/?EIO=4&transport=polling&a=1&b=%20&sid=S&t=1",
        ),
        (
            "ws://host?EIO=3&transport=x&sid=y&t=z&&ok",
            "/",
            "ws://host/socket.io/?EIO=4&transport=websocket&ok",
            "http://host/socket.io/?EIO=4&transport=polling&ok&sid=S&t=1",
        ),
    ] {
        assert_eq!(
            urls(url),
            (
                namespace.to_owned(),
                websocket.to_owned(),
                polling.to_owned()
            )
        );
    }
}

#[test]
fn what_is_no_endpoint_says_what_is_wrong() {
    let long_namespace = format!("http://host/{}", "n".repeat(MAX_NAMESPACE_BYTES));
    let long_url = format!("http://host/?{}", "q".repeat(MAX_URL_BYTES));
    for (url, error) in [
        ("", EndpointError::Scheme),
        ("host:3101", EndpointError::Scheme),
        ("//host", EndpointError::Scheme),
        ("ftp://host", EndpointError::Scheme),
        ("javascript://host", EndpointError::Scheme),
        ("http://", EndpointError::Host),
        ("http:///admin", EndpointError::Host),
        ("http://:80", EndpointError::Host),
        ("http://[::1", EndpointError::Host),
        ("http://[x]", EndpointError::Host),
        ("http://[::1]x", EndpointError::Host),
        ("http://a\\b", EndpointError::Host),
        ("http://host:", EndpointError::Port),
        ("http://host:0", EndpointError::Port),
        ("http://host:+80", EndpointError::Port),
        ("http://host:65536", EndpointError::Port),
        ("http://host:1:2", EndpointError::Port),
        ("http://user:pass@host", EndpointError::Credentials),
        ("http://host/a,b", EndpointError::Namespace),
        (&long_namespace, EndpointError::Namespace),
        ("http://ho st", EndpointError::Character),
        ("http://host/\n", EndpointError::Character),
        (&long_url, EndpointError::TooLong),
    ] {
        assert_eq!(Endpoint::parse(url), Err(error), "{url}");
    }
}

#[test]
fn another_path_is_taken_with_or_without_its_last_slash() {
    for path in ["/realtime", "/realtime/"] {
        let endpoint = Endpoint::parse("http://host").unwrap();
        assert_eq!(
            endpoint.with_path(path).unwrap().websocket_url(None),
            "ws://host/realtime/?EIO=4&transport=websocket"
        );
    }
    for path in ["", "realtime", "/a?b", "/a#b"] {
        let endpoint = Endpoint::parse("http://host").unwrap();
        assert_eq!(endpoint.with_path(path), Err(EndpointError::Path), "{path}");
    }
}
