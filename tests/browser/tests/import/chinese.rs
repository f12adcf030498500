//! A feed in Chinese: its words are those of a dictionary that is fetched for it, whichever model is there.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use anyhow::{Context, Result};
use browser_tests::{Gpu, Shop, Site, visit};
use serde_json::json;

use super::{FAILED, SHOWN, pick, text, until};

fn feed() -> String {
    let kinds = [
        ("轻量防水夹克", "服装 > 外套", "适合雨天骑行，接缝压胶。"),
        ("紫砂茶壶", "厨房 > 茶具", "出水流畅，适合慢慢喝茶的早晨。"),
        ("长篇侦探小说", "图书 > 小说", "发生在海边小镇的一桩悬案。"),
        ("三季帐篷", "户外 > 露营", "山里过夜时挡住雨水和大风。"),
    ];
    let row = |nth: usize| {
        let (name, category, about) = kinds[nth % kinds.len()];
        format!("货{nth:03},{name}{nth}号,{about},{category},{}元\n", 10 + nth)
    };
    "编号,名称,描述,分类,价格\n".to_owned() + (0..48).map(row).collect::<String>().as_str()
}

/// A site without the model that reads Chinese, which is not everywhere, and with whatever else is `amiss`.
pub fn english(amiss: impl Fn(&str) -> bool + Send + Sync + 'static) -> Site {
    Site::with(Box::new(move |path, reply| {
        if path.starts_with("/models/e5/") || amiss(path) {
            reply.status = 404;
        }
    }))
}

/// Titles of what a search finds.
async fn found(shop: &Shop, query: &str) -> Result<Vec<String>> {
    let search = r#"
        const cards = await document.getElementById("for-you").client.search(given[0], { limit: 12 });
        return cards.map(({ title }) => title.map(({ text }) => text).join(""));"#;
    let titles = shop.ask(search, &[json!(query)]).await?;
    serde_json::from_value(titles).context("titles")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chinese_feed_is_found_by_its_words_and_its_dictionary_may_come_late() -> Result<()> {
    let away = Arc::new(AtomicBool::new(true));
    let still = away.clone();
    visit(english(move |path| path.ends_with("jieba.txt") && still.load(Relaxed)), Gpu::None, &[], async |shop| {
        shop.goto("try.html?lang=zh-CN&device=cpu").await?;
        pick(shop, "店铺.csv", feed().as_bytes()).await?;
        until(shop, FAILED).await?;
        assert!(text(shop, "#problem").await?.contains("中文词典没有下载成功"), "{}", text(shop, "#problem").await?);
        away.store(false, Relaxed);
        // No vector is made twice, but for the few that are tried.
        let count = r#"
            window.embedded = 0;
            const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message, ...more) {
              if (message?.embed) embedded += message.embed.texts.length;
              return postMessage.call(this, message, ...more);
            };
            document.getElementById("retry").click();"#;
        shop.ask(count, &[]).await?;
        until(shop, SHOWN).await?;
        let embedded = shop.ask("return embedded;", &[]).await?;
        assert!(embedded.as_u64().is_some_and(|texts| texts <= 4), "{embedded}");
        assert!(text(shop, "#result-text").await?.contains("48"), "{}", text(shop, "#result-text").await?);
        let note = shop.ask("return document.getElementById('result-note').hidden;", &[]).await?;
        assert_eq!(note, false, "it is said that this model does not read Chinese");
        let note = text(shop, "#result-note").await?;
        assert!(note.contains("中文") && note.contains("--languages"), "which language, and what helps: {note}");
        // Words of the dictionary, not single characters: 雨 is in three kinds, 雨天 in one.
        for (query, kind) in
            [("夹克", "夹克"), ("雨天骑行", "夹克"), ("茶壶", "茶壶"), ("侦探小说", "小说"), ("帐篷", "帐篷")]
        {
            let titles = found(shop, query).await?;
            assert!(titles.len() == 12 && titles.iter().all(|title| title.contains(kind)), "{query}: {titles:?}");
        }
        assert_eq!(shop.seen("violations").await?, json!([]));
        Ok(())
    })
    .await
}
