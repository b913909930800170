//! `POST /v1/graphql`: settings and contacts under the product documents' table and column names, each caller
//! only their own.

mod accounts;
mod filter;
mod schema;

use std::sync::Arc;

use async_graphql::{EmptySubscription, ErrorExtensionValues, Pos, Response, Schema};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use nchat_realtime::wire::error::ErrorBody;

use super::Site;
use super::bearer::{caller, status};
use crate::core::{Refusal, User};
use crate::socket::Shared;
use crate::store::Store;
use accounts::Accounts;
use schema::{Mutation, Query};

/// Deepest nesting of a request.
const MAX_DEPTH: usize = 8;
/// Most fields of a request.
const MAX_FIELDS: usize = 64;

/// The schema over the accounts of a server.
pub(super) struct Endpoint(Schema<Query, Mutation, EmptySubscription>);

impl Endpoint {
    pub(super) fn new<S: Store>(shared: Arc<Shared<S>>) -> Self {
        let accounts: Arc<dyn Accounts> = Arc::new(shared);
        let schema = Schema::build(Query, Mutation, EmptySubscription)
            .data(accounts)
            .limit_depth(MAX_DEPTH)
            .limit_complexity(MAX_FIELDS)
            .disable_introspection()
            .disable_suggestions()
            .finish();
        Self(schema)
    }
}

/// Answers one request. What is wrong with it comes as `errors`, as GraphQL has it; who may not ask
/// at all gets 401.
pub(super) async fn serve<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
    request: Result<Json<async_graphql::Request>, JsonRejection>,
) -> (StatusCode, Json<Response>) {
    let user: User = match caller(&site, &headers) {
        Ok(user) => user,
        Err(refusal) => return (status(&refusal), Json(refused(refusal))),
    };
    let Ok(Json(request)) = request else {
        let refusal = Refusal::invalid("query", "must be a GraphQL request");
        return (StatusCode::BAD_REQUEST, Json(refused(refusal)));
    };
    let response = site.graphql.0.execute(request.data(user)).await;
    (StatusCode::OK, Json(response))
}

fn refused(refusal: Refusal) -> Response {
    Response::from_errors(vec![error(refusal).into_server_error(Pos::default())])
}

/// A refusal as an error of GraphQL.
fn error(Refusal(ErrorBody { code, message, .. }): Refusal) -> async_graphql::Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    async_graphql::Error {
        message,
        source: None,
        extensions: Some(extensions),
    }
}
