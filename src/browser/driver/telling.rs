//! What JavaScript is told, in order, once the work is done.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::Driver;
use crate::browser::delivery::{self, Delivery};
use crate::engine::input::{Input, RequestId};
use crate::engine::output::{Notification, ReplyTo, TimelineChange};

impl Driver {
    /// Tells JavaScript, in order. What it does in answer is handled at once and told after.
    pub(super) fn deliver(&self) {
        if self.shared.delivering.replace(true) {
            return self.suspect();
        }
        loop {
            let next = self.shared.deliveries.borrow_mut().pop_front();
            let Some(delivery) = next else { break };
            match delivery {
                Delivery::Settle(request, result) => self.settle(request, result),
                Delivery::AskToken(ask) => self.ask_token(ask),
                Delivery::Callback(id, args) => {
                    let callback = self.shared.callbacks.borrow_mut().remove(&id);
                    if let Some(callback) = callback {
                        delivery::call_back(&callback, args);
                    }
                }
                Delivery::Notify(notification) => {
                    let sink = self.shared.sink.borrow().clone();
                    if let Some(sink) = sink {
                        delivery::tell(&sink, notification, &|reply| self.answer(reply));
                    }
                }
            }
        }
        self.shared.delivering.set(false);
    }

    /// A room's messages as they are now, which is after all that was not told yet: who has read
    /// them is told of no change before, and who waits for one, that they are others.
    pub(crate) fn timeline(&self, name: &str) -> Result<Vec<JsValue>, JsValue> {
        let messages = self.read(|engine, _| engine.timeline(name))?;
        let mut deliveries = self.shared.deliveries.borrow_mut();
        if deliveries.is_empty() {
            return Ok(messages);
        }
        let name = JsValue::from_str(name);
        let mut is_first = true;
        deliveries.retain_mut(|delivery| match delivery {
            Delivery::Notify(Notification::Timeline { room, change }) if *room == name => {
                *change = TimelineChange::Reset;
                std::mem::take(&mut is_first)
            }
            _ => true,
        });
        drop(deliveries);
        Ok(messages)
    }

    pub(super) fn settle(&self, request: RequestId, result: Result<JsValue, JsValue>) {
        match result {
            Ok(value) => self.shared.promises.resolve(request.0, &value),
            Err(error) => self.shared.promises.reject(request.0, &error),
        }
    }

    pub(super) fn ask_token(&self, ask: u32) {
        let Some(callback) = self.shared.token_callback.borrow().clone() else {
            return;
        };
        let weak = self.downgrade();
        let answer = callback.call0(&JsValue::UNDEFINED);
        spawn_local(async move {
            let answer = match answer {
                Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
                Err(error) => Err(error),
            };
            let token = match answer {
                Ok(value) => Ok(value.as_string()),
                Err(error) => Err(reason(&error)),
            };
            if let Some(driver) = Driver::upgrade(&weak) {
                let _ = driver.handle(Input::TokenAnswered { ask, token });
            }
        });
    }

    /// The function that answers one event of the server: used once, or never.
    pub(super) fn answer(&self, reply: ReplyTo) -> JsValue {
        let weak = self.downgrade();
        Closure::once_into_js(move |args: JsValue| {
            let args = if js_sys::Array::is_array(&args) {
                args
            } else {
                js_sys::Array::of1(&args).into()
            };
            if let Some(driver) = Driver::upgrade(&weak) {
                let ReplyTo { generation, ack } = reply;
                let _ = driver.handle(Input::Answered {
                    generation,
                    ack,
                    args,
                });
            }
        })
    }
}

/// What the app's token callback says went wrong, cut to a length for people.
fn reason(error: &JsValue) -> String {
    const MAX_REASON_CHARS: usize = 200;
    let text = match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error
            .as_string()
            .unwrap_or_else(|| "it was rejected".to_owned()),
    };
    text.chars().take(MAX_REASON_CHARS).collect()
}
