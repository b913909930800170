//! What the engine asks for, carried out until nothing is left; then one timer.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;

use super::Driver;
use super::life::Life;
use crate::browser::delivery::{self, Delivery};
use crate::browser::offer::Offer;
use crate::browser::profile::Profile;
use crate::browser::transports::Hearing;
use crate::browser::{clock, error_to_js, known_users, panics};
use crate::engine::Engine;
use crate::engine::input::Input;
use crate::engine::output::{Notification, Output};
use crate::socketio::{TransportId, event_prefix};
use crate::wire::names::MESSAGE_NEW;

/// The longest wait of a browser's timer, in milliseconds: a longer one fires at once. A deadline
/// further away is waited for in steps.
const LONGEST_TIMER_MS: u64 = i32::MAX as u64;

impl Driver {
    pub(super) fn run(&self, mut engine: Box<Engine<JsValue>>, input: Input<JsValue>) {
        self.shared.panics.set(panics::count());
        engine.handle(clock::now(), input);
        self.drain(&mut engine);
        self.shared.engine.set(Some(engine));
    }

    /// Carries out all that follows, and what waited meanwhile.
    pub(super) fn drain(&self, engine: &mut Engine<JsValue>) {
        loop {
            while let Some(output) = engine.poll_output() {
                self.carry_out(output, engine);
            }
            let next = self.shared.waiting.borrow_mut().pop_front();
            let Some(input) = next else { break };
            engine.handle(clock::now(), input);
        }
        self.arm(engine.poll_timeout().map(|(at_ms, _)| at_ms));
    }

    /// Takes a message the short way, if the engine does: it is told at once. Else nothing has
    /// happened.
    pub(super) fn take_next(&self, id: TransportId, offer: &Offer) -> bool {
        let shared = &self.shared;
        if shared.delivering.get() {
            return false;
        }
        let Some(mut engine) = shared.engine.take() else {
            return false;
        };
        shared.panics.set(panics::count());
        let placed = offer.with_head(|head| engine.take_next(id, head, &offer.body));
        shared.engine.set(Some(engine));
        let Some(placed) = placed else { return false };
        shared.delivering.set(true);
        let sink = shared.sink.borrow().clone();
        if let Some(sink) = sink {
            delivery::tell_next(&sink, &offer.packet, &placed);
        }
        shared.delivering.set(false);
        self.deliver();
        true
    }

    pub(super) fn carry_out(&self, output: Output<JsValue>, engine: &Engine<JsValue>) {
        let delivery = match output {
            Output::Transport(command) => {
                let mut transports = self.shared.transports.take();
                transports.carry_out(command, || self.hearing(engine));
                return self.shared.transports.set(transports);
            }
            Output::AskToken { ask } => Delivery::AskToken(ask),
            Output::Settle { request, result } => {
                Delivery::Settle(request, result.map_err(|error| error_to_js(&error)))
            }
            Output::Callback { callback, args } => Delivery::Callback(callback, args),
            output
            @ (Output::Journal(_) | Output::Store(_) | Output::Lock(_) | Output::Post(_)) => {
                return self.keep(output);
            }
            Output::RememberUser { server, user } => {
                return known_users::remember(&server, user.as_deref());
            }
            Output::Notify(notification) => {
                if matches!(notification, Notification::Rooms) {
                    self.shared.rooms_wanted.replace(engine.intent().1);
                }
                Delivery::Notify(notification)
            }
        };
        self.shared.deliveries.borrow_mut().push_back(delivery);
    }

    fn hearing(&self, engine: &Engine<JsValue>) -> Hearing {
        let (told, offered) = (Life::of(self), Life::of(self));
        Hearing {
            tell: Rc::new(move |id, event| told.handle(Input::Transport { id, event })),
            offered: Box::new(move |id, offer| {
                let driver = offered.driver();
                driver.is_some_and(|driver| driver.take_next(id, offer))
            }),
            prefix: event_prefix(engine.settings().endpoint.namespace(), MESSAGE_NEW),
        }
    }

    /// Lets the profile carry something out; what is heard at once is handled in the same drain.
    fn keep(&self, output: Output<JsValue>) {
        let mut profile = self.shared.profile.take().unwrap_or_else(|| {
            let life = Life::of(self);
            Profile::new(move |input| life.handle(input))
        });
        let heard = match output {
            Output::Journal(command) => profile.journal(command),
            Output::Store(command) => profile.keep(command),
            Output::Lock(command) => profile.lock(command),
            Output::Post(message) => {
                profile.post(&message);
                None
            }
            _ => None,
        };
        self.shared.profile.set(Some(profile));
        self.shared.waiting.borrow_mut().extend(heard);
    }

    /// Keeps one timer for the earliest deadline. A deadline that moved later leaves the timer:
    /// it finds nothing due, and is set anew.
    pub(super) fn arm(&self, deadline_ms: Option<u64>) {
        let Some(deadline_ms) = deadline_ms else {
            self.shared.timer.take();
            return;
        };
        let armed = self.shared.timer.borrow().as_ref().map(|(at_ms, _)| *at_ms);
        if armed.is_some_and(|at_ms| at_ms <= deadline_ms) {
            return;
        }
        let wait_ms = deadline_ms.saturating_sub(clock::now().mono_ms);
        let weak = self.downgrade();
        let timeout = Timeout::new(
            u32::try_from(wait_ms.min(LONGEST_TIMER_MS)).unwrap_or(0),
            move || {
                if let Some(driver) = Driver::upgrade(&weak) {
                    // The timer has fired: forgetting it frees its closure.
                    driver.shared.timer.take();
                    let _ = driver.handle(Input::TimedOut);
                }
            },
        );
        self.shared.timer.replace(Some((deadline_ms, timeout)));
    }
}
