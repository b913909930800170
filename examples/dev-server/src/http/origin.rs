//! Which pages may talk to the server.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The allowed origins. A request without an `Origin` comes from no page, and is let through to
/// where its token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Pages on this machine; and the server answers only to names of this machine, so that no
    /// other name can be made to point to it.
    Loopback,
    /// Those listed, `*` for all, and pages that the server itself serves.
    Listed(Arc<[String]>),
}

impl Origins {
    /// A list as operators write it: spaces and slashes at the end do not count.
    pub fn listed(origins: impl IntoIterator<Item = String>) -> Self {
        let clean = |origin: String| origin.trim().trim_end_matches('/').to_owned();
        Self::Listed(
            origins
                .into_iter()
                .map(clean)
                .filter(|origin| !origin.is_empty())
                .collect(),
        )
    }

    /// Whether pages of this origin may read answers.
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Loopback => authority(origin).is_some_and(is_loopback),
            Self::Listed(origins) => origins
                .iter()
                .any(|listed| listed == "*" || listed == origin),
        }
    }

    fn allow_request(&self, headers: &HeaderMap) -> bool {
        let text = |name| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap_or_default())
        };
        let (origin, host) = (text(header::ORIGIN), text(header::HOST));
        let is_own_page = origin.is_some() && origin.and_then(authority) == host;
        let is_allowed = origin.is_none_or(|origin| self.allow(origin));
        match self {
            Self::Loopback => is_allowed && host.is_none_or(is_loopback),
            Self::Listed(_) => is_allowed || is_own_page,
        }
    }
}

/// Refuses what comes from a page that is not allowed, WebSockets included: browsers do not
/// keep those to an origin by themselves.
pub(super) async fn guard(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    match origins.allow_request(request.headers()) {
        true => next.run(request).await,
        false => (StatusCode::FORBIDDEN, "origin not allowed").into_response(),
    }
}

/// Host and port of an origin.
fn authority(origin: &str) -> Option<&str> {
    origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"))
}

fn is_loopback(authority: &str) -> bool {
    let Ok(uri) = format!("http://{authority}/").parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<std::net::IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&'static str>, host: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn development_answers_pages_of_this_machine_only() {
        for origin in [
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://[::1]:80",
            "http://realtime.localhost:3101",
        ] {
            let request = headers(Some(origin), "127.0.0.1:3101");
            assert!(Origins::Loopback.allow_request(&request), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "",
        ] {
            let request = headers(Some(origin), "127.0.0.1:3101");
            assert!(!Origins::Loopback.allow_request(&request), "{origin}");
        }
    }

    #[test]
    fn development_does_not_answer_to_a_foreign_name() {
        assert!(!Origins::Loopback.allow_request(&headers(None, "evil.example:3101")));
        assert!(Origins::Loopback.allow_request(&headers(None, "localhost:3101")));
    }

    #[test]
    fn a_list_allows_its_origins_and_the_servers_own_pages() {
        let origins = Origins::listed([
            " https://chat.example/ ".to_owned(),
            "https://b.example".to_owned(),
        ]);
        let from = |origin| origins.allow_request(&headers(Some(origin), "rt.example"));
        assert!(from("https://chat.example"));
        assert!(from("https://b.example"));
        assert!(from("https://rt.example"));
        assert!(!from("https://chat.example.evil.example"));
        assert!(!from("null"));
        assert!(origins.allow_request(&headers(None, "rt.example")));
    }
}
