//! News of visitors, by a connection of their own. What is said while it is broken is not heard.

use super::super::lease::{News, Role, What};
use super::line::Line;
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// Pause before listening again.
const PAUSE: Duration = Duration::from_millis(500);
/// A line on which nothing came for so long is asked whether it stands.
const QUIET: Duration = Duration::from_secs(5);

/// Passes on news for ever.
pub(super) async fn pass_on(line: Arc<Line>, channel: String, to: broadcast::Sender<News>) {
    loop {
        if let Ok(listening) = line.listen(&channel).await {
            let (mut ask, mut news) = listening.split();
            loop {
                match tokio::time::timeout(QUIET, news.next()).await {
                    Ok(Some(message)) => {
                        if let Some(news) = read(&String::from_utf8_lossy(message.get_payload_bytes())) {
                            // Nobody may listen.
                            let _heard = to.send(news);
                        }
                    }
                    Ok(None) => break,
                    Err(_) => match tokio::time::timeout(QUIET, ask.ping::<redis::Value>()).await {
                        Ok(Ok(_)) => {}
                        _ => break,
                    },
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// `what detail visitor`, as the scripts say it.
fn read(text: &str) -> Option<News> {
    let mut words = text.splitn(3, ' ');
    let (what, detail, visitor) = (words.next()?, words.next()?, words.next()?);
    let what = match what {
        "written" => What::Written(detail.parse().ok()?),
        "erased" => What::Erased,
        "leased" => What::Leased(Role::of(detail)?),
        "released" => What::Released(Role::of(detail)?),
        "wanted" => What::Wanted(Role::of(detail)?),
        _ => return None,
    };
    Some(News { visitor: visitor.into(), what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_news_is_passed_over() {
        let news = |what| Some(News { visitor: "v-1".into(), what });
        assert_eq!(read("written 7 v-1"), news(What::Written(7)));
        assert_eq!(read("wanted poll v-1"), news(What::Wanted(Role::Poll)));
        for wrong in ["", "written", "written x v-1", "leased nothing v-1", "sung 7 v-1"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
