//! A feed in Chinese is split into words by a dictionary, which is downloaded for it, whatever the model is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use anyhow::{Context, Result};
use browser_tests::{Gpu, Shop, Site, visit};
use serde_json::json;

use super::{FAILED, SHOWN, pick_file, read_text, wait_until};

fn feed() -> String {
    let kinds = [
        ("轻量防水夹克", "服装 > 外套", "适合雨天骑行，接缝压胶。"),
        ("紫砂茶壶", "厨房 > 茶具", "出水流畅，适合慢慢喝茶的早晨。"),
        ("长篇侦探小说", "图书 > 小说", "发生在海边小镇的一桩悬案。"),
        ("三季帐篷", "户外 > 露营", "山里过夜时挡住雨水和大风。"),
    ];
    let row = |nth: usize| {
        let (name, category, description) = kinds[nth % kinds.len()];
        format!("货{nth:03},{name}{nth}号,{description},{category},{}元\n", 10 + nth)
    };
    "编号,名称,描述,分类,价格\n".to_owned() + (0..48).map(row).collect::<String>().as_str()
}

/// A site without the model for Chinese, which not every machine has, and without the paths for which `is_missing` is
/// true.
pub fn english_site(is_missing: impl Fn(&str) -> bool + Send + Sync + 'static) -> Site {
    Site::with_interceptor(Box::new(move |path, reply| {
        if path.starts_with("/models/e5/") || is_missing(path) {
            reply.status = 404;
        }
    }))
}

/// Titles of the products that a search finds.
async fn search(shop: &Shop, query: &str) -> Result<Vec<String>> {
    let script = r#"
        const cards = await document.getElementById("for-you").client.search(args[0], { limit: 12 });
        return cards.map(({ title }) => title.map(({ text }) => text).join(""));"#;
    let titles = shop.evaluate(script, &[json!(query)]).await?;
    serde_json::from_value(titles).context("no titles")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chinese_feed_is_searched_by_words_of_the_dictionary() -> Result<()> {
    let is_missing = Arc::new(AtomicBool::new(true));
    let missing_now = is_missing.clone();
    visit(
        english_site(move |path| path.ends_with("jieba.txt") && missing_now.load(Relaxed)),
        Gpu::None,
        &[],
        async |shop| {
            shop.goto("try.html?lang=zh-CN&device=cpu").await?;
            pick_file(shop, "店铺.csv", feed().as_bytes()).await?;
            wait_until(shop, FAILED).await?;
            assert!(
                read_text(shop, "#problem").await?.contains("中文词典没有下载成功"),
                "{}",
                read_text(shop, "#problem").await?
            );
            is_missing.store(false, Relaxed);
            // No vector is computed twice, except for a few that test the workers.
            let count = r#"
            window.embedded = 0;
            const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message, ...more) {
              if (message?.embed) embedded += message.embed.texts.length;
              return postMessage.call(this, message, ...more);
            };
            document.getElementById("retry").click();"#;
            shop.evaluate(count, &[]).await?;
            wait_until(shop, SHOWN).await?;
            let embedded = shop.evaluate("return embedded;", &[]).await?;
            assert!(embedded.as_u64().is_some_and(|texts| texts <= 4), "{embedded}");
            assert!(
                read_text(shop, "#result-text").await?.contains("48"),
                "{}",
                read_text(shop, "#result-text").await?
            );
            let note = shop.evaluate("return document.getElementById('result-note').hidden;", &[]).await?;
            assert_eq!(note, false, "the page must say that this model does not understand Chinese");
            let note = read_text(shop, "#result-note").await?;
            assert!(
                note.contains("中文") && note.contains("--languages"),
                "the note must name the language and what to do: {note}"
            );
            // The search compares words of the dictionary, not characters: 雨 is in two kinds of products, 雨天 in one.
            for (query, kind) in
                [("夹克", "夹克"), ("雨天骑行", "夹克"), ("茶壶", "茶壶"), ("侦探小说", "小说"), ("帐篷", "帐篷")]
            {
                let titles = search(shop, query).await?;
                assert!(titles.len() == 12 && titles.iter().all(|title| title.contains(kind)), "{query}: {titles:?}");
            }
            assert_eq!(shop.records("violations").await?, json!([]));
            Ok(())
        },
    )
    .await
}
