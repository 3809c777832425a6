//! Scratch.
use anyhow::Result;
use frontdesk_e2e::{In, Options, story};

#[test]
fn scratch() -> Result<()> {
    for third_party_storage in [false, true] {
    story(Options { third_party_storage, ..Options::default() }, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let p = shop.open_panel().await?;
        p.say("hi").await?;
        p.has_sent("hi").await?;
        let body = "const done = arguments[arguments.length-1]; (async () => { let o = []; for (const f of [() => localStorage.length, () => { const r = indexedDB.open('x'); return new Promise((y, n) => { r.onsuccess = () => y('ok'); r.onerror = () => n(r.error); }); }, async () => JSON.stringify(await indexedDB.databases())]) { try { o.push(String(await f())); } catch (e) { o.push(String(e)); } } done(o); })();";
        println!("{third_party_storage} {}", shop.tab.run_async(In::Panel, body, vec![]).await?);
        println!("{third_party_storage} page {}", shop.tab.run_async(In::Page, body, vec![]).await?);
        Ok(())
    })?;
    }
    Ok(())
}
