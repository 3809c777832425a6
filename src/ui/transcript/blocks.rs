//! Rows in blocks, so that the browser lays out only what is near the screen: `content-visibility` on the block.

use web_sys::{Document, Element};

/// Rows in a block that is filled by appending.
const FULL: usize = 64;
/// A block that grew in the middle is cut in two at this size.
const TOO_LARGE: usize = 2 * FULL;

/// The blocks, oldest first.
pub(super) struct Blocks {
    document: Document,
    parent: Element,
    blocks: Vec<Block>,
}

struct Block {
    element: Element,
    rows: usize,
}

impl Blocks {
    pub(super) fn new(document: Document, parent: Element) -> Self {
        Self { document, parent, blocks: Vec::new() }
    }

    /// The row at a position.
    pub(super) fn row(&self, at: usize) -> Option<Element> {
        let (block, inside) = self.locate(at)?;
        self.blocks.get(block)?.element.children().item(inside as u32)
    }

    /// Puts a row so that it is at this position.
    pub(super) fn insert(&mut self, at: usize, row: &Element) {
        let before = at.checked_sub(1).and_then(|before| self.locate(before));
        let (index, inside) = before.map_or((0, 0), |(block, inside)| (block, inside + 1));
        let last = index + 1 >= self.blocks.len();
        let full =
            self.blocks.get(index).is_none_or(|block| last && inside == block.rows && block.rows >= FULL);
        let index = if full { self.open_block() } else { index };
        let Some(block) = self.blocks.get_mut(index) else { return };
        let next = if full { None } else { block.element.children().item(inside as u32) };
        if block.element.insert_before(row, next.as_deref()).is_ok() {
            block.rows += 1;
        }
        if block.rows >= TOO_LARGE {
            self.cut(index);
        }
    }

    /// Takes the row at a position away.
    pub(super) fn remove(&mut self, at: usize) {
        let Some((index, inside)) = self.locate(at) else { return };
        let Some(block) = self.blocks.get_mut(index) else { return };
        if let Some(row) = block.element.children().item(inside as u32) {
            row.remove();
            block.rows -= 1;
        }
        if block.rows == 0 {
            block.element.remove();
            self.blocks.remove(index);
        }
    }

    /// Block and position in it; searched from the newest.
    fn locate(&self, at: usize) -> Option<(usize, usize)> {
        let mut first = self.blocks.iter().map(|block| block.rows).sum::<usize>();
        for (index, block) in self.blocks.iter().enumerate().rev() {
            first -= block.rows;
            if at >= first {
                return (at - first < block.rows).then_some((index, at - first));
            }
        }
        None
    }

    fn open_block(&mut self) -> usize {
        if let Some(element) = self.create() {
            let _ = self.parent.append_child(&element);
            self.blocks.push(Block { element, rows: 0 });
        }
        self.blocks.len().saturating_sub(1)
    }

    fn create(&self) -> Option<Element> {
        let element = self.document.create_element("div").ok()?;
        element.set_class_name("fd-block");
        Some(element)
    }

    fn cut(&mut self, index: usize) {
        let Some(element) = self.create() else { return };
        let Some(block) = self.blocks.get_mut(index) else { return };
        let mut moved = 0;
        while let Some(row) = block.element.children().item(FULL as u32) {
            if element.append_child(&row).is_err() {
                break;
            }
            moved += 1;
        }
        block.rows -= moved;
        let _ = block.element.after_with_node_1(&element);
        self.blocks.insert(index + 1, Block { element, rows: moved });
    }
}
