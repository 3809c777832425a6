//! How it looks: screenshots of every stage in `target/e2e/looks`, and nothing cut off in any of them.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::{In, Options, story, until};
use serde_json::{Value, json};

const LONG: &str = "https://shop.example/tea/before-the-rain-green/picked-in-early-april-and-pan-fired-the-same-night?size=50g";

#[test]
fn it_fits_a_desktop() -> Result<()> {
    look("desktop", "/", Options::default())
}

#[test]
fn it_fits_a_phone() -> Result<()> {
    look("phone", "/", Options { phone: Some((360, 740)), ..Options::default() })
}

#[test]
fn it_fits_a_chinese_phone() -> Result<()> {
    look("phone-zh", "/zh/", Options { phone: Some((360, 740)), ..Options::default() })
}

#[test]
fn it_fits_a_dark_page() -> Result<()> {
    look("dark", "/", Options { dark: true, ..Options::default() })
}

#[test]
fn it_fits_a_chinese_page() -> Result<()> {
    look("zh", "/zh/", Options::default())
}

#[test]
fn it_fits_a_page_read_from_right_to_left() -> Result<()> {
    look("rtl", "/?rtl", Options::default())
}

/// A keyboard as on iOS: it lies over the page, which is moved up a little, and only the visual viewport is smaller.
const KEYBOARD: &str = "if (top === window) {
    const seen = Object.assign(new EventTarget(), { width: 360, height: 740, offsetLeft: 0, offsetTop: 0, scale: 1 });
    Object.defineProperty(window, 'visualViewport', { get: () => seen });
    window.keyboard = (height, offsetTop) => {
      Object.assign(seen, { height, offsetTop });
      for (const name of ['resize', 'scroll']) seen.dispatchEvent(new Event(name));
    };
  }";

#[test]
fn with_the_keyboard_up_the_newest_message_and_the_field_are_seen() -> Result<()> {
    story(Options { phone: Some((360, 740)), ..Options::default() }, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        shop.tab.before_pages(KEYBOARD).await?;
        shop.go_to("/bowl/").await?;
        let panel = shop.open_panel().await?;
        panel.say("How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        panel.say(LONG).await?;
        panel.has_sent(LONG).await?;
        for (height, top) in [(330, 60), (740, 0), (260, 0)] {
            shop.tab.page(&format!("keyboard({height}, {top});")).await?;
            until("the panel is what the visitor sees", async || {
                let script = "const { top, height } = deep('iframe')[0].getBoundingClientRect(); return [top, height];";
                let place = shop.tab.page(script).await?;
                ensure!(place == json!([top, height]), "top and height are {place}");
                Ok(())
            })
            .await?;
            until("the newest message stands above the field, and both are seen", async || {
                let script = "
                    const field = deep('.fd-composer')[0].getBoundingClientRect();
                    const newest = deep('.fd-bubble').at(-1).getBoundingClientRect();
                    const both = newest.bottom > 0 && newest.bottom <= field.top && field.bottom <= innerHeight;
                    return [both, newest.bottom, field.top, field.bottom, innerHeight];";
                let seen = shop.tab.run(In::Panel, script, Vec::new()).await?;
                ensure!(seen.get(0) == Some(&json!(true)), "bottom of the message, field, height: {seen}");
                Ok(())
            })
            .await?;
            picture(&shop, &panel, &format!("keyboard-{height}")).await?;
        }
        Ok(())
    })
}

fn look(name: &str, path: &str, options: Options) -> Result<()> {
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop(path).await?;
        shop.tab.screenshot(&format!("looks/{name}-0-launcher")).await?;
        if name == "rtl" {
            let script = "const box = deep('[aria-haspopup=dialog]')[0].getBoundingClientRect(); return box.right < innerWidth / 2;";
            ensure!(
                shop.tab.run(In::Page, script, Vec::new()).await? == json!(true),
                "the launcher is on the right"
            );
        }
        let panel = shop.open_panel().await?;
        panel.offers("talk_person").await?;
        picture(&shop, &panel, &format!("{name}-1-welcome")).await?;

        panel.say(if path.starts_with("/zh/") { "怎么退货？" } else { "How do I return something?" }).await?;
        panel.hears(if path.starts_with("/zh/") { "三十天" } else { "within 30 days" }).await?;
        panel.say(LONG).await?;
        panel.has_sent(LONG).await?;
        picture(&shop, &panel, &format!("{name}-2-robot")).await?;

        panel.ask_for_a_person().await?;
        panel.tells("queue_next").await?;
        picture(&shop, &panel, &format!("{name}-3-queue")).await?;

        let agent = rig.agent_desk("Li").await?;
        agent.has("Active", 1).await?;
        agent.open_first().await?;
        agent.reply("Of course. Shall I send you the label? / 当然可以。需要我把退货标签发给您吗？").await?;
        shop.tab.show().await?;
        panel.hears("Shall I send you").await?;
        picture(&shop, &panel, &format!("{name}-4-agent")).await?;

        panel.end().await?;
        panel.tells("rating_title").await?;
        panel.choose_level(5).await?;
        picture(&shop, &panel, &format!("{name}-5-rating")).await?;
        panel.click("rating_send").await?;
        panel.tells("rating_thanks").await?;
        picture(&shop, &panel, &format!("{name}-6-thanks")).await
    })
}

/// A screenshot, and the parts of it that are wider or higher than their place.
async fn picture(shop: &ShopPage, panel: &Panel, name: &str) -> Result<()> {
    shop.tab.screenshot(&format!("looks/{name}")).await?;
    let script = "
        const wrong = [];
        const tell = (what, element) => wrong.push(`${what}: ${element.tagName}.${element.className} \"${words(element).slice(0, 40)}\"`);
        const root = document.documentElement;
        if (root.scrollWidth > root.clientWidth) tell('wider than the screen', root);
        const parts = '.fd-panel, .fd-header, .fd-body, .fd-scroll, .fd-lines, .fd-row, .fd-bubble, .fd-dock, .fd-card, .fd-composer, .fd-write';
        for (const part of deep(parts).filter(shown)) {
          if (part.scrollWidth > part.clientWidth && getComputedStyle(part).display !== 'inline') tell('too narrow', part);
          const { left, right } = part.getBoundingClientRect();
          if (left < -0.5 || right > innerWidth + 0.5) tell('beyond the edge', part);
        }
        for (const button of deep('button, h1, h2, label').filter((e) => shown(e) && !e.closest('.fd-sr'))) {
          if (button.scrollWidth > button.clientWidth + 1 && getComputedStyle(button).display !== 'inline') tell('text cut off', button);
          if (button.scrollHeight > button.clientHeight + 2 && button.tagName === 'BUTTON') tell('text cut off below', button);
        }
        for (const own of deep('.fd-header, .fd-composer, .fd-dock').filter(shown)) {
          const { top, bottom } = own.getBoundingClientRect();
          if (top < -0.5 || bottom > innerHeight + 0.5) tell('above or below the panel', own);
        }
        return wrong;";
    let wrong = panel.tab.run(In::Panel, script, Vec::<Value>::new()).await?;
    ensure!(wrong == json!([]), "{name}: {wrong}");
    let script = "const root = document.documentElement; return root.scrollWidth <= root.clientWidth;";
    ensure!(
        shop.tab.run(In::Page, script, Vec::new()).await? == json!(true),
        "{name}: the shop scrolls sideways"
    );
    Ok(())
}
