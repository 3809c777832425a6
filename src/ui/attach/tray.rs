//! What was chosen and not sent yet.

use super::strip;
use crate::engine::Chosen;
use crate::lazy;
use crate::ui::context::Context;
use crate::ui::parts::{nothing, number, piece};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};

/// Files that were chosen, and what is to be said about those that cannot be sent.
#[derive(Default)]
pub struct Tray {
    files: RefCell<Vec<Chosen>>,
    problems: RefCell<Vec<String>>,
    preparing: Cell<u32>,
}

impl Tray {
    /// Nothing is in it and nothing is to be said.
    pub fn is_empty(&self) -> bool {
        self.files.borrow().is_empty() && self.problems.borrow().is_empty() && self.preparing.get() == 0
    }

    /// The files, as they stand now.
    pub fn files(&self) -> Vec<Chosen> {
        self.files.borrow().clone()
    }

    /// So many are in it, or about to be.
    pub fn count(&self) -> usize {
        self.files.borrow().len() + self.preparing.get() as usize
    }

    /// So many are being looked at.
    pub fn preparing(&self) -> u32 {
        self.preparing.get()
    }

    /// What is to be said.
    pub fn problems(&self) -> Vec<String> {
        self.problems.borrow().clone()
    }

    /// A file is being looked at.
    pub fn expect(&self) {
        self.preparing.set(self.preparing.get() + 1);
    }

    /// A file was looked at: it may be sent, or it may not, with the sentence that says why.
    pub fn settle(&self, file: Result<Chosen, String>) {
        self.preparing.set(self.preparing.get().saturating_sub(1));
        match file {
            Ok(file) => self.files.borrow_mut().push(file),
            Err(problem) => self.complain(problem),
        }
    }

    /// Something is to be said.
    pub fn complain(&self, problem: String) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Takes a file out again.
    pub fn remove(&self, at: usize) {
        let mut files = self.files.borrow_mut();
        if at < files.len() {
            files.remove(at);
        }
    }

    /// The visitor has read it.
    pub fn dismiss(&self) {
        self.problems.borrow_mut().clear();
    }

    /// Takes all files out, to be sent.
    pub fn take(&self) -> Vec<Chosen> {
        self.problems.borrow_mut().clear();
        self.files.take()
    }
}

/// The strip above the field, while there is something on it.
pub fn tray(context: Context) -> AnyView {
    let shown = number(move || {
        context.tray_version();
        (!context.desk().tray.is_empty()).into()
    });
    piece(move || {
        if shown.get() != 0 {
            lazy::later(context, move || Box::pin(strip::strip_part(context)))
        } else {
            nothing()
        }
    })
}
