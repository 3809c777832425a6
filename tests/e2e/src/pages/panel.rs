//! The panel as the visitor uses it.

use anyhow::{Context as _, Result, ensure};

use super::{Words, has_picture, plays};
use crate::tab::{In, Tab};
use crate::wait::until;

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The visitor's.
    Mine,
    /// A robot's or an agent's.
    Theirs,
    /// What the desk has to tell.
    Note,
}

/// One line of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose it is.
    pub side: Side,
    /// The name of who said it.
    pub sender: String,
    /// What was said.
    pub text: String,
    /// What became of it, if it is told.
    pub state: String,
}

/// The panel in a tab.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its tab.
    pub tab: Tab,
    /// Its sentences.
    pub words: Words,
}

impl Panel {
    /// The panel in this tab, in the language of these sentences.
    #[must_use]
    pub fn new(tab: Tab, words: Words) -> Self {
        Self { tab, words }
    }

    /// Waits until a text can be written.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn is_usable(&self) -> Result<()> {
        self.tab.sees(In::Panel, "textbox", self.words.get("composer_label")?).await
    }

    /// Writes into the composer without sending.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn write(&self, text: &str) -> Result<()> {
        self.tab.type_into(In::Panel, self.words.get("composer_label")?, text).await
    }

    /// Sends what is written.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub async fn send(&self) -> Result<()> {
        self.click("send").await
    }

    /// Writes a text and sends it.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub async fn say(&self, text: &str) -> Result<()> {
        self.write(text).await?;
        self.send().await
    }

    /// What is written and not sent.
    ///
    /// # Errors
    ///
    /// When there is no composer.
    pub async fn draft(&self) -> Result<String> {
        let script = "return find('textbox', arguments[0]).value;";
        let name = self.words.get("composer_label")?.into();
        Ok(self.tab.run(In::Panel, script, vec![name]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks the button with the sentence of this key.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn click(&self, key: &str) -> Result<()> {
        self.tab.click(In::Panel, "button", self.words.get(key)?).await
    }

    /// Waits for the button with the sentence of this key.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn offers(&self, key: &str) -> Result<()> {
        self.tab.sees(In::Panel, "button", self.words.get(key)?).await
    }

    /// Waits for the sentence of this key.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn tells(&self, key: &str) -> Result<()> {
        self.tab.reads(In::Panel, self.words.get(key)?).await
    }

    /// The conversation, oldest line first.
    ///
    /// # Errors
    ///
    /// When there is no panel now.
    pub async fn transcript(&self) -> Result<Vec<Line>> {
        let script = "
            return deep('.fd-row').map((row) => [
              ['mine', 'theirs', 'note'].find((side) => row.classList.contains(`fd-${side}`)) ?? '',
              words(row.querySelector('.fd-name, .fd-stack > .fd-sr')),
              (row.querySelector('.fd-bubble, .fd-note-text')?.textContent ?? ''),
              words(row.querySelector('.fd-meta .fd-sr')),
            ]);";
        let rows = self.tab.run(In::Panel, script, Vec::new()).await?;
        let rows: Vec<[String; 4]> = serde_json::from_value(rows)?;
        rows.into_iter()
            .map(|[side, sender, text, state]| {
                let side = match side.as_str() {
                    "mine" => Side::Mine,
                    "theirs" => Side::Theirs,
                    "note" => Side::Note,
                    other => anyhow::bail!("a line of no known side: {other:?}"),
                };
                Ok(Line { side, sender, text, state })
            })
            .collect()
    }

    /// What was said, without the desk's notes: whose, and the text.
    ///
    /// # Errors
    ///
    /// When there is no panel now.
    pub async fn said(&self) -> Result<Vec<(Side, String)>> {
        let lines = self.transcript().await?;
        Ok(lines
            .into_iter()
            .filter(|line| line.side != Side::Note)
            .map(|line| (line.side, line.text))
            .collect())
    }

    /// Waits for a line of the other side that contains this, and gives it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn hears(&self, text: &str) -> Result<Line> {
        until(&format!("\"{text}\" is heard"), async || {
            let lines = self.transcript().await?;
            let heard = lines.iter().find(|line| line.side == Side::Theirs && line.text.contains(text));
            heard.cloned().with_context(|| format!("the conversation is {lines:?}"))
        })
        .await
    }

    /// Waits until the centre has a text of the visitor, and it is there once.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn has_sent(&self, text: &str) -> Result<()> {
        // Of several texts in a row only the last one tells that it was sent.
        let arrived = ["", self.words.get("state_sent")?, self.words.get("state_read")?];
        until(&format!("\"{text}\" was sent"), async || {
            let lines = self.transcript().await?;
            let mine: Vec<_> =
                lines.iter().filter(|line| line.side == Side::Mine && line.text == text).collect();
            ensure!(mine.len() == 1, "it is there {} times: {lines:?}", mine.len());
            ensure!(mine.iter().all(|line| arrived.contains(&line.state.as_str())), "it is {mine:?}");
            Ok(())
        })
        .await
    }

    /// Asks for a person: from the greeting or from the robot.
    ///
    /// # Errors
    ///
    /// When that is not offered.
    pub async fn ask_for_a_person(&self) -> Result<()> {
        self.click("talk_person").await
    }

    /// Chooses a level, 1 is the first one offered, writes a comment and sends both.
    ///
    /// # Errors
    ///
    /// When no rating is asked for.
    pub async fn rate(&self, level: u8, comment: &str) -> Result<()> {
        self.choose_level(level).await?;
        self.tab.type_into(In::Panel, self.words.get("rating_comment")?, comment).await?;
        self.click("rating_send").await
    }

    /// Chooses a level of the rating, 1 is the first one offered.
    ///
    /// # Errors
    ///
    /// When no rating is asked for.
    pub async fn choose_level(&self, level: u8) -> Result<()> {
        self.tab.click_on(In::Panel, &format!(".fd-level:nth-child({level})")).await
    }

    /// Opens the call view and begins a call by the button of this key.
    ///
    /// # Errors
    ///
    /// When calls are not offered.
    pub async fn call(&self, key: &str) -> Result<()> {
        self.click("call_open").await?;
        self.click(key).await
    }

    /// Waits until the other side has been played for a second.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn hears_the_call(&self) -> Result<()> {
        plays(&self.tab, In::Panel, "deep('.fd-call-other')[0]").await
    }

    /// Waits for the other side's picture.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn sees_the_agent(&self) -> Result<()> {
        has_picture(&self.tab, In::Panel, "deep('.fd-call-other')[0]").await
    }

    /// Ends the conversation by the menu.
    ///
    /// # Errors
    ///
    /// When there is none to end.
    pub async fn end(&self) -> Result<()> {
        self.click("menu").await?;
        self.click("end").await?;
        self.tab.sees(In::Panel, "alertdialog", self.words.get("end_question")?).await?;
        self.click("end").await
    }
}
