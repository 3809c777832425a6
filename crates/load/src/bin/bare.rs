//! A relay of the libraries and the allocator that the proxy is made of, which passes requests on and does nothing else: how much
//! of the proxy's work is theirs. It bounds nothing and is for measurements only.

use std::convert::Infallible;
use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use clap::Parser;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::http::uri::{Authority, Scheme};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Body = BoxBody<Bytes, hyper::Error>;

/// Passes requests on.
#[derive(Debug, Parser)]
struct Words {
    /// The port of loopback on which it listens.
    #[arg(long)]
    port: u16,
    /// Where it passes requests on to, such as 127.0.0.1:8080.
    #[arg(long)]
    to: Authority,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Words { port, to } = Words::parse();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.context("cannot listen")?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    loop {
        let (stream, _) = listener.accept().await.context("cannot accept")?;
        stream.set_nodelay(true).context("cannot set a connection up")?;
        let (client, to) = (client.clone(), to.clone());
        let pass = service_fn(move |request| {
            let (client, to) = (client.clone(), to.clone());
            async move { Ok::<_, Infallible>(pass_on(&client, to, request).await) }
        });
        // A client that goes away is no fault of this.
        tokio::spawn(async move {
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), pass).await)
        });
    }
}

async fn pass_on(
    client: &Client<HttpConnector, Incoming>,
    to: Authority,
    mut request: Request<Incoming>,
) -> Response<Body> {
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    (parts.scheme, parts.authority) = (Some(Scheme::HTTP), Some(to));
    let Ok(uri) = Uri::from_parts(parts) else { return refusal(StatusCode::BAD_REQUEST) };
    *request.uri_mut() = uri;
    request.headers_mut().remove(HOST);
    match client.request(request).await {
        Ok(answer) => answer.map(BodyExt::boxed),
        Err(_) => refusal(StatusCode::BAD_GATEWAY),
    }
}

fn refusal(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed());
    *answer.status_mut() = status;
    answer
}
