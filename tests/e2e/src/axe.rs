//! Every screen and state, as the gallery shows them, under axe-core: in both directions, light, dark and in forced colours, at
//! the usual size, with text twice as large, and in 320 pixels.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::story::Rig;
use crate::tab::{In, Tab};
use crate::wait::within;
use crate::{Kind, root};

/// All rules of WCAG 2.2, A and AA, the best practices and what axe-core calls experimental; nothing is switched off. Those of
/// AAA are not promised.
const RUN: &str = "
    const finish = arguments[arguments.length - 1];
    const rules = Object.fromEntries(axe.getRules().filter(({ tags }) => !tags.some((tag) => /aaa$|obsolete|deprecated/.test(tag)))
      .map(({ ruleId }) => [ruleId, { enabled: true }]));
    axe.run(document, { rules, resultTypes: ['violations'] }).then(
      ({ violations, passes }) => finish({
        passed: passes.length,
        violations: violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`)),
      }),
      (error) => finish({ violations: [`axe: ${error}`], passed: 0 }),
    );";
/// What was changed is drawn.
const DRAWN: &str = "const finish = arguments[arguments.length - 1]; requestAnimationFrame(() => requestAnimationFrame(() => finish(true)));";

/// Light and dark are the widget's themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// The light theme.
    Light,
    /// The dark theme.
    Dark,
    /// The visitor's own colours instead of the page's (CSS Color Adjustment, `forced-colors`).
    Forced,
}

/// How large all is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The panel on a desktop.
    Usual,
    /// Letters twice as large (WCAG 2.2, 1.4.4).
    Text200,
    /// 320 CSS pixels wide (WCAG 2.2, 1.4.10).
    Narrow,
}

/// One way to look at a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// In Arabic.
    pub right_to_left: bool,
    /// Its colours.
    pub colours: Colours,
    /// Its size.
    pub size: Size,
}

impl Look {
    /// All of them; those that need the page anew follow each other.
    pub fn all() -> impl Iterator<Item = Self> {
        let each = [false, true].into_iter().flat_map(|right_to_left| {
            [Colours::Light, Colours::Forced, Colours::Dark]
                .into_iter()
                .map(move |colours| (right_to_left, colours))
        });
        each.flat_map(|(right_to_left, colours)| {
            [Size::Usual, Size::Text200, Size::Narrow].into_iter().map(move |size| Self {
                right_to_left,
                colours,
                size,
            })
        })
    }

    /// What the gallery must be asked for.
    fn query(self) -> String {
        let lang = if self.right_to_left { "ar" } else { "en" };
        let theme = if self.colours == Colours::Dark { "dark" } else { "light" };
        format!("lang={lang}&theme={theme}")
    }

    /// Every browser can be told to look like this.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.colours != Colours::Forced && self.size != Size::Narrow
    }

    /// Looks of the same page.
    #[must_use]
    pub fn is_of(self, other: Self) -> bool {
        self.query() == other.query()
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Seen {
    /// Runs of axe-core.
    pub runs: usize,
    /// Rules that had something to judge, summed over the runs.
    pub passed: u64,
    /// What is wrong: scene, look, rule, element.
    pub violations: Vec<String>,
}

/// The names of all scenes.
///
/// # Errors
///
/// When the gallery is not there.
pub async fn scenes(rig: &Rig) -> Result<Vec<String>> {
    let tab = rig.browser.first_tab().await?;
    load(&tab, rig, "starting", "lang=en").await?;
    Ok(serde_json::from_value(tab.run(In::Page, "return window.names;", Vec::new()).await?)?)
}

async fn load(tab: &Tab, rig: &Rig, scene: &str, query: &str) -> Result<()> {
    tab.open(&format!("{}/gallery/index.html?bare&scene={scene}&{query}", rig.stack.shop.origin)).await?;
    // What is wrong in a call is measured for twelve seconds before it is said.
    within(Duration::from_secs(60), "the gallery is there: `cargo xtask gallery` builds it", async || {
        let ready = tab.run(In::Page, "return document.body.hasAttribute('data-ready');", Vec::new()).await?;
        ensure!(ready == json!(true), "it is not");
        Ok(())
    })
    .await
}

/// Looks at a scene in these ways.
///
/// # Errors
///
/// When it cannot be shown.
pub async fn look(rig: &Rig, scene: &str, looks: &[Look], seen: &mut Seen) -> Result<()> {
    let tab = rig.browser.first_tab().await?;
    let axe = fs::read_to_string(root().join("node_modules/axe-core/axe.min.js"))
        .context("axe-core is not installed")?;
    let mut shown = None::<Look>;
    for look in looks {
        if !shown.is_some_and(|shown| shown.is_of(*look)) {
            load(&tab, rig, scene, &look.query()).await.with_context(|| format!("{scene}, {look:?}"))?;
            tab.run(In::Page, &format!("{axe};"), Vec::new()).await?;
            shown = Some(*look);
        }
        arrange(&tab, rig.browser.kind, *look).await?;
        let found = tab.run_async(In::Page, RUN, Vec::new()).await?;
        seen.runs += 1;
        seen.passed += found.get("passed").and_then(Value::as_u64).unwrap_or(0);
        let violations = found.get("violations").and_then(Value::as_array).cloned().unwrap_or_default();
        let told =
            violations.iter().filter_map(Value::as_str).map(|what| format!("{scene}, {look:?}: {what}"));
        seen.violations.extend(told);
    }
    Ok(())
}

/// Other browsers than Chromium can only be told the size of the text.
async fn arrange(tab: &Tab, kind: Kind, look: Look) -> Result<()> {
    if kind == Kind::Chromium {
        let forced = if look.colours == Colours::Forced { "active" } else { "none" };
        let features = json!({"features": [{"name": "forced-colors", "value": forced}]});
        tab.devtools("Emulation.setEmulatedMedia", features).await?;
        let (width, height) = if look.size == Size::Narrow { (320, 568) } else { (400, 640) };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        tab.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
    }
    let size = if look.size == Size::Text200 { "200%" } else { "" };
    tab.run(In::Page, "document.documentElement.style.fontSize = arguments[0];", vec![size.into()]).await?;
    tab.run_async(In::Page, DRAWN, Vec::new()).await.map(drop)
}
