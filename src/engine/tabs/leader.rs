//! Which tab sends what the tabs of a namespace have queued: the one that holds the lock, under
//! the fence that the store gave it.

use super::{LockCommand, LockEvent};
use crate::engine::config::{
    COMPANY_KNOWN_MS, LEADER_ANSWER_MS, LEADER_PATIENCE_MS, LEADER_REREAD_MS, LONELY_REREAD_MS,
    NO_LOCKS_ANSWER_MS,
};
use crate::engine::context::Context;
use crate::engine::output::Output;
use crate::socketio::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Does not send, and does not want to.
    Idle,
    /// Waits for the lock, or for silence.
    Asking,
    /// Has the lock; the store is raising the fence.
    Raising,
    /// Sends.
    Leader,
}

/// This tab among those of its namespace.
#[derive(Debug)]
pub(crate) struct Tabs {
    role: Role,
    has_locks: bool,
    /// When another tab was heard last.
    heard_ms: Option<u64>,
    /// A leader that is not heard of until then is taken to be gone.
    answer_by_ms: Option<u64>,
    /// When the leader is asked for a sign of life.
    ask_at_ms: Option<u64>,
    reread_at_ms: Option<u64>,
    not_before_ms: u64,
}

impl Tabs {
    pub(crate) fn new() -> Self {
        Self {
            role: Role::Idle,
            has_locks: true,
            heard_ms: None,
            answer_by_ms: None,
            ask_at_ms: None,
            reread_at_ms: None,
            not_before_ms: 0,
        }
    }

    pub(crate) fn leads(&self) -> bool {
        self.role == Role::Leader
    }

    /// Whether another tab was ever heard.
    pub(crate) fn has_company(&self) -> bool {
        self.heard_ms.is_some()
    }

    /// When something is due. Without a connection nothing is sent, and nothing is looked for.
    pub(crate) fn deadline_ms(&self, is_connected: bool) -> Option<u64> {
        let reread_at_ms = self.reread_at_ms.filter(|_| is_connected);
        let moments = [self.answer_by_ms, self.ask_at_ms, reread_at_ms];
        moments.into_iter().flatten().min()
    }

    /// Seeks the lead where it is wanted, and gives it back where it is not. `is_stuck` tells
    /// whether something waits for a leader.
    pub(crate) fn settle<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        is_wanted: bool,
        is_stuck: bool,
    ) {
        let now_ms = ctx.now.mono_ms;
        if !is_wanted {
            return self.stop(ctx);
        }
        if self.role == Role::Idle && self.not_before_ms <= now_ms {
            self.role = Role::Asking;
            if self.has_locks {
                ctx.outputs.push_back(Output::Lock(LockCommand::Request));
            } else {
                self.ask_leader(ctx, NO_LOCKS_ANSWER_MS);
            }
        }
        if self.role == Role::Asking {
            let is_asked = self.answer_by_ms.is_some();
            if is_stuck && !is_asked && self.ask_at_ms.is_none() {
                self.ask_at_ms = Some(now_ms + LEADER_PATIENCE_MS);
            } else if !is_stuck {
                self.ask_at_ms = None;
            }
        }
    }

    /// Acts on every deadline that has passed. True where the leader looks for what others left.
    pub(crate) fn handle_timeout<V: Value>(&mut self, ctx: &mut Context<'_, V>) -> bool {
        let now_ms = ctx.now.mono_ms;
        let is_due = |at: &mut u64| *at <= now_ms;
        let rereads = self.reread_at_ms.take_if(is_due).is_some() && self.leads();
        if rereads {
            ctx.keep.read_all(ctx.outputs);
            self.plan_reread(now_ms);
        }
        if self.answer_by_ms.take_if(is_due).is_some() && self.role == Role::Asking {
            if self.has_locks {
                ctx.outputs.push_back(Output::Lock(LockCommand::Steal));
            } else {
                self.raise(ctx);
            }
        }
        if self.ask_at_ms.take_if(is_due).is_some() && self.role == Role::Asking {
            self.ask_leader(ctx, LEADER_ANSWER_MS);
        }
        rereads
    }

    fn ask_leader<V: Value>(&mut self, ctx: &mut Context<'_, V>, answer_ms: u64) {
        // Tabs that start together do not all take over at once.
        let jitter_ms = (ctx.random.fraction() * answer_ms as f64 / 4.0) as u64;
        self.answer_by_ms = Some(ctx.now.mono_ms + answer_ms + jitter_ms);
        self.ask_at_ms = None;
        ctx.say("ping", Vec::new());
    }

    /// Tells the other tabs that this one leads.
    fn announce<V: Value>(ctx: &mut Context<'_, V>) {
        let fence = ctx.keep.fence().map_or(0.0, |fence| fence as f64);
        ctx.post("pong", vec![("fence", V::number(fence))]);
    }

    fn raise<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        self.role = Role::Raising;
        self.answer_by_ms = None;
        self.ask_at_ms = None;
        ctx.keep.lead(ctx.outputs);
    }

    /// The store is open, or there is none: whoever is there hears of this tab.
    pub(crate) fn opened<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        ctx.say("hello", Vec::new());
    }

    pub(crate) fn lock_changed<V: Value>(&mut self, ctx: &mut Context<'_, V>, event: LockEvent) {
        match (event, self.role) {
            (LockEvent::Granted, Role::Asking) => self.raise(ctx),
            (LockEvent::Granted, Role::Idle) => {
                ctx.outputs.push_back(Output::Lock(LockCommand::Release));
            }
            (LockEvent::Granted, _) => {}
            (LockEvent::Lost, _) => self.rest(ctx),
            (LockEvent::Unavailable, _) => {
                self.has_locks = false;
                self.rest(ctx);
            }
        }
    }

    /// The store raised the fence for this tab.
    pub(crate) fn led<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        if self.role == Role::Raising {
            self.role = Role::Leader;
            self.plan_reread(ctx.now.mono_ms);
            Self::announce(ctx);
        } else {
            // It was given back meanwhile.
            ctx.keep.set_fence(None);
        }
    }

    /// The store did not raise the fence.
    pub(crate) fn not_led<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        if self.role == Role::Raising {
            self.not_before_ms = ctx.now.mono_ms + LEADER_PATIENCE_MS;
            self.ask_at_ms = Some(self.not_before_ms);
            self.release(ctx);
            self.role = Role::Idle;
        }
    }

    /// Another tab has taken over, says the store.
    pub(crate) fn step_down<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        self.release(ctx);
        self.rest(ctx);
    }

    /// Another tab has taken over, says the server. A tab that still has the lock knows better:
    /// the server has seen a higher fence than the store, which was deleted meanwhile. To one that
    /// does not lead, or is raising the fence already, it is no news.
    pub(crate) fn fenced<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        match self.role {
            Role::Leader if self.has_locks => self.raise(ctx),
            Role::Leader => self.step_down(ctx),
            Role::Idle | Role::Asking | Role::Raising => {}
        }
    }

    /// Gives back what it has.
    pub(crate) fn stop<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        if self.role != Role::Idle {
            self.release(ctx);
            self.rest(ctx);
        }
    }

    fn release<V: Value>(&self, ctx: &mut Context<'_, V>) {
        if self.has_locks && self.role != Role::Idle {
            ctx.outputs.push_back(Output::Lock(LockCommand::Release));
        }
    }

    fn rest<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        self.role = Role::Idle;
        self.answer_by_ms = None;
        self.ask_at_ms = None;
        self.reread_at_ms = None;
        ctx.keep.set_fence(None);
    }

    /// There is something that may be taken on if it is the same at the next look.
    pub(crate) fn look_soon<V: Value>(&mut self, ctx: &Context<'_, V>) {
        if self.leads() {
            self.reread_at_ms = Some(ctx.now.mono_ms + LEADER_REREAD_MS);
        }
    }

    fn plan_reread(&mut self, now_ms: u64) {
        let is_recent = |heard_ms: u64| now_ms < heard_ms + COMPANY_KNOWN_MS;
        let period_ms = match self.heard_ms.is_some_and(is_recent) {
            true => LEADER_REREAD_MS,
            false => LONELY_REREAD_MS,
        };
        self.reread_at_ms = Some(now_ms + period_ms);
    }

    /// Another tab said something. True where it is about an entry.
    pub(crate) fn heard<V: Value>(
        &mut self,
        ctx: &mut Context<'_, V>,
        kind: &str,
        message: &V,
    ) -> bool {
        let now_ms = ctx.now.mono_ms;
        self.heard_ms = Some(now_ms);
        if !std::mem::replace(&mut ctx.has_company, true) {
            // What was stored here meanwhile, nobody was told of.
            ctx.post("look", Vec::new());
        }
        if self.reread_at_ms > Some(now_ms + LEADER_REREAD_MS) {
            self.plan_reread(now_ms);
        }
        match kind {
            "hello" => ctx.post("here", Vec::new()),
            "here" => {}
            "look" => ctx.keep.read_outbox(ctx.outputs),
            "ping" if self.leads() => {
                Self::announce(ctx);
                ctx.keep.read_outbox(ctx.outputs);
            }
            "ping" => {}
            "pong" => {
                let fence = message.field("fence").and_then(|fence| fence.as_number());
                let mine = ctx.keep.fence().map_or(0.0, |fence| fence as f64);
                if self.leads() && fence.is_some_and(|fence| fence > mine) {
                    self.step_down(ctx);
                }
                self.leader_lives(ctx);
            }
            _ => {
                if matches!(kind, "acked" | "gone") {
                    self.leader_lives(ctx);
                }
                return true;
            }
        }
        false
    }

    fn leader_lives<V: Value>(&mut self, ctx: &mut Context<'_, V>) {
        if self.role == Role::Asking {
            self.answer_by_ms = None;
            self.ask_at_ms = Some(ctx.now.mono_ms + LEADER_PATIENCE_MS);
        }
    }
}
