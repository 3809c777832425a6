//! Calls that a member of staff places from the page.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::stack::{Setup, Stack};
use frontdesk_e2e::{Devices, In, Options, Rig, Sandbox, Tab, story, until};
use serde_json::{Value, json};

use super::calls::options;
use super::identity::{self, identify_with};

/// A desk whose staff place calls, by a gateway that answers at the code 1000 and is busy at 1486.
fn setup() -> Setup {
    let centre = json!({"gateway": "127.0.0.1:0", "call_access_code": "1000"});
    Setup { centre, calls: "staff = true".to_owned(), ..identity::setup("optional") }
}

/// The centre names its gateway as the SIP service of such calls.
fn names_its_gateway(stack: &Stack) -> Result<()> {
    let gateway = stack.centre.sandbox.gateway().context("there is no gateway")?;
    stack.change_centre(&json!({"sip_address": gateway.url()}))
}

/// A clerk on a page of the site, whose token says this of calls.
async fn clerk(rig: &Rig, calls: Value) -> Result<ShopPage> {
    names_its_gateway(&rig.stack)?;
    let shop = rig.shop("/").await?;
    let listen = "
        window.heard = [];
        window.addEventListener('frontdesk:call', ({ detail }) => heard.push(detail));";
    shop.tab.run(In::Page, listen, Vec::new()).await?;
    identify_with(&shop.tab, "Mei", json!({"frontdesk_calls": calls})).await?;
    Ok(shop)
}

/// The page has a number called, and is told `placed` or a code.
async fn place(tab: &Tab, wish: Value) -> Result<String> {
    let script = "
        const [wish, finish] = arguments;
        frontdesk.placeCall(wish).then(() => finish('placed'), (error) => finish(error.code ?? String(error)));";
    let told = tab.run_async(In::Page, script, vec![wish]).await?;
    told.as_str().map(str::to_owned).with_context(|| format!("it was told {told}"))
}

/// The page hears of a call that has ended for this cause.
async fn hears_the_end(tab: &Tab, cause: &str) -> Result<()> {
    until(&format!("the page hears of the end by {cause}"), async || {
        let heard = tab.run(In::Page, "return window.heard;", Vec::new()).await?;
        let last = heard.as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        let end = json!({"stage": "ended", "media": "audio", "cause": cause});
        ensure!(last == end, "it heard {heard}");
        Ok(())
    })
    .await
}

/// How often the centre was asked for such calls, and for which numbers.
async fn asked(rig: &Rig) -> Result<Vec<(Value, Value)>> {
    let calls = Sandbox::of(&rig.stack).outbound().await?;
    let field = |call: &Value, name: &str| call.get(name).cloned().unwrap_or_default();
    Ok(calls.iter().map(|call| (field(call, "called"), field(call, "data"))).collect())
}

#[test]
fn a_clerk_calls_a_number_and_hangs_up() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let shop = clerk(rig, json!(["+86"])).await?;
        let wish = json!({"called": "+86 138-0013-8000", "data": "order 7"});
        let told = place(&shop.tab, wish.clone()).await?;
        ensure!(told == "placed", "the page is told {told}");
        ensure!(
            asked(rig).await? == [(json!("+8613800138000"), json!("order 7"))],
            "{:?}",
            asked(rig).await?
        );
        let panel = shop.panel();
        panel.tells("call_talking").await?;
        panel.hears_the_call().await?;
        let number =
            panel.tab.run(In::Panel, "return deep('.fd-call-number').map(words);", Vec::new()).await?;
        ensure!(number == json!(["+86 138-0013-8000"]), "the panel shows {number}");
        panel.tab.screenshot("placing/1-talking").await?;

        // One call at a time.
        let second = place(&shop.tab, wish).await?;
        ensure!(second == "call_running", "the second is told {second}");
        panel.tells("call_talking").await?;
        panel.click("call_keypad").await?;
        panel.tab.click_text(In::Panel, ".fd-call-digit", "5").await?;
        panel.click("call_mute").await?;
        panel.tab.screenshot("placing/2-keypad").await?;
        panel.click("call_hang_up").await?;
        panel.tells("call_ended").await?;
        hears_the_end(&shop.tab, "visitor").await?;
        // Nothing of it is a call of the visitor at the centre.
        let calls = Sandbox::of(&rig.stack).calls().await?;
        ensure!(calls.is_empty(), "the centre keeps {calls:?}");

        // Once more, by a click; now the line is busy.
        rig.stack.change_centre(&json!({"call_access_code": "1486"}))?;
        panel.click("call_again").await?;
        panel.tells("call_placed_busy").await?;
        panel.tab.screenshot("placing/3-busy").await?;
        hears_the_end(&shop.tab, "busy").await?;
        ensure!(asked(rig).await?.len() == 2, "{:?}", asked(rig).await?);
        let log = tokio::fs::read_to_string(&rig.stack.log).await?;
        for secret in ["13800138000", "138-0013-8000", "order 7"] {
            ensure!(!log.contains(secret), "{secret} is in the log");
        }
        Ok(())
    })
}

#[test]
fn the_page_ends_the_call_it_has_placed() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let shop = clerk(rig, json!(true)).await?;
        let told = place(&shop.tab, json!({"called": "8012"})).await?;
        ensure!(told == "placed", "the page is told {told}");
        shop.panel().tells("call_talking").await?;
        shop.tab.run(In::Page, "frontdesk.hangUp();", Vec::new()).await?;
        hears_the_end(&shop.tab, "visitor").await
    })
}

#[test]
fn who_may_not_call_is_told_so_and_nobody_is_called() -> Result<()> {
    story(options(), &setup(), async |rig| {
        names_its_gateway(&rig.stack)?;
        let shop = rig.shop("/").await?;
        let tells = async |wish: Value, code: &str| -> Result<()> {
            let told = place(&shop.tab, wish.clone()).await?;
            ensure!(told == code, "of {wish} the page is told {told}, not {code}");
            Ok(())
        };
        let number = json!({"called": "+1 650 253 0000"});
        // Nobody has signed in.
        tells(number.clone(), "calls_not_allowed").await?;
        // Somebody has, and the token says nothing of calls.
        identify_with(&shop.tab, "Wang Wei", json!({})).await?;
        tells(number.clone(), "calls_not_allowed").await?;
        // It does, but not of this number.
        identify_with(&shop.tab, "Mei", json!({"frontdesk_calls": ["+86"]})).await?;
        tells(number, "calls_not_allowed").await?;
        shop.panel().tells("call_placed_refused").await?;
        tells(json!({"called": "1-800-FLOWERS"}), "number_invalid").await?;
        tells(json!({}), "wrong_call").await?;
        tells(json!({"called": "8012", "data": 7}), "wrong_call").await?;
        ensure!(asked(rig).await?.is_empty(), "{:?}", asked(rig).await?);
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

#[test]
fn without_a_microphone_the_centre_is_not_asked() -> Result<()> {
    let devices = Options { devices: Devices::Forbidden, ..options() };
    story(devices, &setup(), async |rig| {
        let shop = clerk(rig, json!(true)).await?;
        let told = place(&shop.tab, json!({"called": "8012"})).await?;
        ensure!(told == "microphone_denied", "the page is told {told}");
        shop.panel().tells("call_denied").await?;
        ensure!(asked(rig).await?.is_empty(), "{:?}", asked(rig).await?);
        Ok(())
    })
}
