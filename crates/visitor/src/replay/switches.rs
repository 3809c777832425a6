//! What the centre does and the desk is set to: the same words in options, proxy and sandbox.

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::fmt;

/// Set at the sandbox and in the proxy's desk alike.
#[derive(Clone, Debug, Args)]
pub struct Switches {
    /// What the centre does with message ids.
    #[arg(long, default_value = "deduplicated")]
    pub message_id: MessageId,
    /// What the centre does with messages it has handed out.
    #[arg(long, default_value = "destructive")]
    pub poll: Poll,
    /// Whether the centre keeps a history. Default: true in dialect 2.6, false in 2.5, which has none.
    #[arg(long, value_name = "BOOL")]
    pub history: Option<bool>,
    /// Edition of the centre's interface.
    #[arg(long, default_value = "2.6")]
    pub dialect: Dialect,
    /// Pause of the proxy between polls, as BUSY,IDLE.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1000], num_args = 1.., value_name = "MS,MS")]
    pub poll_interval_ms: Vec<u64>,
    /// Id of the desk at the proxy.
    #[arg(long, default_value = "replay")]
    pub desk: String,
}

macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
        pub enum $name {
            $($(#[doc = $doc])+ #[value(name = $word)] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for it, the same in options and settings.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// What the centre does with message ids.
    MessageId {
        /// A known id is not taken again.
        Deduplicated = "deduplicated",
        /// The id can be read in the history.
        Echoed = "echoed",
        /// Nothing.
        Ignored = "ignored",
    }
}

words! {
    /// What the centre does with messages it has handed out.
    Poll {
        /// Forgets them.
        Destructive = "destructive",
        /// Hands them out again for a while.
        Repeats = "repeats",
    }
}

words! {
    /// Edition of the centre's interface.
    Dialect {
        /// As printed for CEC 2.5.
        V2_5 = "2.5",
        /// As printed for CEC 2.6.
        V2_6 = "2.6",
    }
}

impl Switches {
    /// Whether the centre keeps a history.
    pub fn keeps_history(&self) -> bool {
        self.history.unwrap_or(self.dialect == Dialect::V2_6)
    }

    /// Checks what the parser cannot.
    ///
    /// # Errors
    /// Says which options do not go together.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.dialect == Dialect::V2_5 && self.history == Some(true) {
            bail!("dialect 2.5 has no history: leave --history out");
        }
        match self.poll_interval_ms.as_slice() {
            [busy, idle] if *busy <= *idle && *busy > 0 => Ok(()),
            _ => bail!("write --poll-interval-ms as BUSY,IDLE, such as 100,1000"),
        }
    }

    /// Each option with its value.
    pub fn words(&self) -> [(&'static str, String); 6] {
        let interval: Vec<String> = self.poll_interval_ms.iter().map(u64::to_string).collect();
        [
            ("message-id", self.message_id.word().into()),
            ("poll", self.poll.word().into()),
            ("history", self.keeps_history().to_string()),
            ("dialect", self.dialect.word().into()),
            ("poll-interval-ms", interval.join(",")),
            ("desk", self.desk.clone()),
        ]
    }
}

impl fmt::Display for Switches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words().map(|(name, value)| format!("{name}={value}"));
        f.write_str(&words.join(" "))
    }
}
