//! What is released holds nothing that was made for looking at it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use frontdesk_e2e::{In, Options, story};
use serde_json::{Value, json};

/// The page of every view, and the exports that it drives them by.
const MARKS: [&str; 3] = ["gallery", "Gallery", "scene_"];

#[test]
fn the_gallery_is_not_released() -> Result<()> {
    let files = files(&frontdesk_e2e::root().join("dist"))?;
    for kind in ["wasm", "js", "html"] {
        let of_kind = files.iter().filter(|file| file.extension().is_some_and(|end| end == kind));
        ensure!(of_kind.count() > 0, "nothing was built that ends in .{kind}");
    }
    for file in &files {
        let content = fs::read(file)?;
        let found = MARKS.iter().find(|mark| content.windows(mark.len()).any(|own| own == mark.as_bytes()));
        ensure!(found.is_none(), "{} has {found:?}", file.display());
    }
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        shop.open_panel().await?;
        let script = "
            const finish = arguments[arguments.length - 1];
            const ask = (path) => fetch(path).then((answer) => answer.status);
            Promise.all([location.href, '/gallery', '/gallery/', '/gallery/gallery.js'].map(ask)).then(finish, String);";
        let answers = shop.tab.run_async(In::Panel, script, Vec::<Value>::new()).await?;
        ensure!(answers == json!([200, 404, 404, 404]), "the desk answers {answers}");
        Ok(())
    })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.append(&mut files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}
