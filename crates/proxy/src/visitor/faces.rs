//! Pictures of agents and robots, which come beside what these say. Pure.

use super::draft::Draft;
use super::handles;
use crate::vendor::{CentreFile, Downlink};
use frontdesk_contract::Sender;
use std::collections::BTreeMap;

/// The pictures of what came together, by the ids that the page knows.
#[derive(Debug, Default)]
pub struct Faces<'a>(BTreeMap<String, &'a CentreFile>);

impl<'a> Faces<'a> {
    /// Those of these.
    pub fn of(downlinks: &'a [Downlink]) -> Self {
        let mut faces = Self::default();
        faces.add(downlinks);
        faces
    }

    fn add(&mut self, downlinks: &'a [Downlink]) {
        for downlink in downlinks {
            match downlink {
                Downlink::Face(file) => drop(self.0.insert(file.source.id(), file)),
                Downlink::Once { then, .. } => self.add(then),
                _ => {}
            }
        }
    }

    /// Records the picture of this one, so that it can be asked for.
    pub fn adopt(&self, draft: &mut Draft, from: &Sender) {
        if let Some(file) = picture(from).and_then(|face| self.0.get(face)) {
            handles::adopt_file(draft, file);
        }
    }

    /// The same, unless it was recorded when this one began to serve. To be called before the change of hands.
    pub fn adopt_new(&self, draft: &mut Draft, from: &Sender) {
        let serving = draft.record.contact.with.as_ref().and_then(|with| with.avatar.as_ref());
        if serving != picture(from) {
            self.adopt(draft, from);
        }
    }
}

/// The id of the picture.
fn picture(from: &Sender) -> Option<&String> {
    match from {
        Sender::Agent(person) | Sender::Robot(person) => person.avatar.as_ref(),
        _ => None,
    }
}
