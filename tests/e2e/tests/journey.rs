//! From the first look at a shop to the rating, with a robot, a queue and an agent, once for each way in which
//! browsers treat the storage of frames from other sites.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{AgentPage, Panel, ShopPage, Side};
use frontdesk_e2e::{In, Options, Rig, story, until};
use serde_json::{Value, json};

/// What is said, in the language of the shop.
struct Script {
    path: &'static str,
    other_path: &'static str,
    question: &'static str,
    robot_says: &'static str,
    thanks: &'static str,
    comment: &'static str,
}

const ENGLISH: Script = Script {
    path: "/",
    other_path: "/returns/",
    question: "How long does delivery take?",
    robot_says: "one to two working days",
    thanks: "Thank you, that helps",
    comment: "Quick and kind",
};
const CHINESE: Script = Script {
    path: "/zh/",
    other_path: "/zh/returns/",
    question: "多久可以送到？",
    robot_says: "两到四个工作日",
    thanks: "谢谢，明白了",
    comment: "又快又耐心",
};
const AGENT: &str = "Li";
const PROMISE: &str = "Your parcel leaves us today: order 4711 / 订单 4711";
const GOODBYE: &str = "Good day / 再见";

#[test]
fn a_visitor_is_served_where_frames_may_keep_nothing() -> Result<()> {
    let options = Options { third_party_storage: false, ..Options::default() };
    story(options, &Default::default(), async |rig| journey(rig, &CHINESE, &["frontdesk"]).await)
}

#[test]
fn a_visitor_is_served_where_frames_may_keep_something() -> Result<()> {
    let options = Options { third_party_storage: true, ..Options::default() };
    story(options, &Default::default(), async |rig| journey(rig, &ENGLISH, &[]).await)
}

async fn journey(rig: &Rig, script: &Script, databases: &[&str]) -> Result<()> {
    let shop = rig.shop(script.path).await?;
    nothing_happens_before_a_click(&shop, rig).await?;

    let panel = shop.open_panel().await?;
    panel.say(script.question).await?;
    panel.has_sent(script.question).await?;
    let answer = panel.hears(script.robot_says).await?;

    panel.ask_for_a_person().await?;
    panel.tells("queue_next").await?;
    let wait = panel.words.count("queue_wait", "minutes", "1")?;
    shop.tab.reads(In::Panel, &wait).await?;

    let agent = rig.agent_desk(AGENT).await?;
    agent.has("Active", 1).await?;
    agent.open_first().await?;
    agent.hears("visitor", script.question).await?;
    agent.hears("robot", &answer.text).await?;

    agent.reply(PROMISE).await?;
    let promise = panel.hears(PROMISE).await?;
    ensure!(promise.sender == AGENT, "it is said by {promise:?}");
    panel.say(script.thanks).await?;
    agent.hears("visitor", script.thanks).await?;
    agent.write(GOODBYE).await?;
    let typing = panel.words.fill("typing", "name", AGENT)?;
    shop.tab.reads(In::Panel, &typing).await?;
    agent.send().await?;
    panel.hears(GOODBYE).await?;

    the_conversation_stays(&shop, &panel, script).await?;
    a_rating_reaches_the_agent(&agent, &panel, script).await?;
    only_the_promised_is_kept(&shop, databases).await?;
    no_secret_has_left_the_proxy(rig, &shop).await
}

async fn nothing_happens_before_a_click(shop: &ShopPage, rig: &Rig) -> Result<()> {
    let script = "
        const finish = arguments[arguments.length - 1];
        const requests = performance.getEntriesByType('resource').map((entry) => entry.name);
        const shift = [];
        const of = ({ node }) => (node?.parentElement ?? node)?.outerHTML?.slice(0, 200) ?? '';
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => shift.push([entry.value, ...entry.sources.map(of)])))
          .observe({ type: 'layout-shift', buffered: true });
        indexedDB.databases().then((databases) =>
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => finish({
            requests, shift, databases, cookie: document.cookie,
            local: { ...localStorage }, session: { ...sessionStorage },
          })))));";
    let seen = shop.tab.run_async(In::Page, script, Vec::new()).await?;
    let field = |name: &str| seen.get(name).cloned().unwrap_or_default();
    let requests: Vec<String> = serde_json::from_value(field("requests"))?;
    let to_desk: Vec<_> =
        requests.iter().filter(|address| !address.starts_with(&rig.stack.shop.origin)).collect();
    let loader = format!("{}/frontdesk.js", rig.stack.desk);
    ensure!(to_desk == [&loader], "before a click the page has asked for {to_desk:?}");
    ensure!(field("shift") == json!([]), "the layout has shifted: {}", field("shift"));
    ensure!(field("cookie") == json!(""), "there is a cookie: {}", field("cookie"));
    for store in ["local", "session"] {
        ensure!(field(store) == json!({}), "{store}Storage has {}", field(store));
    }
    ensure!(field("databases") == json!([]), "there are databases: {}", field("databases"));
    ensure!(rig.stack.street.held_polls() == 0, "a poll is held");
    Ok(())
}

async fn the_conversation_stays(shop: &ShopPage, panel: &Panel, script: &Script) -> Result<()> {
    let before = panel.said().await?;
    let mine = before.iter().filter(|(side, _)| *side == Side::Mine).count();
    ensure!(mine == 2, "the visitor has said {before:?}");
    let same = async || {
        until("the conversation is the same", async || {
            let now = panel.said().await?;
            ensure!(now == before, "it was {before:?} and is {now:?}");
            Ok(())
        })
        .await
    };
    shop.reload().await?;
    panel.is_usable().await?;
    same().await?;
    ensure!(shop.is_open().await?, "the panel did not open again");
    shop.go_to(script.other_path).await?;
    panel.is_usable().await?;
    same().await
}

async fn a_rating_reaches_the_agent(agent: &AgentPage, panel: &Panel, script: &Script) -> Result<()> {
    agent.tab.show().await?;
    agent.end().await?;
    panel.tells("rating_title").await?;
    panel.rate(4, script.comment).await?;
    panel.tells("rating_thanks").await?;
    let rating = agent.rating().await?;
    ensure!(rating.contains("Rated 4 of 5") && rating.contains(script.comment), "the rating is {rating}");
    Ok(())
}

/// In the page's own storage: the one flag, and the vault where the frame may keep nothing itself.
async fn only_the_promised_is_kept(shop: &ShopPage, databases: &[&str]) -> Result<()> {
    let script = "
        const finish = arguments[arguments.length - 1];
        indexedDB.databases().then((databases) => finish([
          Object.keys(localStorage).filter((key) => key !== 'frontdesk.open.shop'), Object.keys(sessionStorage),
          document.cookie, databases.map((database) => database.name),
        ]));";
    let kept = shop.tab.run_async(In::Page, script, Vec::new()).await?;
    ensure!(kept == json!([[], [], "", databases]), "the page keeps {kept}");
    Ok(())
}

async fn no_secret_has_left_the_proxy(rig: &Rig, shop: &ShopPage) -> Result<()> {
    let secrets = rig.stack.secrets();
    // Key, secret, and at least one token each for the proxy and the visitor.
    ensure!(secrets.len() >= 4, "only {} secrets are known", secrets.len());
    ensure!(rig.stack.street.has_carried("application/wasm"), "the street has not been watched");
    let source = "return document.documentElement.outerHTML + deep('*').map((e) => e.shadowRoot?.innerHTML ?? '').join('');";
    let mut pages = Vec::new();
    for at in [In::Page, In::Panel] {
        pages.push(shop.tab.run(at, source, Vec::<Value>::new()).await?);
    }
    for (number, secret) in (1..).zip(secrets) {
        ensure!(!rig.stack.street.has_carried(&secret), "secret {number} was sent to the browser");
        let shown = pages.iter().any(|page| page.as_str().unwrap_or_default().contains(&secret));
        ensure!(!shown, "secret {number} is in a page");
    }
    Ok(())
}
