//! Why, in a sentence: templates over what was computed, in English and Chinese.
//!
//! Each claim carries its numbers, and there is no template for what is not in the data. Titles, brands and the
//! visitor's own words stand in runs of their own: text parts, never markup.

use super::Tongue::{self, Chinese, English};
use nearmind_core::{
    explain::Part,
    profile::{Event, EventName},
    protocol::Basis,
};

/// What dominates a score.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim<'a> {
    /// One thing that was done with another item, or said.
    Event { name: EventName, what: &'a str },
    /// Something said, and the words of it that the item's own text has.
    Said { name: EventName, what: &'a str, words: Vec<&'a str> },
    /// Several items of one category.
    Category { count: usize, category: &'a str },
    /// Several items of one brand.
    Brand { count: usize, brand: &'a str },
    /// A price like those of several items.
    Price { count: usize },
    /// So many others chose this one and another item.
    Together { visitors: u32, what: &'a str },
    /// Bought or viewed so many times by all.
    Popular { times: u32 },
}

impl Claim<'_> {
    /// The claim as it fits a card, whose marked words say the rest.
    pub fn brief(self) -> Self {
        match self {
            Claim::Said { name, what, .. } => Claim::Event { name, what },
            claim => claim,
        }
    }
}

impl Tongue {
    /// The claim as runs of text, what it speaks of in runs of their own. Empty for events that are no reason.
    pub fn claim(self, claim: &Claim) -> Vec<Part> {
        let runs: Vec<String> = match (claim, self) {
            (Claim::Event { name, what }, _) => return self.reason(*name, what),
            (Claim::Said { name, what, words }, _) => {
                let mut parts = self.reason(*name, what);
                if !parts.is_empty() && !words.is_empty() {
                    let (before, between, after) =
                        if self == English { (" It says ", ", ", ".") } else { ("。它提到", "、", "。") };
                    if self == English {
                        parts.extend(Part::plain("."));
                    }
                    parts.extend(Part::plain(before));
                    parts.extend(Part::plain(&words.join(between)));
                    parts.extend(Part::plain(after));
                }
                return parts;
            }
            (Claim::Category { count, category }, English) => {
                runs([&format!("Like {count} things you chose in "), category, ""])
            }
            (Claim::Category { count, category }, Chinese) => {
                runs([&format!("与您选过的 {count} 件“"), category, "”商品相似"])
            }
            (Claim::Brand { count, brand }, English) => runs([&format!("{count} things you chose are by "), brand, ""]),
            (Claim::Brand { count, brand }, Chinese) => runs([&format!("您选过 {count} 件“"), brand, "”的商品"]),
            (Claim::Price { count }, English) => runs([&format!("Priced like {count} things you chose"), "", ""]),
            (Claim::Price { count }, Chinese) => runs([&format!("价格与您选过的 {count} 件商品相近"), "", ""]),
            (Claim::Together { visitors, what }, English) => {
                runs(["Chosen together with ", what, &format!(" by {visitors} or more visitors")])
            }
            (Claim::Together { visitors, what }, Chinese) => {
                runs([&format!("至少有 {visitors} 位顾客同时选了它和“"), what, "”"])
            }
            (Claim::Popular { times }, English) => runs([&format!("Chosen {times} or more times by others"), "", ""]),
            (Claim::Popular { times }, Chinese) => runs([&format!("其他人至少选过 {times} 次"), "", ""]),
        };
        runs.iter().flat_map(|run| Part::plain(run)).collect()
    }

    /// A claim, which on a card stands alone, as one sentence of several.
    pub fn sentence(self, mut claim: Vec<Part>) -> Vec<Part> {
        let ends = |part: &Part| part.text.ends_with(['.', '!', '?', '。', '！', '？']);
        if !claim.last().is_none_or(ends) {
            claim.extend(Part::plain(if self == English { "." } else { "。" }));
        }
        claim
    }

    /// "Without ... it would be 14th": what replaying the log without a thing has found.
    pub fn without(self, what: &str, place: Option<usize>, of: usize) -> Vec<Part> {
        let runs = match (place, self) {
            (Some(place), English) => runs(["Without ", what, &format!(" it would be {}.", ordinal(place))]),
            (Some(place), Chinese) => runs(["没有“", what, &format!("”，它会排在第 {place} 位。")]),
            (None, English) => runs(["Without ", what, &format!(" it would not be among the first {of}.")]),
            (None, Chinese) => runs(["没有“", what, &format!("”，它不会进入前 {of} 位。")]),
        };
        runs.iter().flat_map(|run| Part::plain(run)).collect()
    }

    /// What would bring an item in, as replaying found it; what to add comes with its label.
    pub fn why_not(
        self,
        title: &str,
        place: Option<usize>,
        remove: &[String],
        add: Option<(&Event, String)>,
    ) -> Vec<Part> {
        let removed = remove.join(if self == English { "”, “" } else { "”、“" });
        let mut runs = match (place, self) {
            (Some(place), English) => runs([title, &format!(" is here: it is {}.", ordinal(place)), ""]),
            (Some(place), Chinese) => runs([title, &format!("就在这里：第 {place} 位。"), ""]),
            (None, English) if !remove.is_empty() => runs([title, " would be here without “", &format!("{removed}”.")]),
            (None, Chinese) if !remove.is_empty() => {
                runs(["没有“", &format!("{removed}”，就会有"), &format!("{title}。")])
            }
            (None, English) if add.is_none() => runs(["No small change would bring ", title, " here."]),
            (None, Chinese) if add.is_none() => runs(["没有哪个小改变能让", title, "出现在这里。"]),
            (None, _) => vec![title.to_owned()],
        };
        if let Some((event, label)) = add {
            let is_like = event.name == EventName::Like;
            runs.push(match (self, is_like, remove.is_empty()) {
                (English, true, _) => " If you liked it, it would be here.".to_owned(),
                (English, false, true) => format!(" would be here if you viewed “{label}”."),
                (English, false, false) => format!(" It would be here too if you viewed “{label}”."),
                (Chinese, true, _) => "如果您喜欢它，它就会出现。".to_owned(),
                (Chinese, false, true) => format!("：如果您看过“{label}”，它就会出现。"),
                (Chinese, false, false) => format!("如果您看过“{label}”，它也会出现。"),
            });
        }
        runs.iter().flat_map(|run| Part::plain(run)).collect()
    }

    /// What a list rests on where no event of the visit is the reason.
    pub fn rests_on(self, basis: Basis) -> Vec<Part> {
        Part::plain(match (basis, self) {
            (Basis::ColdStart, English) => "We don't know your taste yet: this is one of a varied selection.",
            (Basis::ColdStart, Chinese) => "我们还不了解您的喜好：这是各类精选之一。",
            (Basis::Item, English) => "Its text is like that of the item this list is about.",
            (Basis::Item, Chinese) => "它的描述与此列表所围绕的商品相似。",
            (Basis::Text, English) => "It fits what this page says.",
            (Basis::Text, Chinese) => "它与本页内容相关。",
            (Basis::Profile | Basis::Cart | Basis::Trending, _) => "",
        })
    }

    /// The name of a part of a score.
    pub fn part(self, name: &str) -> String {
        let (english, chinese) = match name {
            "content" => ("What its text says", "文本内容"),
            "cooccurrence" => ("What others chose with it", "他人一起选择"),
            "popularity" => ("How often it is chosen", "受欢迎程度"),
            "brand" => ("Brand", "品牌"),
            "category" => ("Category", "类别"),
            "price" => ("Price", "价格"),
            "context" => ("What this page says", "本页情境"),
            "contextPopularity" => ("How often it is chosen here and now", "此时此地的选择"),
            "rules" => ("The shop's rules", "商店规则"),
            "variety" => ("Variety", "多样性"),
            other => (other, other),
        };
        if self == English { english.to_owned() } else { chinese.to_owned() }
    }
}

fn runs<const N: usize>(runs: [&str; N]) -> Vec<String> {
    runs.map(str::to_owned).to_vec()
}

/// 1st, 2nd, 3rd, 4th, 11th, 21st
fn ordinal(place: usize) -> String {
    let ending = match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: &[Part]) -> String {
        parts.iter().map(|part| part.text.as_str()).collect()
    }

    #[test]
    fn each_claim_is_said_in_both_languages_with_its_number() {
        let said = |claim| [English, Chinese].map(|tongue| text(&tongue.claim(&claim)));
        for (claim, expect) in [
            (
                Claim::Category { count: 3, category: "Cycling" },
                ["Like 3 things you chose in Cycling", "与您选过的 3 件“Cycling”商品相似"],
            ),
            (
                Claim::Brand { count: 2, brand: "Kestrel" },
                ["2 things you chose are by Kestrel", "您选过 2 件“Kestrel”的商品"],
            ),
            (Claim::Price { count: 4 }, ["Priced like 4 things you chose", "价格与您选过的 4 件商品相近"]),
            (
                Claim::Together { visitors: 12, what: "Tea" },
                ["Chosen together with Tea by 12 or more visitors", "至少有 12 位顾客同时选了它和“Tea”"],
            ),
            (Claim::Popular { times: 12 }, ["Chosen 12 or more times by others", "其他人至少选过 12 次"]),
            (
                Claim::Said { name: EventName::Wish, what: "tea", words: vec!["green", "tea"] },
                ["Because you said “tea”. It says green, tea.", "因为您说“tea”。它提到green、tea。"],
            ),
            (Claim::Event { name: EventName::Hide, what: "x" }, ["", ""]),
        ] {
            assert_eq!(said(claim), expect);
        }
    }

    #[test]
    fn places_are_ordinals() {
        for (place, expect) in
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (21, "21st"), (112, "112th")]
        {
            assert_eq!(ordinal(place), expect);
        }
        assert_eq!(text(&English.without("<b>Tea</b>", Some(14), 60)), "Without <b>Tea</b> it would be 14th.");
        assert_eq!(text(&Chinese.without("茶", None, 60)), "没有“茶”，它不会进入前 60 位。");
    }
}
