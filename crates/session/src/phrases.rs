//! Everything that the session says to people, in English and Chinese.
//!
//! A reason is a template filled with the true largest contributor; there is no template for what the
//! profile does not know. Other languages read English.

mod copy; //  why, in a sentence
mod notes; // what became of a text

pub use copy::Claim;

use nearmind_core::{
    explain::Part,
    profile::EventName,
    protocol::{Basis, Problem},
};

/// English or Chinese, by the page's BCP 47 tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Chinese,
}

use Tongue::{Chinese, English};

impl Tongue {
    pub fn of(lang: &str) -> Self {
        if nearmind_core::text::language::primary_subtag(lang) == "zh" { Chinese } else { English }
    }

    /// "Because you viewed ...": before and after the title or the text. `None` for events that are no reason.
    fn because(self, name: EventName) -> Option<(&'static str, &'static str)> {
        Some(match (name, self) {
            (EventName::ViewItem | EventName::SelectItem, English) => ("Because you viewed ", ""),
            (EventName::ViewItem | EventName::SelectItem, Chinese) => ("因为您看过“", "”"),
            (EventName::AddToCart, English) => ("Because your cart has ", ""),
            (EventName::AddToCart, Chinese) => ("因为您的购物车里有“", "”"),
            (EventName::Purchase, English) => ("Because you bought ", ""),
            (EventName::Purchase, Chinese) => ("因为您买过“", "”"),
            (EventName::Like, English) => ("Because you like ", ""),
            (EventName::Like, Chinese) => ("因为您喜欢“", "”"),
            (EventName::Rate, English) => ("Because you rated ", ""),
            (EventName::Rate, Chinese) => ("因为您评价过“", "”"),
            (EventName::Wish, English) => ("Because you said “", "”"),
            (EventName::Wish, Chinese) => ("因为您说“", "”"),
            (EventName::Search, English) => ("Because you searched for “", "”"),
            (EventName::Search, Chinese) => ("因为您搜索过“", "”"),
            (EventName::ViewItemList | EventName::RemoveFromCart | EventName::Dislike | EventName::Hide, _) => {
                return None;
            }
        })
    }

    /// The reason as runs of text, the title or the text in a run of its own.
    pub fn reason(self, name: EventName, what: &str) -> Vec<Part> {
        let Some((before, after)) = self.because(name) else { return Vec::new() };
        [before, what, after].into_iter().flat_map(Part::plain).collect()
    }

    /// A shelf's heading; `title` is that of the item that the shelf is about.
    pub fn heading(self, basis: Basis, title: &str) -> String {
        match (basis, self) {
            (Basis::ColdStart, English) => "A little of everything".to_owned(),
            (Basis::ColdStart, Chinese) => "各类精选".to_owned(),
            (Basis::Profile, English) => "For you".to_owned(),
            (Basis::Profile, Chinese) => "为您推荐".to_owned(),
            (Basis::Item, English) => format!("More like {title}"),
            (Basis::Item, Chinese) => format!("与“{title}”相似"),
            (Basis::Cart, English) => "Goes with your cart".to_owned(),
            (Basis::Cart, Chinese) => "搭配您的购物车".to_owned(),
            (Basis::Text, English) => "Fits this page".to_owned(),
            (Basis::Text, Chinese) => "与本页相关".to_owned(),
            (Basis::Trending, English) => "Popular now".to_owned(),
            (Basis::Trending, Chinese) => "热门".to_owned(),
        }
    }

    pub fn problem(self, kind: Trouble, detail: &str) -> Problem {
        let (code, fatal, english, chinese) = match kind {
            Trouble::Version => (
                "protocol-version",
                true,
                "The page and the recommender are of different versions: load the page again.",
                "页面与推荐模块的版本不一致，请刷新页面。",
            ),
            Trouble::Store => (
                "store",
                false,
                "This browser does not keep your history: recommendations work until you leave the page.",
                "浏览器无法保存浏览记录：推荐在离开页面前有效。",
            ),
            Trouble::Unchanged => (
                "unchanged",
                false,
                "Your history could not be changed, because the browser did not store the change. Try again.",
                "浏览器未能保存更改，浏览记录保持不变。请重试。",
            ),
            Trouble::Forget => (
                "forget",
                false,
                "Your history could not be erased: clear this site's data in the browser's settings.",
                "无法清除浏览记录，请在浏览器设置中清除本站数据。",
            ),
            Trouble::Scene => (
                "scene",
                false,
                "The shop's scene, filter or rules could not be read: the list is made without them.",
                "无法读取商店的场景、筛选或规则，列表将不使用它们。",
            ),
            Trouble::Unknown => {
                ("unknown", false, "This list or this product is not known here.", "此处没有该列表或该商品。")
            }
            Trouble::Import => (
                "import",
                false,
                "This is no profile that can be read here: nothing was changed.",
                "无法读取此文件，未作任何更改。",
            ),
            Trouble::OtherModel => (
                "other-model",
                false,
                "The catalogue was made with another model: bake it again with the model that the page loads.",
                "商品目录由另一个模型生成，请用页面所用的模型重新生成。",
            ),
            Trouble::Encoder => (
                "encoder",
                false,
                "The model failed on this device: recommendations go on without new texts.",
                "模型在此设备上出错，推荐将不再包含新的文本。",
            ),
        };
        let text = if self == English { english } else { chinese };
        let message = if detail.is_empty() { text.to_owned() } else { format!("{text} ({detail})") };
        Problem { code: code.to_owned(), message, fatal }
    }
}

/// What can go wrong in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Version,
    Store,
    Unchanged,
    Forget,
    Scene,
    Unknown,
    Import,
    OtherModel,
    Encoder,
}
