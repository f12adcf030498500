//! The pages of a built site, each as an item: its only product, or else the page itself. Must not know files.

use std::{collections::BTreeMap, io};

use super::{
    super::{ParseError, RowReader, RowResult},
    Structured,
    article::{is_ignored, read_article},
    lang,
    page::Page,
    products, structured,
};
use crate::raw::{Exclusion, Field, RawRow};

/// A page of a site.
#[derive(Debug, Clone, Default)]
pub struct SitePage {
    /// The path of its address, such as `/blog/tea/`, without `index.html`.
    pub address: String,
    /// Its HTML.
    pub html: String,
}

/// The pages of a site, as rows.
pub struct Site<P> {
    pages: P,
    row: u64,
}

impl<P: Iterator<Item = io::Result<SitePage>>> Site<P> {
    /// Reads pages, which are best in the order of their addresses.
    pub fn new(pages: P) -> Self {
        Self { pages, row: 0 }
    }
}

impl<P: Iterator<Item = io::Result<SitePage>>> RowReader for Site<P> {
    fn next(&mut self) -> Result<Option<RowResult>, ParseError> {
        let Some(page) = self.pages.next().transpose()? else { return Ok(None) };
        self.row += 1;
        let mut raw = read_page(&page);
        raw.row = self.row;
        Ok(Some(Ok(raw)))
    }

    fn row(&self) -> u64 {
        self.row
    }

    fn column_uses(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

fn read_page(SitePage { address, html }: &SitePage) -> RawRow {
    let page = Page::read(html);
    let left_out = |exclusion| {
        let mut raw = RawRow::new(1);
        raw.exclusion = Some(exclusion);
        raw.set(Field::Id, address.clone());
        raw
    };
    let no_item = |reason: &str| left_out(Exclusion::NotProduct(reason.to_owned()));
    if page.meta("robots").to_ascii_lowercase().contains("noindex") {
        return left_out(Exclusion::Unpublished("noindex".to_owned()));
    }
    if is_ignored(html) {
        return left_out(Exclusion::Unpublished("data-nearmind-ignore".to_owned()));
    }
    if page.is_redirect {
        return no_item("redirects");
    }
    if address.ends_with("/404.html") {
        return no_item("error pages");
    }
    if !is_canonical(&page.canonical, address) {
        return no_item("copies of another page, their canonical one");
    }
    let Structured { documents, .. } = structured(&page);
    match products(&page, &documents).map(|(_, products)| products) {
        Some(mut products) if products.len() == 1 => {
            let mut product = products.remove(0);
            product.names.push(address.clone());
            product.offer(Field::Id, u8::MAX, address);
            product.offer(Field::Url, u8::MAX, address);
            product.offer(Field::Lang, u8::MAX, &lang(&page).unwrap_or_default());
            product
        }
        Some(_) => no_item("lists of products"),
        None => match read_article(&page, html, &documents, address) {
            Ok(article) => *article,
            Err(reason) => no_item(reason),
        },
    }
}

/// Whether the canonical address of a page is its own, also if the site is later put below a sub-path.
fn is_canonical(canonical: &str, address: &str) -> bool {
    fn bare(path: &str) -> &str {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        path.trim_end_matches("index.html").trim_end_matches(".html").trim_end_matches('/')
    }
    let path = match canonical.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => canonical,
    };
    canonical.is_empty() || format!("/{}", bare(path).trim_start_matches('/')).ends_with(bare(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str, html: &str) -> RawRow {
        read_page(&SitePage { address: address.into(), html: html.into() })
    }

    fn reason(raw: &RawRow) -> &str {
        match &raw.exclusion {
            Some(Exclusion::NotProduct(reason) | Exclusion::Unpublished(reason)) => reason,
            None => "",
        }
    }

    #[test]
    fn an_article_is_its_title_and_main_text() {
        let html = "<html lang=de><title>Tee | Blog</title><meta name=description content='Wie man Tee kocht.'>\
            <meta property=article:published_time content=2026-05-04><meta property=article:tag content=Sencha>\
            <nav>Start</nav><main><h1>Tee kochen</h1><p>Wasser auf <b>80</b> Grad.</p><pre>code</pre>\
            <p data-nearmind-ignore>Werbung</p><img src=cup.png></main><footer>Impressum</footer>";
        let raw = read("/blog/tee/", html);
        assert_eq!(reason(&raw), "");
        assert_eq!((&raw[Field::Id], &raw[Field::Title], &raw[Field::Lang]), ("/blog/tee/", "Tee kochen", "de"));
        assert_eq!(&raw[Field::Image], "/blog/tee/cup.png");
        assert_eq!((&raw[Field::Category], &raw[Field::Date]), ("blog", "2026-05-04"));
        let text = &raw[Field::Description];
        assert!(text.starts_with("Wie man Tee kocht.") && text.contains("Wasser auf 80 Grad."), "{text}");
        for left_out in ["Start", "code", "Werbung", "Impressum"] {
            assert!(!text.contains(left_out), "{text}");
        }
        assert_eq!(raw.tags, ["Sencha"]);
    }

    #[test]
    fn json_ld_describes_articles_courses_and_recipes() {
        let html = r#"<script type="application/ld+json">{"@type": "Recipe", "name": "Iced tea", "author": {"name": "Ana"},
            "datePublished": "2026-01-02", "description": "Cold brew.", "image": "/tea.jpg"}</script>
            <main><h1>Recipes: iced tea</h1><p>Wait for a night.</p></main>"#;
        let raw = read("/iced-tea.html", html);
        assert_eq!((&raw[Field::Title], &raw[Field::Brand], &raw[Field::Image]), ("Iced tea", "Ana", "/tea.jpg"));
        assert!(raw[Field::Description].starts_with("Cold brew."), "{}", &raw[Field::Description]);
        assert_eq!(&raw[Field::Id], "/iced-tea.html");
    }

    #[test]
    fn the_product_of_a_page_is_the_item() {
        let html = r#"<script type="application/ld+json">{"@type": "Product", "sku": "t1", "name": "Sencha",
            "offers": {"price": 9.5, "priceCurrency": "EUR"}}</script><main>Buy it.</main>"#;
        let raw = read("/tea/sencha/", html);
        assert_eq!((&raw[Field::Id], &raw[Field::Url], &raw[Field::Price]), ("t1", "/tea/sencha/", "9.5"));
        let two = html.replace(
            "<main>",
            r#"<script type="application/ld+json">{"@type": "Product", "name": "Oolong"}</script><main>"#,
        );
        assert_eq!(reason(&read("/tea/", &two)), "lists of products");
    }

    #[test]
    fn pages_that_are_no_items_say_why() {
        let reason_of = |address: &str, html: &str| reason(&read(address, html)).to_owned();
        assert_eq!(
            reason_of("/a/", "<meta name=robots content='NOINDEX, follow'><main>Any text that is long</main>"),
            "noindex"
        );
        assert_eq!(
            reason_of("/a/", "<html data-nearmind-ignore><main>Any text that is long</main>"),
            "data-nearmind-ignore"
        );
        assert_eq!(reason_of("/a/", "<meta http-equiv=refresh content='0; url=/b/'>"), "redirects");
        assert_eq!(reason_of("/404.html", "<main>There is no such page.</main>"), "error pages");
        assert_eq!(reason_of("/a/", "<body><nav>Home</nav></body>"), "pages without text");
        assert_eq!(
            reason_of("/tags/", "<main><h1>Tags</h1><a href=/a/>Green tea</a> <a href=/b/>Black tea</a></main>"),
            "lists of pages"
        );
        let listed = "<article><h2><a href=/a/>A</a></h2><p>Much text about the first of them.</p></article>".repeat(3);
        assert_eq!(reason_of("/blog/", &format!("<main>{listed}</main>")), "lists of pages");
        let canonical =
            "<link rel=canonical href=https://shop.example/base/a/><main>Any text that is long enough</main>";
        assert_eq!(reason_of("/a/index.html", canonical), "");
        assert!(reason_of("/a/page/2/", canonical).starts_with("copies"));
    }
}
