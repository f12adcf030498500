//! What became of a text that the visitor wrote and that does not move the list as they will expect.
//!
//! The visitor's own words stand in quotation marks, cut where they are long.

use super::Tongue::{self, Chinese, English};
use nearmind_core::{
    protocol::Basis,
    recommend::{statements::TextNote, texts::UnusedReason},
};

/// Characters of the visitor's own words.
const MOST_QUOTED: usize = 60;

/// Languages that shops describe their items in: subtag, English, Chinese.
const LANGUAGES: [(&str, &str, &str); 22] = [
    ("ar", "Arabic", "阿拉伯文"),
    ("cs", "Czech", "捷克文"),
    ("da", "Danish", "丹麦文"),
    ("de", "German", "德文"),
    ("el", "Greek", "希腊文"),
    ("en", "English", "英文"),
    ("es", "Spanish", "西班牙文"),
    ("fi", "Finnish", "芬兰文"),
    ("fr", "French", "法文"),
    ("he", "Hebrew", "希伯来文"),
    ("hi", "Hindi", "印地文"),
    ("it", "Italian", "意大利文"),
    ("ja", "Japanese", "日文"),
    ("ko", "Korean", "韩文"),
    ("nl", "Dutch", "荷兰文"),
    ("pl", "Polish", "波兰文"),
    ("pt", "Portuguese", "葡萄牙文"),
    ("ru", "Russian", "俄文"),
    ("sv", "Swedish", "瑞典文"),
    ("th", "Thai", "泰文"),
    ("tr", "Turkish", "土耳其文"),
    ("zh", "Chinese", "中文"),
];

impl Tongue {
    /// A sentence or two beside a list that rests on `basis`, in a catalogue that is described in these languages.
    pub fn note(self, note: &TextNote, basis: Basis, languages: &[String]) -> String {
        let varied = basis == Basis::ColdStart;
        match note {
            TextNote::LeftOut { things } => {
                let things: Vec<String> = things.iter().map(|thing| quoted(thing)).collect();
                let things = things.join(if self == English { ", " } else { "、" });
                match (varied, self) {
                    (true, English) => format!("Here is a varied selection without {things}."),
                    (true, Chinese) => format!("为您展示不含{things}的各类精选。"),
                    (false, English) => format!("We leave out {things}, as you said."),
                    (false, Chinese) => format!("已按您的要求排除{things}。"),
                }
            }
            TextNote::Unused { text, reason } => {
                let text = quoted(text);
                let first = match (reason, self) {
                    (UnusedReason::Language, English) => {
                        format!("We do not understand {text}{}.", self.described(languages))
                    }
                    (UnusedReason::Language, Chinese) => format!("我们看不懂{text}{}。", self.described(languages)),
                    (UnusedReason::Unclear, English) => {
                        format!("We could not use {text}, because we cannot tell what you do not want.")
                    }
                    (UnusedReason::Unclear, Chinese) => format!("无法判断您不想要什么，因此没有采用{text}。"),
                    (UnusedReason::NoMatch | UnusedReason::Pending, English) if varied => {
                        return format!("We found nothing for {text}, so here is a varied selection.");
                    }
                    (UnusedReason::NoMatch | UnusedReason::Pending, Chinese) if varied => {
                        return format!("没有找到与{text}相关的商品，先为您展示各类精选。");
                    }
                    (UnusedReason::NoMatch | UnusedReason::Pending, English) => format!("We found nothing for {text}."),
                    (UnusedReason::NoMatch | UnusedReason::Pending, Chinese) => format!("没有找到与{text}相关的商品。"),
                };
                match (varied, self) {
                    (true, English) => format!("{first} Here is a varied selection."),
                    (true, Chinese) => format!("{first}先为您展示各类精选。"),
                    (false, _) => first,
                }
            }
        }
    }

    /// Why a text of the log counts for nothing. `None` where that is not known yet.
    pub fn unused(self, reason: UnusedReason) -> Option<String> {
        let (english, chinese) = match reason {
            UnusedReason::Pending => return None,
            UnusedReason::NoMatch => ("Not used: nothing here is about it.", "未采用：这里没有相关的商品。"),
            UnusedReason::Language => {
                ("Not used: the products are described in another language.", "未采用：商品是用其他语言描述的。")
            }
            UnusedReason::Unclear => {
                ("Not used: we cannot tell what it says no to.", "未采用：无法判断它否定的是什么。")
            }
        };
        Some(if self == English { english } else { chinese }.to_owned())
    }

    /// ": the products here are described in English and Chinese". Nothing where a language has no name here.
    fn described(self, languages: &[String]) -> String {
        let name = |lang: &String| {
            let (_, english, chinese) = LANGUAGES.iter().find(|(known, ..)| known == lang)?;
            Some(if self == English { *english } else { *chinese })
        };
        match languages.iter().map(name).collect::<Option<Vec<&str>>>().as_deref() {
            None | Some([]) => String::new(),
            Some(names) if self == Chinese => format!("：这里的商品是用{}描述的", names.join("和")),
            Some([name]) => format!(": the products here are described in {name}"),
            Some([names @ .., last]) => format!(": the products here are described in {} and {last}", names.join(", ")),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut cut: String = text.chars().take(MOST_QUOTED).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("“{cut}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(note: TextNote, basis: Basis, english: &str, chinese: &str) {
        let languages = ["en", "zh"].map(str::to_owned);
        assert_eq!([English, Chinese].map(|tongue| tongue.note(&note, basis, &languages)), [english, chinese]);
    }

    #[test]
    fn what_became_of_a_text_is_said_in_both_languages() {
        let unused = |text: &str, reason| TextNote::Unused { text: text.into(), reason };
        check(
            unused("qwxz vbnm", UnusedReason::NoMatch),
            Basis::ColdStart,
            "We found nothing for “qwxz vbnm”, so here is a varied selection.",
            "没有找到与“qwxz vbnm”相关的商品，先为您展示各类精选。",
        );
        check(
            unused("куртка", UnusedReason::Language),
            Basis::Profile,
            "We do not understand “куртка”: the products here are described in English and Chinese.",
            "我们看不懂“куртка”：这里的商品是用英文和中文描述的。",
        );
        check(
            unused("I don't hate it", UnusedReason::Unclear),
            Basis::ColdStart,
            "We could not use “I don't hate it”, because we cannot tell what you do not want. Here is a varied selection.",
            "无法判断您不想要什么，因此没有采用“I don't hate it”。先为您展示各类精选。",
        );
        check(
            TextNote::LeftOut { things: vec!["wool".into(), "fur".into()] },
            Basis::Profile,
            "We leave out “wool”, “fur”, as you said.",
            "已按您的要求排除“wool”、“fur”。",
        );
        assert_eq!(quoted(&"长".repeat(100)).chars().count(), MOST_QUOTED + 3);
        assert_eq!(English.described(&["xx".into()]), "");
        assert!(LANGUAGES.is_sorted());
    }
}
