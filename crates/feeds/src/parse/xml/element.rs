//! An element of an XML document with its content, and the reader that extracts such elements from a stream.
//!
//! Entities that a document declares are never expanded, so its size cannot grow; HTML entities are left to the cleaning.
//! Unclosed tags end with the element around them. An element needs at most the memory of one row, however deep it is. Must
//! not know what names mean.

use std::{ops::Range, rc::Rc};

use quick_xml::{
    Error, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event, attributes::Attribute},
};

use super::super::{ParseError, TextReader};
use crate::source::ReadState;

/// The maximum depth of elements; deeper ones only add text to the last of them.
const MAX_DEPTH: usize = 64;
/// The maximum number of elements of a product; later ones only add text.
const MAX_ELEMENTS: usize = 20_000;
/// The maximum number of attributes of an element.
const MAX_ATTRIBUTES: usize = 64;

/// An element and its descendants, in document order. Their texts are ranges of one string.
#[derive(Debug, Default)]
pub struct Tree {
    text: String,
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    name: Box<str>,
    attributes: Vec<(Box<str>, String)>,
    depth: usize,
    text: Range<usize>,
}

/// One element of a tree.
#[derive(Debug, Clone, Copy)]
pub struct Element<'t> {
    tree: &'t Tree,
    at: usize,
}

impl Tree {
    /// The outermost element.
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }
}

impl<'t> Element<'t> {
    fn node(self) -> &'t Node {
        &self.tree.nodes[self.at]
    }

    /// The name as in the document, with its prefix: `g:id`.
    pub fn name(self) -> &'t str {
        &self.node().name
    }

    /// The name without its prefix.
    pub fn local(self) -> &'t str {
        local(self.name())
    }

    /// The text of the element and its descendants, with a space after each descendant.
    pub fn text(self) -> &'t str {
        &self.tree.text[self.node().text.clone()]
    }

    /// The value of an attribute, whose name is compared without regard to case.
    pub fn attribute(self, name: &str) -> Option<&'t str> {
        let found = self.node().attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The child elements.
    pub fn children(self) -> impl Iterator<Item = Element<'t>> {
        let depth = self.node().depth;
        let within = self.tree.nodes[self.at + 1..].iter().take_while(move |node| node.depth > depth);
        let tree = self.tree;
        (self.at + 1..)
            .zip(within)
            .filter(move |(_, node)| node.depth == depth + 1)
            .map(move |(at, _)| Self { tree, at })
    }

    /// The first child with this name, compared without prefix and case.
    pub fn child(self, name: &str) -> Option<Element<'t>> {
        self.children().find(|child| child.local().eq_ignore_ascii_case(name))
    }

    /// The trimmed text of the first child with this name; empty if there is none.
    pub fn child_text(self, name: &str) -> &'t str {
        self.child(name).map_or("", |child| child.text().trim())
    }
}

/// Extracts elements from a document.
pub struct Reader<'a> {
    reader: quick_xml::Reader<TextReader<'a>>,
    state: Rc<ReadState>,
    buffer: Vec<u8>,
    /// The names of the open elements around the extracted ones.
    open: Vec<String>,
    /// Namespace prefixes declared around the extracted elements, with their addresses.
    namespaces: Vec<(String, String)>,
    /// `xml:lang` of the outermost element that has one.
    pub lang: Option<String>,
}

impl<'a> Reader<'a> {
    /// Creates a reader. `state` is the state of the source that `text` reads from.
    pub fn new(text: TextReader<'a>, state: &Rc<ReadState>) -> Self {
        let mut reader = quick_xml::Reader::from_reader(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let (buffer, open, namespaces) = (Vec::new(), Vec::new(), Vec::new());
        Self { reader, state: state.clone(), buffer, open, namespaces, lang: None }
    }

    /// The prefix of a namespace whose address begins with `address`; empty for the default namespace.
    pub fn prefix_of(&self, address: &str) -> Option<&str> {
        self.namespaces.iter().find(|(_, own)| own.starts_with(address)).map(|(prefix, _)| prefix.as_str())
    }

    /// Reads the next element for which `is_needed` returns true, given its name and the name of the element around it.
    pub fn next(&mut self, is_needed: impl Fn(&str, &str) -> bool) -> Result<Option<Tree>, ParseError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut tree: Option<TreeBuilder> = None;
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer).map_err(parse_error)?;
            match (event, &mut tree) {
                (Event::Eof, None) => return Ok(None),
                (Event::Eof, Some(_)) => return Err(ParseError::CutOff("a product is not closed".into())),
                (Event::Start(start), Some(tree)) => tree.open(&start),
                (Event::Empty(start), Some(tree)) => {
                    tree.open(&start);
                    tree.close(start.name().as_ref());
                }
                (Event::Start(start), None) => {
                    if is_needed(start.name().as_ref(), self.open.last().map_or("", String::as_str)) {
                        self.state.start_row();
                        tree = Some(TreeBuilder::new(&start));
                    } else {
                        self.enter(&start);
                    }
                }
                (Event::Empty(start), None)
                    if is_needed(start.name().as_ref(), self.open.last().map_or("", String::as_str)) =>
                {
                    self.state.start_row();
                    let done = TreeBuilder::new(&start).finish();
                    self.buffer = buffer;
                    return Ok(Some(done));
                }
                (Event::Text(text), Some(tree)) => tree.text.push_str(&text.into_inner()),
                (Event::CData(text), Some(tree)) => tree.text.push_str(&text.into_inner()),
                (Event::GeneralRef(reference), Some(tree)) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => tree.text.push(character),
                    _ => match resolve_predefined_entity(&reference) {
                        Some(text) => tree.text.push_str(text),
                        None => tree.text.extend(["&", &reference, ";"]),
                    },
                },
                (Event::End(end), Some(building)) => {
                    let is_whole = building.close(end.name().as_ref());
                    if is_whole {
                        let done = tree.take().map(TreeBuilder::finish);
                        self.buffer = buffer;
                        return Ok(done);
                    }
                }
                (Event::End(end), None) => {
                    if let Some(at) = self.open.iter().rposition(|open| open == end.name().as_ref()) {
                        self.open.truncate(at);
                    }
                }
                _ => {}
            }
        }
    }

    fn enter(&mut self, start: &BytesStart) {
        for attribute in attributes(start) {
            let value = value(&attribute);
            match attribute.key.as_ref() {
                "xml:lang" => self.lang = self.lang.take().or(Some(value)),
                key if self.namespaces.len() < MAX_ATTRIBUTES => {
                    if let Some(prefix) = key.strip_prefix("xmlns") {
                        self.namespaces.push((prefix.trim_start_matches(':').to_owned(), value));
                    }
                }
                _ => {}
            }
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(start.name().as_ref().to_owned());
        }
    }
}

fn parse_error(error: Error) -> ParseError {
    match error {
        Error::Io(error) => ParseError::Io(std::io::Error::new(error.kind(), error.to_string())),
        Error::Syntax(error) => ParseError::CutOff(error.to_string()),
        other => ParseError::Broken(other.to_string()),
    }
}

/// Builds a tree until its root element is closed.
struct TreeBuilder {
    text: String,
    nodes: Vec<Node>,
    /// Names of the open elements, with their nodes if they have one.
    open: Vec<(String, Option<usize>)>,
    /// The number of elements open within the last of these.
    deeper: usize,
}

impl TreeBuilder {
    fn new(start: &BytesStart) -> Self {
        let mut tree = Self { text: String::new(), nodes: Vec::new(), open: Vec::new(), deeper: 0 };
        tree.open(start);
        tree
    }

    fn open(&mut self, start: &BytesStart) {
        let depth = self.open.len();
        if depth == MAX_DEPTH {
            self.deeper += 1;
            return;
        }
        let name = start.name().as_ref().to_owned();
        let node = (self.nodes.len() < MAX_ELEMENTS).then(|| {
            let attribute = |attribute: Attribute| (attribute.key.as_ref().into(), value(&attribute));
            let attributes = attributes(start).map(attribute).collect();
            self.nodes.push(Node { name: name.as_str().into(), attributes, depth, text: self.text.len()..usize::MAX });
            self.nodes.len() - 1
        });
        self.open.push((name, node));
    }

    /// Handles an end tag: closes its element and the unclosed ones within. Ignores an end tag without a start tag. Returns
    /// whether the root was closed.
    fn close(&mut self, name: &str) -> bool {
        let is_root = self.open.first().is_some_and(|(root, _)| root == name);
        if self.deeper > 0 && !is_root {
            self.deeper -= 1;
            self.text.push(' ');
            return false;
        }
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
            for (_, node) in self.open.drain(at..) {
                if let Some(node) = node {
                    self.nodes[node].text.end = self.text.len();
                }
            }
            self.text.push(' ');
        }
        self.open.is_empty()
    }

    fn finish(mut self) -> Tree {
        for node in &mut self.nodes {
            node.text.end = node.text.end.min(self.text.len());
        }
        Tree { text: self.text, nodes: self.nodes }
    }
}

fn attributes<'s>(start: &'s BytesStart) -> impl Iterator<Item = Attribute<'s>> {
    let mut all = start.attributes();
    all.with_checks(false);
    all.filter_map(Result::ok).take(MAX_ATTRIBUTES)
}

fn value(attribute: &Attribute) -> String {
    let normal = attribute.normalized_value(XmlVersion::Implicit1_0);
    normal.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned())
}

/// Removes the prefix from a name.
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
pub mod tests {
    use std::io::BufReader;

    use super::*;
    use crate::{Bytes, source::Source};

    /// Returns the first `<item>` of a document.
    pub fn parse(xml: &'static str) -> Tree {
        let state = Rc::new(ReadState::default());
        let bytes: Bytes<'static> = Box::new(xml.as_bytes());
        let text = BufReader::new(Source::open(bytes, None, &state).unwrap());
        Reader::new(text, &state).next(|name, _| name == "item").unwrap().unwrap()
    }

    #[test]
    fn the_text_of_an_element_includes_its_descendants() {
        let tree = parse("<r><item a='1'>x<b>y<c>z</c></b><item>w</item>&amp;&eacute;</item><item>2</item></r>");
        let root = tree.root();
        assert_eq!((root.attribute("A"), root.text()), (Some("1"), "xyz  w &&eacute;"));
        let names: Vec<&str> = root.children().map(Element::name).collect();
        assert_eq!(names, ["b", "item"]);
        assert_eq!((root.child_text("b"), root.child("b").unwrap().child_text("c")), ("yz", "z"));
        assert!(root.child("c").is_none());
    }

    #[test]
    fn unclosed_elements_end_with_the_element_around_them() {
        let tree = parse("<r><item><d>a<br>b</d><e>c</x><f>d</e></item></r>");
        let root = tree.root();
        assert_eq!((root.child_text("d"), root.child_text("e")), ("ab", "cd"));
        assert_eq!(root.children().count(), 2);
    }
}
