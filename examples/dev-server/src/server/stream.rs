//! A TCP connection that ends where its peer takes nothing of what it is sent, and where nothing
//! at all is heard.
//!
//! Socket.IO asks for a sign of life, but it waits for a write under way before it lets go of a
//! connection: one whose peer never reads would stay for ever, with its user shown as there. And
//! who never asks for anything is not known to it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep};

/// Accepts connections that do not wait for their peers for ever.
#[derive(Debug)]
pub(super) struct PatientListener {
    pub(super) listener: TcpListener,
    /// For a peer to take a part of what it is sent.
    pub(super) patience: Duration,
    /// Longest time in which nothing goes either way.
    pub(super) max_silence: Duration,
}

impl Listener for PatientListener {
    type Io = PatientStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (PatientStream, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // A second small frame would else wait until the first is acknowledged: up to 40 ms.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let stream = PatientStream {
            stream,
            patience: self.patience,
            stall: None,
            moved_at: Instant::now(),
            silence: Box::pin(sleep(self.max_silence)),
            max_silence: self.max_silence,
            is_given_up: false,
            reader: None,
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

#[derive(Debug)]
pub(super) struct PatientStream {
    stream: TcpStream,
    patience: Duration,
    /// Runs while nothing can be written.
    stall: Option<Pin<Box<Sleep>>>,
    /// When something went either way last.
    moved_at: Instant,
    /// Is over when the connection has to be looked at.
    silence: Pin<Box<Sleep>>,
    max_silence: Duration,
    is_given_up: bool,
    /// Whoever waits for bytes while writing is given up, to be told.
    reader: Option<Waker>,
}

impl PatientStream {
    /// What came of a write, or an error where the peer has taken nothing for too long.
    fn checked<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            self.moved_at = Instant::now();
            return written;
        }
        let patience = self.patience;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stall.as_mut().poll(context));
        self.is_given_up = true;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Is ready when nothing has gone either way for too long.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.silence.as_mut().poll(context));
            let until = self.moved_at + self.max_silence;
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            self.silence.as_mut().reset(until);
        }
    }

    fn check_given_up(&self) -> io::Result<()> {
        match self.is_given_up {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(()),
        }
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_given_up()?;
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.moved_at = Instant::now();
            return read;
        }
        match &mut self.reader {
            Some(reader) => reader.clone_from(context.waker()),
            reader => *reader = Some(context.waker().clone()),
        }
        self.poll_silence(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_given_up()?;
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.checked(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_given_up()?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.checked(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
