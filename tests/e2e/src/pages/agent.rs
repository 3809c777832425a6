//! The agents' page of the sandbox centre, in English.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::{has_picture, plays};
use crate::stack::Stack;
use crate::tab::{In, Tab};
use crate::wait::until;

/// A tab with an agent's desk.
#[derive(Clone, Debug)]
pub struct AgentPage {
    /// Its tab.
    pub tab: Tab,
}

impl AgentPage {
    /// Opens the page.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn open(tab: Tab, stack: &Stack) -> Result<Self> {
        tab.open(&stack.agent_page()).await?;
        Ok(Self { tab })
    }

    /// Signs in.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub async fn sign_in(&self, name: &str) -> Result<()> {
        self.tab.type_into(In::Page, "Your name", name).await?;
        self.tab.click(In::Page, "button", "Sign in").await?;
        self.tab.sees(In::Page, "button", "Sign out").await
    }

    /// Waits until a group of the list (`Active`, `Waiting`, …) has so many conversations.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn has(&self, group: &str, count: usize) -> Result<()> {
        until(&format!("the list has {count} in \"{group}\""), async || {
            let script = "
                const own = [...document.querySelectorAll('#groups section')].filter((section) =>
                  section.querySelector('h2').firstChild.textContent === arguments[0]);
                return own.reduce((sum, section) => sum + section.querySelectorAll('button').length, 0);";
            let found = self.tab.run(In::Page, script, vec![json!(group)]).await?;
            ensure!(found == json!(count), "it has {found}: {}", self.tab.text(In::Page).await?);
            Ok(())
        })
        .await
    }

    /// Opens the first conversation of the list.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn open_first(&self) -> Result<()> {
        self.tab.click_on(In::Page, "#groups button").await
    }

    /// Takes the open conversation out of the queue.
    ///
    /// # Errors
    ///
    /// When it does not wait.
    pub async fn accept(&self) -> Result<()> {
        self.tab.click(In::Page, "button", "Accept").await
    }

    /// Types without sending.
    ///
    /// # Errors
    ///
    /// When no conversation is open.
    pub async fn write(&self, text: &str) -> Result<()> {
        self.tab.type_into(In::Page, "Reply", text).await
    }

    /// Sends what is typed.
    ///
    /// # Errors
    ///
    /// When no conversation is open.
    pub async fn send(&self) -> Result<()> {
        self.tab.click(In::Page, "button", "Send").await
    }

    /// Types and sends.
    ///
    /// # Errors
    ///
    /// When no conversation is open.
    pub async fn reply(&self, text: &str) -> Result<()> {
        self.write(text).await?;
        self.send().await
    }

    /// Ends the open conversation.
    ///
    /// # Errors
    ///
    /// When no conversation is open.
    pub async fn end(&self) -> Result<()> {
        self.tab.click(In::Page, "button", "End").await?;
        self.tab.click_on(In::Page, "dialog[open] button[value=yes]").await?;
        // The page sends it and takes the answer before anybody looks elsewhere.
        self.tab.reads(In::Page, "Ended by the agent").await
    }

    /// The lines of the open conversation, with the class of who said them: `visitor`, `robot`, `agent`, `system`.
    ///
    /// # Errors
    ///
    /// When no conversation is open.
    pub async fn lines(&self) -> Result<Vec<(String, String)>> {
        let script = "
            return [...document.querySelectorAll('#log li')].map((line) =>
              [line.classList[1], line.querySelector('.bubble, .note').textContent]);";
        Ok(serde_json::from_value(self.tab.run(In::Page, script, Vec::new()).await?)?)
    }

    /// Waits until a text was said in the open conversation.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn hears(&self, from: &str, text: &str) -> Result<()> {
        until(&format!("the agent reads \"{text}\""), async || {
            let lines = self.lines().await?;
            let heard = lines.iter().filter(|(by, said)| by == from && said == text).count();
            ensure!(heard == 1, "it is there {heard} times: {lines:?}");
            Ok(())
        })
        .await
    }

    /// Waits for the visitor's rating of the open conversation.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn rating(&self) -> Result<String> {
        until("the agent reads the rating", async || {
            let script =
                "const box = document.getElementById('rating'); return box.hidden ? null : box.innerText;";
            let text = self.tab.run(In::Page, script, Vec::new()).await?;
            let text = text.as_str().context("there is none")?.replace('\n', " ");
            ensure!(text.contains("Rated"), "it is \"{text}\"");
            Ok(text)
        })
        .await
    }

    /// Takes the call that waits.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn takes_the_call(&self) -> Result<()> {
        self.tab.show().await?;
        self.tab.click_on(In::Page, "[data-key^=accept-]").await
    }

    /// Hangs up.
    ///
    /// # Errors
    ///
    /// When there is no call.
    pub async fn hangs_up(&self) -> Result<()> {
        self.tab.show().await?;
        self.tab.click_on(In::Page, "#talk-end").await
    }

    /// Waits until the visitor has been played for a second.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn hears_the_call(&self) -> Result<()> {
        self.tab.show().await?;
        plays(&self.tab, In::Page, "document.getElementById('talk-sound')").await
    }

    /// Waits for the visitor's picture.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn sees_the_visitor(&self) -> Result<()> {
        self.tab.show().await?;
        has_picture(&self.tab, In::Page, "document.getElementById('talk-there')").await
    }

    /// Waits until the call is over.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn is_free(&self) -> Result<()> {
        self.tab.show().await?;
        until("the agent's call is over", async || {
            let script = "return document.getElementById('talk').hidden;";
            ensure!(self.tab.run(In::Page, script, Vec::new()).await? == json!(true), "it goes on");
            Ok(())
        })
        .await
    }
}
