//! How a client ends, by a crash or for good, and how it starts over.

use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;

use super::{Driver, Shared, new_engine, seed};
use crate::browser::transports::Hearing;
use crate::browser::{clock, delivery, error_to_js, panics};
use crate::engine::Identity;
use crate::engine::error::ClientError;
use crate::engine::ids::Random;
use crate::engine::input::{Input, RequestId};
use crate::engine::output::{Notification, Output};
use crate::wire::error::ErrorCode;

impl Driver {
    /// Whether the engine crashed.
    pub(crate) fn is_crashed(&self) -> bool {
        if self.shared.lost.get() {
            return true;
        }
        let Some(engine) = self.shared.engine.take() else {
            return panics::count() != self.shared.panics.get();
        };
        self.shared.engine.set(Some(engine));
        false
    }

    /// Starts a new engine from what was wanted of the crashed one. Of a sound one, nothing.
    pub(crate) fn recover(&self) -> Result<(), JsValue> {
        if self.shared.destroyed.get() {
            return self.check();
        }
        if !self.is_crashed() {
            return Ok(());
        }
        self.notice_crash();
        let shared = &self.shared;
        let settings = shared.settings.borrow().clone();
        // What it had counted is gone with the crashed one: to that, it is another tab.
        let tab_id = Random::new(seed()?).uuid_v7(clock::now().wall_ms);
        let identity = Identity {
            tab_id,
            ..shared.identity.clone()
        };
        let engine = new_engine(&identity, &settings)?;
        shared.waiting.borrow_mut().clear();
        shared.told_crash.set(false);
        shared.lost.set(false);
        shared.delivering.set(false);
        shared.panics.set(panics::count());
        shared.engine.set(Some(Box::new(engine)));
        // Opens what was kept.
        self.handle(Input::Configured(Box::new(settings)))?;
        let source = shared.token.borrow().clone();
        self.handle(Input::TokenSourceChanged {
            source,
            refresh: false,
        })?;
        for room in shared.rooms_wanted.take() {
            self.handle(Input::JoinRequested {
                room,
                request: RequestId(self.number()),
            })?;
        }
        if shared.connect_wanted.get() {
            self.handle(Input::ConnectRequested(RequestId(self.number())))?;
        }
        Ok(())
    }

    /// Ends everything: no socket, timer, listener or closure is left, and nothing is told.
    pub(crate) fn destroy(&self) {
        let shared = &self.shared;
        if shared.destroyed.replace(true) {
            return;
        }
        if let Some(mut engine) = shared.engine.take() {
            engine.handle(clock::now(), Input::DisconnectRequested);
            let mut transports = shared.transports.take();
            while let Some(output) = engine.poll_output() {
                if let Output::Transport(command) = output {
                    transports.carry_out(command, || Hearing {
                        tell: Rc::new(|_, _| {}),
                        offered: Box::new(|_, _| false),
                        prefix: String::new(),
                    });
                }
            }
        }
        self.release();
        shared.lifecycle.take();
        shared.watch.take();
        shared.token_callback.take();
        shared.sink.take();
        shared.callbacks.take();
        let error = ClientError::new(ErrorCode::Destroyed, ErrorCode::Destroyed.message());
        self.reject_all(&error);
    }

    /// Panics in the midst of an input, as a bug in the engine would.
    #[cfg(debug_assertions)]
    #[expect(clippy::panic, reason = "it is what the test asks for")]
    pub(crate) fn panic_for_test(&self) {
        let _engine = self.shared.engine.take();
        self.shared.panics.set(panics::count());
        panic!("asked for by a test");
    }

    /// Something has to wait for work that is under way. In a microtask no call is: work that has
    /// not ended by then was cut off by a JavaScript exception (an exhausted stack throws one
    /// anywhere), which is no panic, and never will.
    pub(super) fn suspect(&self) {
        if self.shared.suspected.get() {
            return;
        }
        let weak = self.downgrade();
        let look = Closure::once_into_js(move || {
            if let Some(driver) = Driver::upgrade(&weak) {
                driver.shared.suspected.set(false);
                driver.look_for_lost_work();
            }
        });
        panics::queue_microtask(look.unchecked_ref());
        self.shared.suspected.set(true);
    }

    pub(super) fn look_for_lost_work(&self) {
        let engine = self.shared.engine.take();
        let lost = engine.is_none() || self.shared.delivering.get();
        self.shared.engine.set(engine);
        if lost && !self.is_crashed() {
            self.shared.lost.set(true);
            self.notice_crash();
        }
    }

    /// After a crash: nothing of the old engine goes on, and the app is told, once.
    pub(super) fn notice_crash(&self) {
        if !self.is_crashed() || self.shared.destroyed.get() || self.shared.told_crash.replace(true)
        {
            return;
        }
        self.release();
        self.shared.engine.take();
        self.shared.callbacks.take();
        self.shared.deliveries.take();
        let error = crashed();
        self.reject_all(&error);
        let sink = self.shared.sink.borrow().clone();
        if let Some(sink) = sink {
            delivery::tell(&sink, Notification::Error(error), &|_| JsValue::UNDEFINED);
        }
    }

    pub(super) fn release(&self) {
        self.shared.life.set(self.shared.life.get().wrapping_add(1));
        self.shared.transports.take();
        self.shared.profile.take();
        self.shared.timer.take();
    }

    pub(super) fn reject_all(&self, error: &ClientError<JsValue>) {
        self.shared.promises.reject_all(&error_to_js(error));
    }

    pub(super) fn check(&self) -> Result<(), JsValue> {
        if self.shared.destroyed.get() {
            let text = ErrorCode::Destroyed.message();
            return Err(error_to_js(&ClientError::new(ErrorCode::Destroyed, text)));
        }
        if self.is_crashed() {
            Err(error_to_js(&crashed()))
        } else {
            Ok(())
        }
    }
}

/// One of a driver's engines: what comes for it goes nowhere once it has crashed or ended.
pub(super) struct Life {
    driver: Weak<Shared>,
    number: u32,
}

impl Life {
    pub(super) fn of(driver: &Driver) -> Self {
        Self {
            driver: driver.downgrade(),
            number: driver.shared.life.get(),
        }
    }

    /// The driver, while it has this engine.
    pub(super) fn driver(&self) -> Option<Driver> {
        Driver::upgrade(&self.driver).filter(|driver| driver.shared.life.get() == self.number)
    }

    pub(super) fn handle(&self, input: Input<JsValue>) {
        if let Some(driver) = self.driver() {
            // A crashed or destroyed client has no use for it.
            let _ = driver.handle(input);
        }
    }
}

fn crashed() -> ClientError<JsValue> {
    ClientError::new(
        ErrorCode::ClientCrashed,
        "the client failed inside and stopped: call recover() to go on with a new one",
    )
}
