//! A page without a product, as an item: an article, a course, a page of documentation. It gives its title, its main text
//! without navigation, and what its head and its JSON-LD say. Must not know the site.
//!
//! The main text is that of the elements with `data-nearmind-body`; without any, of `main`, else `article`, else the whole
//! page. Elements with `data-nearmind-ignore` are left out, and those of [`NAVIGATION`].

use scraper::{ElementRef, Html, Selector, node::Element};
use serde_json::Value;

use super::{super::jsonld, lang, page::Page};
use crate::{
    raw::{Field, RawRow},
    value::text::text_within,
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// Elements that are not part of a page's main text. Code is read by few people who look for something to read.
const NAVIGATION: [&str; 9] = ["nav", "header", "footer", "aside", "form", "dialog", "button", "select", "pre"];
/// Where the main text is, best first.
const ROOTS: [&str; 4] = ["[data-nearmind-body]", "main, [role=main]", "article", "body"];
/// The rank of values that the page has besides its JSON-LD.
const PAGE_RANK: u8 = u8::MAX;
/// A page with fewer letters below its title says nothing.
const LEAST_LETTERS: usize = 15;
/// A page with this many articles is a list of them.
const LIST_ARTICLES: usize = 3;

/// A page as an item, or why it is none.
pub type Article = Result<Box<RawRow>, &'static str>;

/// Reads a page that has no product. `address` is its path on the site.
pub fn read_article(page: &Page, html: &str, documents: &[Value], address: &str) -> Article {
    let tree = Html::parse_document(html);
    let roots = roots(&tree);
    let text = |is_left_out: fn(&Element) -> bool| -> String {
        roots.iter().map(|root| text_within(*root, is_left_out)).collect::<Vec<_>>().join(" ")
    };
    let (main, below_title) = (text(is_navigation), text(|element| is_navigation(element) || element.name() == "h1"));
    let mut structured = jsonld::read_items(1, &Value::Array(documents.to_vec()), &jsonld::PAGE_TYPES);
    let described = structured.pop().filter(|_| structured.is_empty());
    if described.is_none() && letters(&below_title) < LEAST_LETTERS {
        return Err("pages without text");
    }
    if described.is_none() && is_list(&roots, &below_title) {
        return Err("lists of pages");
    }
    let mut raw = described.unwrap_or_else(|| RawRow::new(1));
    raw.names.push(page.canonical.clone());
    raw.set(Field::Id, address);
    raw.set(Field::Url, address);
    raw.set(Field::Lang, lang(page).unwrap_or_default());
    for title in [first(&roots, "[data-nearmind-title]"), first(&roots, "h1")] {
        raw.offer(Field::Title, PAGE_RANK, &title);
    }
    let heading = first(&roots, "h2");
    if !heading.is_empty() && page.title.starts_with(heading.trim()) {
        raw.offer(Field::Title, PAGE_RANK, &heading);
    }
    for title in [page.meta("og:title"), without_site(&page.title)] {
        raw.offer(Field::Title, PAGE_RANK, title);
    }
    let summary = [page.meta("description"), page.meta("og:description")].into_iter().find(|text| !text.is_empty());
    if raw[Field::Description].is_empty() {
        raw.offer(Field::Description, PAGE_RANK, summary.unwrap_or_default());
    }
    raw.offer(Field::Description, PAGE_RANK, main.trim());
    raw.offer(Field::Brand, PAGE_RANK, page.meta("author"));
    raw.offer(Field::Category, PAGE_RANK, &first(&roots, "[data-nearmind-category]"));
    raw.offer(Field::Category, PAGE_RANK, page.meta("article:section"));
    raw.offer(Field::Category, PAGE_RANK, &folders(address));
    raw.offer(Field::Date, PAGE_RANK, page.meta("article:published_time"));
    raw.offer(Field::Date, PAGE_RANK, &attribute(&roots, "time[datetime]", "datetime"));
    raw.offer(Field::Image, PAGE_RANK, page.meta("og:image"));
    raw.offer(Field::Image, PAGE_RANK, &resolve(address, &attribute(&roots, "img[src]", "src")));
    let metas = select("meta[property='article:tag']");
    raw.tags.extend(tree.select(&metas).filter_map(|meta| meta.attr("content")).map(str::to_owned));
    let tags = select("[data-nearmind-tag], a[rel~=tag]");
    raw.tags.extend(roots.iter().flat_map(|root| root.select(&tags)).map(|tag| tag.text().collect::<String>()));
    Ok(Box::new(raw))
}

/// Whether the page says itself that it must not be an item.
pub fn is_ignored(html: &str) -> bool {
    html.contains("data-nearmind-ignore")
        && Html::parse_document(html)
            .select(&select("html[data-nearmind-ignore], body[data-nearmind-ignore]"))
            .next()
            .is_some()
}

/// The elements with the main text. None of them is within another.
fn roots(tree: &Html) -> Vec<ElementRef<'_>> {
    let found = ROOTS.iter().map(|selector| tree.select(&select(selector)).collect::<Vec<_>>());
    let mut found = found.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let all: Vec<_> = found.iter().map(|element| element.id()).collect();
    found.retain(|element| !element.ancestors().any(|above| all.contains(&above.id())));
    found
}

/// Whether the text below the title mostly leads to other pages: half of it is links, or it has several articles.
fn is_list(roots: &[ElementRef], text: &str) -> bool {
    let (links, articles) = (select("a[href]"), select("article"));
    let is_shown =
        |link: &ElementRef| !link.ancestors().filter_map(ElementRef::wrap).any(|above| is_navigation(above.value()));
    let linked = roots.iter().flat_map(|root| root.select(&links)).filter(is_shown);
    let linked: usize = linked.map(|link| letters(&text_within(link, is_navigation))).sum();
    let articles = roots.iter().flat_map(|root| root.select(&articles)).count();
    2 * linked > letters(text) || articles >= LIST_ARTICLES
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn is_navigation(element: &Element) -> bool {
    NAVIGATION.contains(&element.name())
        || element.attr("data-nearmind-ignore").is_some()
        || element.attr("hidden").is_some()
        || element.attr("aria-hidden") == Some("true")
        || element.attr("role") == Some("navigation")
}

/// The text of the first element that the selector finds; empty if there is none.
fn first(roots: &[ElementRef], selector: &str) -> String {
    let selector = select(selector);
    roots
        .iter()
        .find_map(|root| root.select(&selector).next())
        .map(|found| text_within(found, |_| false))
        .unwrap_or_default()
}

fn attribute(roots: &[ElementRef], selector: &str, name: &str) -> String {
    let selector = select(selector);
    let found = roots.iter().find_map(|root| root.select(&selector).next());
    found.and_then(|found| found.attr(name)).unwrap_or_default().to_owned()
}

/// The title of a page without the name of the site that follows it: "Green tea | Tea notes".
fn without_site(title: &str) -> &str {
    title.rsplit_once(" | ").map_or(title, |(own, _)| own)
}

/// The folders of an address as a category: `/guides/first-steps/` is in "guides". Numbers, as of years, say nothing.
fn folders(address: &str) -> String {
    let mut names: Vec<&str> = address.split('/').filter(|name| !name.is_empty()).collect();
    names.pop();
    let names = names.into_iter().filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()));
    names.map(|name| name.replace(['-', '_'], " ")).collect::<Vec<_>>().join(PATH_SEPARATOR)
}

/// The address of a file that a page names, as far as the address of the page tells.
fn resolve(page: &str, file: &str) -> String {
    if file.is_empty() || file.starts_with('/') || file.contains("://") || file.starts_with("data:") {
        return if file.starts_with("data:") { String::new() } else { file.to_owned() };
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in file.split('/') {
        match part {
            "." => {}
            ".." if parts.len() > 1 => drop(parts.pop()),
            ".." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn select(selector: &str) -> Selector {
    Selector::parse(selector).expect("a selector of this file")
}

#[cfg(test)]
mod tests {
    use super::{folders, resolve, without_site};

    #[test]
    fn folders_are_the_category() {
        assert_eq!(folders("/blog/2024/05/tea-time/"), "blog");
        assert_eq!(
            folders("/docs/first-steps/install.html"),
            format!("docs{PATH}first steps", PATH = super::PATH_SEPARATOR)
        );
        assert_eq!(folders("/about/"), "");
    }

    #[test]
    fn the_name_of_the_site_is_no_part_of_a_title() {
        assert_eq!(without_site("Green tea | Tea notes"), "Green tea");
        assert_eq!(without_site("Green tea - hot or cold"), "Green tea - hot or cold");
    }

    #[test]
    fn files_are_relative_to_their_page() {
        assert_eq!(resolve("/blog/tea/", "cup.png"), "/blog/tea/cup.png");
        assert_eq!(resolve("/blog/tea.html", "../img/cup.png"), "/img/cup.png");
        assert_eq!(resolve("/a/", "../../../cup.png"), "/cup.png");
        assert_eq!(resolve("/a/", "https://cdn.example/cup.png"), "https://cdn.example/cup.png");
    }
}
