//! What is reached by plain HTTP: health, a user's settings, who is in a
//! room, GraphQL, tokens for development, a site.

mod bearer;
mod dev_token;
mod graphql;
mod health;
mod origin;
mod presence;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use socketioxide::SocketIo;
use socketioxide::layer::SocketIoLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::services::ServeDir;

use crate::config::Config;
use crate::socket::{Seat, Shared};
use crate::store::Store;
pub use origin::Origins;

/// Largest body of a request that is not Socket.IO's, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What the routes share.
struct Site<S> {
    shared: Arc<Shared<S>>,
    io: SocketIo,
    started_at_ms: i64,
    graphql: graphql::Endpoint,
}

/// All routes, with Socket.IO as a layer under the check of origins.
pub fn router<S: Store>(
    config: &Config,
    shared: Arc<Shared<S>>,
    io: &SocketIo,
    layer: SocketIoLayer,
) -> Router {
    let started_at_ms = shared.core.now_ms();
    let site = Arc::new(Site {
        graphql: graphql::Endpoint::new(Arc::clone(&shared)),
        shared,
        io: io.clone(),
        started_at_ms,
    });
    let own_settings = get(settings::get::<S>).patch(settings::patch::<S>);
    let mut router = Router::new()
        .route("/health", get(health::health::<S>))
        .route("/api/users/me/presence-settings", own_settings)
        .route("/presence/{channel_id}", get(presence::get::<S>))
        .route("/v1/graphql", post(graphql::serve::<S>))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    if config.is_development {
        router = router.route("/dev/token", post(dev_token::issue::<S>));
    }
    let router = router.route_layer(from_fn(to_its_end)).with_state(site);
    let router = match &config.static_dir {
        Some(directory) => router.fallback_service(ServeDir::new(directory)),
        None => router,
    };
    router
        .layer(layer)
        .layer(from_fn(with_seat))
        .layer(cors(config.origins.clone()))
        .layer(from_fn_with_state(config.origins.clone(), origin::guard))
}

/// Goes on with a request whose client hangs up: it may be the one that commits for everybody, and
/// what is committed has to be told.
async fn to_its_end(request: Request, next: Next) -> Response {
    let answered = tokio::spawn(next.run(request)).await;
    answered.unwrap_or_else(|error| {
        tracing::error!(%error, "a request failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// Gives a request where the transport that it may open keeps the place of its socket.
async fn with_seat(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Seat::default());
    next.run(request).await
}

/// For long polling from other origins; the guard has refused all that are not allowed.
fn cors(origins: Origins) -> CorsLayer {
    let allow = AllowOrigin::predicate(move |origin: &HeaderValue, _| {
        origin.to_str().is_ok_and(|origin| origins.allow(origin))
    });
    let headers: [HeaderName; 2] = [header::CONTENT_TYPE, header::AUTHORIZATION];
    CorsLayer::new()
        .allow_origin(allow)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::PATCH, Method::POST])
        .allow_headers(headers)
}
