//! An element of an XML document with all that is in it, and the reader that cuts such elements out of a stream.
//!
//! Entities that a document declares are never expanded, so it cannot grow; HTML's own are left to the cleaning. Tags
//! that are not closed within an element end with it. An element lies in the memory of one row, however deep it is.
//! Must not know what names mean.

use std::{ops::Range, rc::Rc};

use quick_xml::{
    Error, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event, attributes::Attribute},
};

use super::super::{Stop, Text};
use crate::source::Shared;

/// Elements within elements that are remembered; what is deeper is only text of the last of them.
const MOST_DEPTH: usize = 64;
/// Elements of a product that are remembered; what comes after them is only text.
const MOST_ELEMENTS: usize = 20_000;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 64;

/// An element and its descendants in the order of the document. Texts are parts of one string.
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
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }
}

impl<'t> Element<'t> {
    fn node(self) -> &'t Node {
        &self.tree.nodes[self.at]
    }

    /// As the document writes it: `g:id`.
    pub fn name(self) -> &'t str {
        &self.node().name
    }

    /// Without a prefix.
    pub fn local(self) -> &'t str {
        local(self.name())
    }

    /// Its text and that of all elements within, with spaces where they end.
    pub fn text(self) -> &'t str {
        &self.tree.text[self.node().text.clone()]
    }

    pub fn attribute(self, name: &str) -> Option<&'t str> {
        let found = self.node().attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn children(self) -> impl Iterator<Item = Element<'t>> {
        let depth = self.node().depth;
        let within = self.tree.nodes[self.at + 1..].iter().take_while(move |node| node.depth > depth);
        let tree = self.tree;
        (self.at + 1..)
            .zip(within)
            .filter(move |(_, node)| node.depth == depth + 1)
            .map(move |(at, _)| Self { tree, at })
    }

    /// The first child whose name without its prefix is this, in any case.
    pub fn child(self, name: &str) -> Option<Element<'t>> {
        self.children().find(|child| child.local().eq_ignore_ascii_case(name))
    }

    /// The text of that child; empty where there is none.
    pub fn child_text(self, name: &str) -> &'t str {
        self.child(name).map_or("", |child| child.text().trim())
    }
}

/// Cuts elements out of a document.
pub struct Reader<'a> {
    reader: quick_xml::Reader<Text<'a>>,
    shared: Rc<Shared>,
    buffer: Vec<u8>,
    /// Names of the elements that are open around what is cut out.
    open: Vec<String>,
    /// Prefixes that were declared around what is cut out, with what they stand for.
    namespaces: Vec<(String, String)>,
    /// `xml:lang` of the outermost element that has one.
    pub lang: Option<String>,
}

impl<'a> Reader<'a> {
    pub fn new(text: Text<'a>, shared: &Rc<Shared>) -> Self {
        let mut reader = quick_xml::Reader::from_reader(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let (buffer, open, namespaces) = (Vec::new(), Vec::new(), Vec::new());
        Self { reader, shared: shared.clone(), buffer, open, namespaces, lang: None }
    }

    /// The prefix that stands for a namespace whose address begins so; empty for the document's own namespace.
    pub fn prefix_of(&self, address: &str) -> Option<&str> {
        self.namespaces.iter().find(|(_, own)| own.starts_with(address)).map(|(prefix, _)| prefix.as_str())
    }

    /// The next element for which `wanted` says yes, by its name and the name of the element around it.
    pub fn next(&mut self, wanted: impl Fn(&str, &str) -> bool) -> Result<Option<Tree>, Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut tree: Option<Building> = None;
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer).map_err(stop)?;
            match (event, &mut tree) {
                (Event::Eof, None) => return Ok(None),
                (Event::Eof, Some(_)) => return Err(Stop::Ends("a product is not closed".into())),
                (Event::Start(start), Some(tree)) => tree.open(&start),
                (Event::Empty(start), Some(tree)) => {
                    tree.open(&start);
                    tree.close(start.name().as_ref());
                }
                (Event::Start(start), None) => {
                    if wanted(start.name().as_ref(), self.open.last().map_or("", String::as_str)) {
                        self.shared.new_row();
                        tree = Some(Building::new(&start));
                    } else {
                        self.enter(&start);
                    }
                }
                (Event::Empty(start), None)
                    if wanted(start.name().as_ref(), self.open.last().map_or("", String::as_str)) =>
                {
                    self.shared.new_row();
                    let done = Building::new(&start).finish();
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
                        let done = tree.take().map(Building::finish);
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
                key if self.namespaces.len() < MOST_ATTRIBUTES => {
                    if let Some(prefix) = key.strip_prefix("xmlns") {
                        self.namespaces.push((prefix.trim_start_matches(':').to_owned(), value));
                    }
                }
                _ => {}
            }
        }
        if self.open.len() < MOST_DEPTH {
            self.open.push(start.name().as_ref().to_owned());
        }
    }
}

fn stop(error: Error) -> Stop {
    match error {
        Error::Io(error) => Stop::Io(std::io::Error::new(error.kind(), error.to_string())),
        Error::Syntax(error) => Stop::Ends(error.to_string()),
        other => Stop::Broken(other.to_string()),
    }
}

/// A tree whose root is still open.
struct Building {
    text: String,
    nodes: Vec<Node>,
    /// Names of the open elements, with their nodes where they are remembered.
    open: Vec<(String, Option<usize>)>,
    /// Elements that are open within the last of those.
    deeper: usize,
}

impl Building {
    fn new(start: &BytesStart) -> Self {
        let mut tree = Self { text: String::new(), nodes: Vec::new(), open: Vec::new(), deeper: 0 };
        tree.open(start);
        tree
    }

    fn open(&mut self, start: &BytesStart) {
        let depth = self.open.len();
        if depth == MOST_DEPTH {
            self.deeper += 1;
            return;
        }
        let name = start.name().as_ref().to_owned();
        let node = (self.nodes.len() < MOST_ELEMENTS).then(|| {
            let attribute = |attribute: Attribute| (attribute.key.as_ref().into(), value(&attribute));
            let attributes = attributes(start).map(attribute).collect();
            self.nodes.push(Node { name: name.as_str().into(), attributes, depth, text: self.text.len()..usize::MAX });
            self.nodes.len() - 1
        });
        self.open.push((name, node));
    }

    /// An end tag closes what was left open within its element; one of nothing that is open is passed over. `true` when
    /// the root itself ends.
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
    all.filter_map(Result::ok).take(MOST_ATTRIBUTES)
}

fn value(attribute: &Attribute) -> String {
    let normal = attribute.normalized_value(XmlVersion::Implicit1_0);
    normal.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned())
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
pub mod tests {
    use std::io::BufReader;

    use super::*;
    use crate::{Bytes, source::Source};

    /// The first `<item>` of a document.
    pub fn parse(xml: &'static str) -> Tree {
        let shared = Rc::new(Shared::default());
        let bytes: Bytes<'static> = Box::new(xml.as_bytes());
        let text = BufReader::new(Source::open(bytes, None, &shared).unwrap());
        Reader::new(text, &shared).next(|name, _| name == "item").unwrap().unwrap()
    }

    #[test]
    fn an_element_has_its_own_text_and_that_of_elements_within() {
        let tree = parse("<r><item a='1'>x<b>y<c>z</c></b><item>w</item>&amp;&eacute;</item><item>2</item></r>");
        let root = tree.root();
        assert_eq!((root.attribute("A"), root.text()), (Some("1"), "xyz  w &&eacute;"));
        let names: Vec<&str> = root.children().map(Element::name).collect();
        assert_eq!(names, ["b", "item"]);
        assert_eq!((root.child_text("b"), root.child("b").unwrap().child_text("c")), ("yz", "z"));
        assert!(root.child("c").is_none());
    }

    #[test]
    fn what_is_not_closed_ends_with_the_element_around_it() {
        let tree = parse("<r><item><d>a<br>b</d><e>c</x><f>d</e></item></r>");
        let root = tree.root();
        assert_eq!((root.child_text("d"), root.child_text("e")), ("ab", "cd"));
        assert_eq!(root.children().count(), 2);
    }
}
