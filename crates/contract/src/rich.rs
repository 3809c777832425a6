//! Text with marks: a small tree that the proxy builds from the HTML of robots and agents. A reader makes one element of
//! each node and never parses HTML.

use serde::{Deserialize, Serialize};

/// The deepest nesting of nodes that the proxy lets through.
pub const MAX_RICH_DEPTH: usize = 16;
/// The most nodes of one message.
pub const MAX_RICH_NODES: usize = 2_000;

/// A piece of a rich text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", from = "NodeWire")]
pub enum Node {
    /// Text as it is.
    Text(String),
    /// An element.
    Element(Element),
    /// A link; leads out of the page.
    Link(Link),
    /// An agent's invitation to a call: opens the call view, calls nobody by itself.
    Call(CallInvite),
    /// A node of a later version: nothing is shown for it.
    Unknown {},
}

#[derive(Deserialize)]
struct NodeWire {
    text: Option<String>,
    element: Option<Element>,
    link: Option<Link>,
    call: Option<CallInvite>,
}

impl From<NodeWire> for Node {
    fn from(wire: NodeWire) -> Self {
        None.or(wire.text.map(Self::Text))
            .or(wire.element.map(Self::Element))
            .or(wire.link.map(Self::Link))
            .or(wire.call.map(Self::Call))
            .unwrap_or(Self::Unknown {})
    }
}

/// An element of a rich text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Element {
    /// Which.
    pub tag: Tag,
    /// What is in it; empty for `br` and `hr`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub nodes: Vec<Node>,
}

/// The elements that there are, by their names in HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Paragraph.
    P,
    /// Line break.
    Br,
    /// Heading; one level is enough for a message.
    H4,
    /// Bold.
    Strong,
    /// Italic.
    Em,
    /// Underlined.
    U,
    /// Struck through.
    S,
    /// Code in a line.
    Code,
    /// Text whose spaces and line breaks count.
    Pre,
    /// Quotation.
    Blockquote,
    /// List without numbers.
    Ul,
    /// List with numbers.
    Ol,
    /// Entry of a list.
    Li,
    /// Rule.
    Hr,
    /// Table.
    Table,
    /// Row of a table.
    Tr,
    /// Cell of a table.
    Td,
    /// Heading cell of a table.
    Th,
    /// An element of a later version: its content is shown.
    #[serde(other)]
    Unknown,
}

/// A link of a rich text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// An absolute address: `https`, `http`, `mailto` or `tel`.
    pub href: String,
    /// What is shown; empty: the address.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub nodes: Vec<Node>,
}

/// An invitation to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallInvite {
    /// With picture.
    #[serde(default)]
    pub video: bool,
    /// What is shown; empty: the page's own words.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub nodes: Vec<Node>,
}
