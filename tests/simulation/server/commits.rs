//! Commands between their place in the order and their answer: submitted, committed together a
//! little later, and answered, if the process lives.

use nchat_dev_server::core::{Answer, Refusal, Submitted};

use super::fences::Claim;
use super::requests::Fate;
use super::{Said, Server, at_once};
use crate::chaos::Chaos;
use crate::network::LinkId;

/// A command that took its place in the order, and who waits for its answer.
pub(super) struct Waiting {
    link: LinkId,
    ack: Option<u64>,
    submitted: Submitted,
    /// The event that asked for it, and the fence that it came under.
    name: String,
    claim: Option<Claim>,
    /// Whose turn of chance it was.
    turn: Option<usize>,
    /// What becomes of the answer, where chance has it before the commit: of twins, which another's
    /// commit may have told before their own.
    fate: Option<Fate>,
}

impl Server {
    /// A command took its place in the order, or was refused.
    pub(super) fn submitted(
        &mut self,
        link: LinkId,
        ack: Option<u64>,
        (name, claim): (&str, Option<Claim>),
        submitted: Result<Submitted, Refusal>,
        chaos: &mut Chaos,
    ) {
        match submitted {
            Ok(submitted) => {
                self.waiting.push_back(Waiting {
                    link,
                    ack,
                    submitted,
                    name: name.to_owned(),
                    claim,
                    turn: chaos.turn,
                    fate: (!self.is_audited).then(|| Fate::of(chaos, ack.is_some())),
                });
                let delay_ms = chaos.dice.pick(self.commit_delays_ms);
                self.said.push_back(Said::Commit { delay_ms });
            }
            Err(refusal) => self.answer::<()>(link, ack, Err(refusal), chaos),
        }
    }

    /// Commits what was submitted, and answers. Where the process dies right after the commit,
    /// nobody is answered.
    pub(crate) fn commit(&mut self, chaos: &mut Chaos) {
        while let Some(waiting) = self.waiting.pop_front() {
            let Some(core) = &self.core else { return };
            if let Some(session) = self.session(waiting.link) {
                self.environment.act_for(&session.user.id);
            }
            let result = at_once(core.settle(waiting.submitted));
            self.settled(waiting.link, &waiting.name, waiting.claim.as_ref(), &result);
            self.take_post();
            let before = chaos.turn_to(waiting.turn);
            let fate = waiting
                .fate
                .unwrap_or_else(|| Fate::of(chaos, waiting.ack.is_some()));
            self.answer_command(waiting.link, waiting.ack, result, fate);
            chaos.turn_to(before);
        }
    }

    /// Commits what was submitted; nobody will be told.
    pub(crate) fn commit_and_say_nothing(&mut self) {
        while let Some(waiting) = self.waiting.pop_front() {
            let Some(core) = &self.core else { return };
            // The outcome is for a client that will not hear it.
            let result = at_once(core.settle(waiting.submitted));
            self.settled(waiting.link, &waiting.name, waiting.claim.as_ref(), &result);
        }
        self.take_post();
        self.said.retain(|said| matches!(said, Said::Published(_)));
    }

    /// A command is in the store, or was refused there.
    fn settled(
        &mut self,
        link: LinkId,
        name: &str,
        claim: Option<&Claim>,
        result: &Result<Answer, Refusal>,
    ) {
        if let Some(claim) = claim {
            self.fences.settled(claim, result);
        }
        let user = self.session(link).map(|session| session.user.id.clone());
        match (result, user) {
            (Ok(Answer::Moved(it)), Some(user)) => {
                self.told
                    .acknowledged(&user, &it.channel_id, name, it.up_to_seq);
            }
            // Others may be counted from here on.
            (Ok(Answer::Settings(_)), _) => self.told.forget_counts(),
            _ => {}
        }
    }
}
