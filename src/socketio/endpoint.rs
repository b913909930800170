//! Where a server is: a URL read once, and the transport URLs made of it.

use std::fmt::Write as _;

use super::limits::{MAX_NAMESPACE_BYTES, MAX_URL_BYTES};
use super::transport::TransportKind;

/// The path of a Socket.IO server that was not told another.
pub const DEFAULT_PATH: &str = "/socket.io/";

/// Parameters that the protocol sets; the same keys in the caller's query are left out.
const RESERVED_PARAMETERS: [&str; 4] = ["EIO", "transport", "sid", "t"];

/// A Socket.IO server and a namespace on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    secure: bool,
    authority: String,
    path: String,
    namespace: String,
    query: String,
}

/// Why a URL is not an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The URL does not begin with `http://`, `https://`, `ws://` or `wss://`.
    #[error("the URL must begin with http://, https://, ws:// or wss://")]
    Scheme,
    /// The URL names no host, or its host holds characters that no host has.
    #[error("the URL has no valid host")]
    Host,
    /// The port is not a number from 1 to 65,535.
    #[error("the URL's port is not a number from 1 to 65535")]
    Port,
    /// The URL holds a user name or a password: credentials belong in `auth`.
    #[error("the URL must not hold a user name or a password; pass credentials in auth")]
    Credentials,
    /// The namespace holds a comma, or is longer than [`MAX_NAMESPACE_BYTES`].
    #[error(
        "a namespace must begin with \"/\", have no comma and at most {MAX_NAMESPACE_BYTES} bytes"
    )]
    Namespace,
    /// The path does not begin with `/`, or holds `?` or `#`.
    #[error("the path must begin with \"/\" and have no \"?\" or \"#\"")]
    Path,
    /// The URL holds white space or control characters.
    #[error("the URL holds white space or a control character")]
    Character,
    /// The URL is longer than [`MAX_URL_BYTES`].
    #[error("the URL is longer than {MAX_URL_BYTES} bytes")]
    TooLong,
}

impl Endpoint {
    /// Reads `http|https|ws|wss://host[:port][/namespace][?query][#ignored]`.
    ///
    /// As in the official client, the URL's path is the namespace (`/` if there is none), and
    /// its query goes to the server with every request. The Engine.IO path is [`DEFAULT_PATH`]
    /// until [`Endpoint::with_path`] changes it.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        if url.len() > MAX_URL_BYTES {
            return Err(EndpointError::TooLong);
        }
        check_characters(url)?;
        let (scheme, rest) = url.split_once(':').ok_or(EndpointError::Scheme)?;
        let rest = rest.strip_prefix("//").ok_or(EndpointError::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(EndpointError::Scheme),
        };
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let slash = rest.find('/').unwrap_or(rest.len());
        let (authority, namespace) = rest.split_at_checked(slash).unwrap_or((rest, ""));
        check_authority(authority)?;
        Ok(Self {
            secure,
            authority: authority.to_ascii_lowercase(),
            path: DEFAULT_PATH.to_owned(),
            namespace: checked_namespace(namespace)?,
            query: without_reserved_parameters(query),
        })
    }

    /// The same endpoint with another Engine.IO path. A missing `/` at its end is added.
    pub fn with_path(mut self, path: &str) -> Result<Self, EndpointError> {
        check_characters(path)?;
        if !path.starts_with('/') || path.contains(['?', '#']) {
            return Err(EndpointError::Path);
        }
        if path.len() > MAX_URL_BYTES {
            return Err(EndpointError::TooLong);
        }
        path.clone_into(&mut self.path);
        if !path.ends_with('/') {
            self.path.push('/');
        }
        Ok(self)
    }

    /// The namespace, beginning with `/`.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// `host[:port]`, in lower case.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What tells this server and namespace from others: `https://host[:port]/path/#/namespace`.
    /// The query is no part of it.
    pub fn address(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!(
            "{scheme}://{}{}#{}",
            self.authority, self.path, self.namespace
        )
    }

    /// The URL to open a WebSocket at: `ws` or `wss`, with the session's id when it upgrades.
    pub fn websocket_url(&self, session_id: Option<&str>) -> String {
        self.url(TransportKind::WebSocket, session_id)
    }

    /// The URL of one polling request: `http` or `https`. `cache_buster` differs between
    /// requests, so that no cache answers one.
    pub fn polling_url(&self, session_id: Option<&str>, cache_buster: &str) -> String {
        let mut url = self.url(TransportKind::Polling, session_id);
        url.push_str("&t=");
        url.push_str(cache_buster);
        url
    }

    fn url(&self, kind: TransportKind, session_id: Option<&str>) -> String {
        let scheme = match (kind, self.secure) {
            (TransportKind::WebSocket, false) => "ws",
            (TransportKind::WebSocket, true) => "wss",
            (TransportKind::Polling, false) => "http",
            (TransportKind::Polling, true) => "https",
        };
        let mut url = format!(
            "{scheme}://{}{}?EIO=4&transport={}",
            self.authority,
            self.path,
            kind.as_str()
        );
        if !self.query.is_empty() {
            url.push('&');
            url.push_str(&self.query);
        }
        if let Some(session_id) = session_id {
            url.push_str("&sid=");
            percent_encode(session_id, &mut url);
        }
        url
    }
}

fn check_characters(text: &str) -> Result<(), EndpointError> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(EndpointError::Character);
    }
    Ok(())
}

fn check_authority(authority: &str) -> Result<(), EndpointError> {
    if authority.as_bytes().contains(&b'@') {
        return Err(EndpointError::Credentials);
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (address, after) = bracketed.split_once(']').ok_or(EndpointError::Host)?;
            if address.is_empty() || !address.chars().all(is_address_character) {
                return Err(EndpointError::Host);
            }
            match after.strip_prefix(':') {
                Some(port) => (address, Some(port)),
                None if after.is_empty() => (address, None),
                None => return Err(EndpointError::Host),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() || host.bytes().any(|byte| b"\\<>\"^`{|}[]".contains(&byte)) {
        return Err(EndpointError::Host);
    }
    port.map_or(Ok(()), check_port)
}

fn is_address_character(c: char) -> bool {
    c.is_ascii_hexdigit() || c == ':' || c == '.'
}

fn check_port(port: &str) -> Result<(), EndpointError> {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(1..) if is_number => Ok(()),
        _ => Err(EndpointError::Port),
    }
}

fn checked_namespace(namespace: &str) -> Result<String, EndpointError> {
    if namespace.is_empty() {
        return Ok("/".to_owned());
    }
    if namespace.as_bytes().contains(&b',') || namespace.len() > MAX_NAMESPACE_BYTES {
        return Err(EndpointError::Namespace);
    }
    Ok(namespace.to_owned())
}

fn without_reserved_parameters(query: &str) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|parameter| {
            let key = parameter.split('=').next().unwrap_or_default();
            !parameter.is_empty() && !RESERVED_PARAMETERS.contains(&key)
        })
        .collect();
    kept.join("&")
}

/// Appends `text`, with everything but unreserved characters (RFC 3986, section 2.3) encoded:
/// a session id comes from the server, and must not add parameters.
fn percent_encode(text: &str, url: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
}
