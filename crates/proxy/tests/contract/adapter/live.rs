//! The proxy's adapter at the same centre: what it makes of real answers.

use super::desk::{Desk, failed, missing, words};
use crate::harness::{Offer, Stop, Target, Verdict, checks, ensure};
use crate::upload_file_stream::PNG;
use frontdesk_contract::{CallMedia, ErrorCode, Sender};
use frontdesk_proxy::vendor::{
    CallNews, Centre as _, CentreFile, Content, Downlink, Failure, FileKind, FileSource, Placing,
    QueueAnswer, Rating, Said, Serving, Spooled, Utterance,
};
use serde_json::json;
use std::path::PathBuf;

checks! {
    connects_and_ends,
    hears_the_robot,
    talks_to_an_agent,
    hears_the_agent_and_the_end,
    knows_the_place_in_the_queue,
    sends_and_fetches_a_file,
    shows_an_agents_file,
    sends_a_card,
    asks_the_robot_for_phrases,
    judges_an_answer,
    rates_after_the_end,
    knows_what_to_ask,
    finds_its_own_words_in_the_history,
    leaves_a_message,
    sets_up_a_call_and_drops_it,
    places_a_call_of_staff,
}

async fn connects_and_ends(target: &Target) -> Verdict {
    let (desk, serving) = Desk::open(target).await?;
    ensure!(!matches!(serving, Serving::Offline { .. }), "an open centre looks offline");
    desk.close().await?;
    // What is over counts as ended.
    desk.close().await
}

async fn hears_the_robot(target: &Target) -> Verdict {
    let desk = Desk::with_robot(target).await?;
    let said = desk.say(&Utterance::Text(target.text("how can I pay?"))).await?;
    ensure!(matches!(said, Said::Delivered { link_not_trusted: false }), "a text was {said:?}");
    let text = desk
        .hears("the robot", |item| match item {
            Downlink::Message { from: Sender::Robot(_), content, .. } => Some(words(content)),
            _ => None,
        })
        .await?;
    ensure!(!text.is_empty(), "the robot said nothing");
    desk.close().await
}

async fn talks_to_an_agent(target: &Target) -> Verdict {
    let desk = Desk::with_agent(target).await?;
    desk.say(&Utterance::Text(target.text("hello"))).await?;
    desk.cec.typing(&desk.party).await.map_err(|failure| failed("typing", &failure))?;
    desk.close().await
}

async fn hears_the_agent_and_the_end(target: &Target) -> Verdict {
    let house = target.desk()?;
    let desk = Desk::with_agent(target).await?;
    let agent = house.sign_in("Li").await?;
    house.acts(&agent, &desk.party.user_id, "messages", json!({"text": "Is 1 < 2 & 3?"})).await?;
    let (name, text) = desk
        .hears("the agent", |item| match item {
            Downlink::Message { from: Sender::Agent(person), content, .. } => {
                Some((person.name.clone(), words(content)))
            }
            _ => None,
        })
        .await?;
    ensure!(name == "Li" && text.contains("Is 1 < 2 & 3?"), "the agent {name:?} said {text:?}");
    house.acts(&agent, &desk.party.user_id, "end", json!({})).await?;
    desk.hears("the end", |item| matches!(item, Downlink::Ended { .. }).then_some(())).await?;
    desk.close().await
}

async fn knows_the_place_in_the_queue(target: &Target) -> Verdict {
    target.asks_for(Offer::Queue)?;
    let (desk, serving) = Desk::open(target).await?;
    let serving = match serving {
        Serving::Robot => desk
            .cec
            .transfer_to_agent(&desk.party)
            .await
            .map_err(|failure| Stop::NotOffered(Offer::Queue, format!("{failure:?}")))?,
        serving => serving,
    };
    if serving != Serving::Queue {
        desk.close().await?;
        return Err(Stop::NotOffered(Offer::Queue, format!("it led to {serving:?}")));
    }
    let queue = desk.cec.queue(&desk.party).await.map_err(|failure| failed("queue", &failure))?;
    let QueueAnswer::Waiting(info) = queue else {
        return Err(Stop::Wrong(format!("whoever waits is told {queue:?}")));
    };
    ensure!(
        target.house.is_none() || info.place == Some(1),
        "the only visitor has the place {:?}",
        info.place
    );
    let refused = desk.say(&Utterance::Text(target.text("while waiting"))).await;
    ensure!(refused.is_err(), "a text in the queue counts as {refused:?}");
    desk.close().await
}

/// A picture on this machine; it is taken away when this is dropped.
struct Picture(PathBuf);

impl Picture {
    fn new() -> Result<Self, Stop> {
        let path =
            std::env::temp_dir().join(format!("frontdesk-contract-{:032x}.png", rand::random::<u128>()));
        std::fs::write(&path, PNG).map_err(|error| Stop::Wrong(error.to_string()))?;
        Ok(Self(path))
    }

    fn spooled(&self) -> Spooled<'_> {
        Spooled { path: &self.0, extension: "png", size_bytes: PNG.len() as u64 }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // Whatever remains is the system's to clear.
        let _removed = std::fs::remove_file(&self.0);
    }
}

async fn fetch(desk: &Desk<'_>, source: &FileSource, extension: Option<&str>) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let length = desk.cec.download(&desk.party, source, extension, &mut bytes, 100_000).await;
    let length = length.map_err(|failure| failed("download", &failure))?;
    ensure!(length == bytes.len() as u64, "a download of {} bytes counts as {length}", bytes.len());
    Ok(bytes)
}

async fn sends_and_fetches_a_file(target: &Target) -> Verdict {
    target.asks_for(Offer::Files)?;
    let desk = Desk::with_agent(target).await?;
    let picture = Picture::new()?;
    let key = desk.cec.upload(&desk.party, picture.spooled()).await;
    let key = key.map_err(|failure| missing(Offer::Files, "upload", failure))?;
    let bytes = fetch(&desk, &FileSource::Uploaded(key.clone()), Some("png")).await?;
    ensure!(bytes == PNG, "the file came back with {} bytes", bytes.len());
    let file = Utterance::File {
        key,
        extension: "png".into(),
        kind: FileKind::Image,
        name: "a, b.png".into(),
        size_bytes: PNG.len() as u64,
    };
    let said = desk.say(&file).await?;
    ensure!(matches!(said, Said::Delivered { .. }), "a picture was {said:?}");
    desk.close().await
}

async fn shows_an_agents_file(target: &Target) -> Verdict {
    let house = target.desk()?;
    target.asks_for(Offer::Files)?;
    let desk = Desk::with_agent(target).await?;
    use base64::Engine as _;
    let data = base64::engine::general_purpose::STANDARD.encode(PNG);
    let agent = house.sign_in("Li").await?;
    for library in [false, true] {
        let file = json!({"media": "IMAGE", "name": "a.png", "data": data, "library": library});
        house.acts(&agent, &desk.party.user_id, "messages", json!({"file": file})).await?;
        let CentreFile { source, extension, kind, .. } = desk
            .hears("the agent's picture", |item| match item {
                Downlink::Message { content: Content::File(file), .. } => Some(file.clone()),
                _ => None,
            })
            .await?;
        ensure!(kind == FileKind::Image, "a picture counts as {kind:?}");
        let bytes = fetch(&desk, &source, extension.as_deref()).await?;
        ensure!(bytes == PNG, "an agent's picture from {source:?} has {} bytes", bytes.len());
    }
    desk.close().await
}

async fn sends_a_card(target: &Target) -> Verdict {
    target.only_new(Offer::Cards)?;
    target.asks_for(Offer::Cards)?;
    let desk = Desk::with_agent(target).await?;
    let (title, description) = (target.text("card"), String::new());
    for (url, trusted) in [("https://shop.example/1", true), ("http://not-trusted.example/", false)] {
        let card = frontdesk_contract::Card {
            title: title.clone(),
            description: description.clone(),
            url: url.into(),
            image: None,
        };
        let said = desk.say(&Utterance::Card { card, image: None }).await?;
        let Said::Delivered { link_not_trusted } = said else {
            return Err(Stop::Wrong(format!("a card was {said:?}")));
        };
        ensure!(
            target.house.is_none() || link_not_trusted != trusted,
            "{url} counts as not trusted: {link_not_trusted}"
        );
    }
    desk.close().await
}

async fn asks_the_robot_for_phrases(target: &Target) -> Verdict {
    target.asks_for(Offer::Suggestions)?;
    let desk = Desk::with_robot(target).await?;
    let found = desk.cec.suggestions(&desk.party, "how can I").await;
    let found = found.map_err(|failure| missing(Offer::Suggestions, "suggestions", failure))?;
    ensure!(found.len() <= 5, "{} phrases", found.len());
    ensure!(target.house.is_none() || !found.is_empty(), "the sandbox's robot knows nothing");
    desk.close().await
}

async fn judges_an_answer(target: &Target) -> Verdict {
    target.asks_for(Offer::Feedback)?;
    let desk = Desk::with_robot(target).await?;
    desk.say(&Utterance::Text(target.text("how can I pay?"))).await?;
    let index = desk
        .hears("an answer that can be judged", |item| match item {
            Downlink::Message { from: Sender::Robot(_), inter_idx: Some(index), .. } => Some(index.clone()),
            _ => None,
        })
        .await;
    let index = match index {
        Ok(index) => index,
        Err(_) if target.house.is_none() => {
            desk.close().await?;
            return Err(Stop::NotOffered(Offer::Feedback, "answers carry no interIdx".into()));
        }
        Err(stop) => return Err(stop),
    };
    let judged = desk.cec.feedback(&desk.party, &index, true, "").await;
    judged.map_err(|failure| missing(Offer::Feedback, "feedback", failure))?;
    let unreasoned = desk.cec.feedback(&desk.party, &index, false, "").await;
    let named = matches!(unreasoned, Err(Failure::Refused { code: ErrorCode::ReasonMissing, .. }));
    ensure!(named, "a thumb down without a reason came to {unreasoned:?}");
    desk.close().await
}

async fn rates_after_the_end(target: &Target) -> Verdict {
    let desk = Desk::with_agent(target).await?;
    desk.close().await?;
    let rating = Rating { level: Some(5), comment: target.text("thanks"), ..Rating::default() };
    match desk.cec.rate(&desk.party, &rating).await {
        Ok(()) => Ok(()),
        // How long a rating is taken is nowhere said.
        Err(Failure::Refused { code: ErrorCode::SurveyClosed, .. }) if target.house.is_none() => Ok(()),
        Err(failure) => Err(failed("rating", &failure)),
    }
}

async fn knows_what_to_ask(target: &Target) -> Verdict {
    let desk = Desk::new(target)?;
    let form = desk.cec.survey(&desk.party).await.map_err(|failure| failed("survey", &failure))?;
    // Where there is no such query, the usual five levels are asked.
    ensure!(
        !form.open || !form.levels.is_empty() || !form.questions.is_empty(),
        "a survey that asks nothing"
    );
    ensure!(form.levels.iter().all(|level| (1..=5).contains(&level.level)), "a level out of range");
    Ok(())
}

async fn finds_its_own_words_in_the_history(target: &Target) -> Verdict {
    target.only_new(Offer::History)?;
    target.asks_for(Offer::History)?;
    if let Some(house) = &target.house {
        // Whoever waits has nothing to find.
        house.sign_in("Li").await?;
    }
    let (desk, serving) = Desk::open(target).await?;
    if serving == Serving::Queue {
        desk.close().await?;
        return Err(Stop::NotOffered(Offer::History, "whoever waits has nothing to find".into()));
    }
    let text = target.text(&format!("to be found {}", rand::random::<u32>()));
    desk.say(&Utterance::Text(text.clone())).await?;
    let far = 4_000_000_000_000;
    let found = target
        .until("the text in the history", async || match desk.cec.history(&desk.party, 0, far).await {
            Ok(None) => Err(Stop::NotOffered(Offer::History, "it keeps none".into())),
            Ok(Some(kept)) => {
                let ordered = kept.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms);
                ensure!(ordered, "the history is not sorted oldest first");
                Ok(kept.into_iter().find(|kept| words(&kept.content) == text))
            }
            Err(failure) => Err(missing(Offer::History, "history", failure)),
        })
        .await?;
    ensure!(found.from.is_none(), "the visitor's own text counts as {:?}'s", found.from);
    desk.close().await
}

async fn leaves_a_message(target: &Target) -> Verdict {
    target.asks_for(Offer::LeaveMessage)?;
    let desk = Desk::new(target)?;
    let text = target.text("please do not call back");
    let left = desk.cec.leave_message(&desk.party, "+12025550123", &text).await;
    left.map_err(|failure| missing(Offer::LeaveMessage, "leaving a message", failure))
}

async fn sets_up_a_call_and_drops_it(target: &Target) -> Verdict {
    target.asks_for(Offer::Calls)?;
    let desk = Desk::with_agent(target).await?;
    let ability = desk.cec.call_support(&desk.party).await;
    let ability = ability.map_err(|failure| missing(Offer::Calls, "call support", failure))?;
    if !(ability.web_rtc && ability.click_to_call) {
        desk.close().await?;
        return Err(Stop::NotOffered(Offer::Calls, format!("{ability:?}")));
    }
    let started = desk.cec.call_start(&desk.party, CallMedia::Audio).await;
    if let Err(failure @ Failure::Refused { .. }) = &started
        && target.house.is_none()
    {
        desk.close().await?;
        return Err(Stop::NotOffered(Offer::Calls, format!("{failure:?}")));
    }
    started.map_err(|failure| failed("call", &failure))?;
    if let Some(visitor) = desk.visitor.get() {
        target.has_call(visitor);
    }
    let news = connected(&desk).await;
    let dropped = desk.cec.call_drop(&desk.party).await.map_err(|failure| failed("hanging up", &failure));
    news?;
    dropped?;
    if let Some(visitor) = desk.visitor.get() {
        target.has_no_call(visitor);
    }
    desk.close().await
}

async fn places_a_call_of_staff(target: &Target) -> Verdict {
    target.asks_for(Offer::StaffCalls)?;
    let desk = Desk::new(target)?;
    let wish = Placing {
        called: "+12025550123".into(),
        caller: Some("+12025550100".into()),
        data: Some(target.text("order 7")),
    };
    let placed = desk.cec.place_call(&wish).await;
    let placed = placed.map_err(|failure| missing(Offer::StaffCalls, "placing a call", failure))?;
    ensure!(!placed.address.is_empty() && !placed.access_code.is_empty(), "nowhere to connect");
    Ok(())
}

/// In the sandbox the agent takes the call, and it must become known where to connect.
async fn connected(desk: &Desk<'_>) -> Verdict {
    let Some(house) = &desk.target.house else { return Ok(()) };
    let agent = house.sign_in("Li").await?;
    house.desk(Some(&agent), "calls/1/accept", Some(&json!({}))).await?;
    let gateway = desk
        .target
        .until("Call connected", async || match desk.cec.call_events(&desk.party).await {
            Ok(Some(CallNews::Connected(gateway))) => Ok(Some(gateway)),
            Ok(_) => Ok(None),
            Err(failure) => Err(failed("call events", &failure)),
        })
        .await?;
    ensure!(!json!(gateway).to_string().is_empty(), "nowhere to connect");
    Ok(())
}
