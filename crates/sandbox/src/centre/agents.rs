//! Agents at their desks.

use serde::Serialize;

use super::{Centre, ContactId, Ms, State};

/// Number of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct AgentId(pub(crate) u64);

/// An agent that has signed in.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) id: AgentId,
    pub(crate) name: String,
    /// Queues served; empty serves all.
    pub(crate) queues: Vec<String>,
    /// Keys of the desks this agent has open, newest last.
    pub(crate) tokens: Vec<String>,
    pub(crate) active: usize,
    pub(crate) heard_ms: Ms,
    pub(crate) signed_in: bool,
}

const AGENTS_MAX: usize = 1_000;
const DESKS_MAX: usize = 20;

impl Centre {
    /// Signs an agent in; a known name is the same agent. `None` when there are too many agents.
    pub(crate) fn sign_in(&mut self, now: Ms, name: &str, queues: Vec<String>) -> Option<(AgentId, String)> {
        let token = self.ids.token();
        let known = self.agents.values().find(|agent| agent.name == name).map(|agent| agent.id);
        let id = match known {
            Some(id) => id,
            None if self.agents.len() >= AGENTS_MAX => return None,
            None => AgentId(self.agents.len() as u64 + 1),
        };
        let agent = self.agents.entry(id).or_insert_with(|| Agent {
            id,
            name: name.to_owned(),
            queues: Vec::new(),
            tokens: Vec::new(),
            active: 0,
            heard_ms: now,
            signed_in: true,
        });
        agent.queues = queues;
        agent.heard_ms = now;
        agent.signed_in = true;
        agent.tokens.push(token.clone());
        if agent.tokens.len() > DESKS_MAX {
            agent.tokens.remove(0);
        }
        self.assign(now);
        Some((id, token))
    }

    /// No new conversations, and every desk of this agent has to sign in again; served conversations stay.
    pub(crate) fn sign_out(&mut self, id: AgentId) {
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.signed_in = false;
            agent.tokens.clear();
        }
    }

    /// Whose desk this is; being asked counts as being heard of.
    pub(crate) fn agent_by_token(&mut self, now: Ms, token: &str) -> Option<AgentId> {
        let agent = self.agents.values_mut().find(|agent| agent.tokens.iter().any(|own| own == token))?;
        let was_away = now.saturating_sub(agent.heard_ms) > self.settings.agent_away_s * 1_000;
        agent.heard_ms = now;
        let id = agent.id;
        if was_away {
            self.assign(now);
        }
        Some(id)
    }

    pub(crate) fn agent(&self, id: AgentId) -> Option<&Agent> {
        self.agents.get(&id)
    }

    /// Signed in and heard of lately.
    pub(super) fn is_present(&self, now: Ms, agent: &Agent) -> bool {
        agent.signed_in && now.saturating_sub(agent.heard_ms) <= self.settings.agent_away_s * 1_000
    }

    /// How many agents could serve this queue now.
    pub(super) fn present_for(&self, now: Ms, queue: &str) -> usize {
        self.agents.values().filter(|agent| self.is_present(now, agent) && agent.serves(queue)).count()
    }

    /// The free agent of this queue with the fewest conversations.
    pub(super) fn free_agent(&self, now: Ms, queue: &str) -> Option<AgentId> {
        self.agents
            .values()
            .filter(|agent| self.is_present(now, agent) && agent.serves(queue))
            .filter(|agent| agent.active < self.settings.agent_capacity)
            .min_by_key(|agent| agent.active)
            .map(|agent| agent.id)
    }

    /// The contact's agent has one conversation fewer.
    pub(super) fn relieve(&mut self, contact: ContactId) {
        let agent = self
            .contacts
            .get(&contact)
            .filter(|contact| contact.state == State::Active)
            .and_then(|contact| contact.agent);
        if let Some(agent) = agent.and_then(|id| self.agents.get_mut(&id)) {
            agent.active = agent.active.saturating_sub(1);
        }
    }
}

impl Agent {
    fn serves(&self, queue: &str) -> bool {
        self.queues.is_empty() || self.queues.iter().any(|own| own == queue)
    }
}
