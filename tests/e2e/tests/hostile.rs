//! What a hostile agent, robot or centre writes does nothing in the visitor's browser. In the browser that
//! `FRONTDESK_BROWSER` names.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::{Value, json};

/// JSON strings, one a line; the proxy's own tests and the fuzz targets use them as well.
const PAYLOADS: &str = include_str!("../../../crates/proxy/tests/data/hostile_rich.txt");
const LAST: &str = "That was the last one";

/// Remembers what runs though it must not, and whom the page asks for something.
const WATCH: &str = "
    window.ran = [];
    window.asked = [];
    for (const name of ['alert', 'confirm', 'prompt', 'open', 'print', 'eval'])
      window[name] = () => { window.ran.push(name); return null; };
    addEventListener('securitypolicyviolation', (event) => window.ran.push(`policy: ${event.effectiveDirective}`));
    const seen = (list) => window.asked.push(...list.getEntries().map((entry) => entry.name));
    new PerformanceObserver(seen).observe({ type: 'resource', buffered: true });
    return location.origin;";

/// What ran, and addresses elsewhere that were asked for something; the arguments are the origins of our own.
const RAN: &str = "
    const own = (address) => arguments[0].includes(new URL(address).origin) || /^(blob|data):/.test(address);
    return { ran: window.ran, elsewhere: window.asked.filter((address) => !own(address)), asked: window.asked.length };";

/// Everything in the frame that could do something. With an argument: as if this address had come through.
const LOOK: &str = "
    const lines = deep('.fd-lines')[0];
    const added = document.createElement('a');
    if (arguments[0]) {
      added.setAttribute('href', arguments[0]);
      lines.append(added);
    }
    const bad = [];
    const leads = ['href', 'xlink:href', 'src', 'srcset', 'srcdoc', 'action', 'formaction', 'data', 'poster', 'ping', 'background'];
    for (const element of deep('*')) {
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on') || name === 'srcdoc') bad.push(`${element.localName} ${name}`);
        if (!leads.includes(name)) continue;
        const url = URL.canParse(value, document.baseURI) ? new URL(value, document.baseURI) : null;
        const link = element.localName === 'a' && ['http:', 'https:', 'mailto:', 'tel:'].includes(url?.protocol);
        const own = url && (url.origin === location.origin || url.protocol === 'blob:');
        if (!(link || own)) bad.push(`${element.localName} ${name}=${value}`);
      }
    }
    const within = [...lines.querySelectorAll('*')];
    const never = 'script,style,iframe,frame,object,embed,applet,form,input,base,meta,link,template,math,video,audio,foreignObject,animate,set';
    bad.push(...within.filter((element) => element.matches(never)).map((element) => element.localName));
    const links = within.filter((element) => element.localName === 'a' && element !== added);
    bad.push(...links.filter((a) => a.target !== '_blank' || !a.relList.contains('noopener')).map((a) => `opener: ${a.href}`));
    added.remove();
    return { rows: deep('.fd-theirs').length, links: links.length, bad };";

#[test]
fn hostile_text_of_an_agent_does_nothing() -> Result<()> {
    let payloads: Vec<String> = PAYLOADS
        .lines()
        .map(|line| serde_json::from_str(line).context("a line is no JSON string"))
        .collect::<Result<_>>()?;
    ensure!(payloads.len() >= 200, "only {} payloads", payloads.len());
    let options = Options::chosen()?;
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        let page = shop.tab.run(In::Page, WATCH, Vec::new()).await?;
        let frame = panel.tab.run(In::Panel, WATCH, Vec::new()).await?;
        let ours = json!([page, frame]);
        panel.say("Good morning").await?;
        panel.hears("What can I do for you").await?;
        let mut steps = vec![json!({"do": "agent", "name": "Mallory"})];
        steps.extend(payloads.iter().map(|payload| json!({"do": "html", "html": payload})));
        steps.push(json!({"do": "text", "text": LAST}));
        Sandbox::of(&rig.stack).play(&json!(steps), 10).await?;
        panel.hears(LAST).await?;
        let found = until("every payload is shown, with the links that are left", async || {
            let found = panel.tab.run(In::Panel, LOOK, vec![Value::Null]).await?;
            let count = |name: &str| found.get(name).and_then(Value::as_u64).unwrap_or_default();
            ensure!(count("rows") as usize > payloads.len() && count("links") >= 50, "{found}");
            Ok(found)
        })
        .await?;
        ensure!(found.get("bad") == Some(&json!([])), "{found}");
        // It would have seen one that came through.
        for address in ["javascript:alert(1)", "data:text/html,x", "ftp://shop.example/", "vbscript:x"] {
            let seen = panel.tab.run(In::Panel, LOOK, vec![json!(address)]).await?;
            ensure!(seen.get("bad") == Some(&json!([format!("a href={address}")])), "{seen}");
        }
        for place in [In::Page, In::Panel] {
            let ran = shop.tab.run(place, RAN, vec![ours.clone()]).await?;
            ensure!(ran.get("ran") == Some(&json!([])) && ran.get("elsewhere") == Some(&json!([])), "{ran}");
            ensure!(place == In::Page || ran.get("asked") != Some(&json!(0)), "no request was seen: {ran}");
        }
        Ok(())
    })
}
