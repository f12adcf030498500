//! Chinese negation: the cues and their scopes. Cues are matched as strings of characters, so no segmenter is needed.

use std::ops::Range;

use super::Statement;
use crate::sort::sort_by;

/// The most characters that name one unwanted thing. A longer phrase is not taken for a thing.
const MAX_CHARS: usize = 8;

/// Cues that describe a thing: in "没有糖的饮料" the part before 的 is negated and the part after it is wanted.
const DESCRIPTIVE: &str = "没有 不含 不带 不用";
/// Persons, for whom the same is true with any cue: "送给不喜欢花的妈妈".
const PEOPLE: &str =
    "人 妈妈 爸爸 父母 家人 孩子 朋友 女友 男友 女朋友 男朋友 老公 老婆 同事 老师 奶奶 爷爷 姐姐 妹妹 哥哥 弟弟";
/// Cues of negation; the negated thing follows. If several match, the longest is used.
const NEGATIONS: &str = "不想要 不想买 不想喝 不想吃 不想看 不想穿 不想用 不要 不要推荐 不要再推荐 不要给我推荐 不喜欢 不太喜欢 不怎么喜欢 不是很喜欢 不爱 不吃 不喝 不穿 不需要 不用 不带 \
    不含 不买 没有 讨厌 厌恶 反感 受不了 别推荐 别再推荐 别给我推荐 别给我 别要 别买 别再 别送 别送我 除了 除 拒绝";
/// Idioms and words that contain a cue but negate nothing.
const IDIOMS: &str = "不仅 不但 不只 不光 不单 不错 不锈钢 不一样 不同 不得不 不能没有 我没有 我们没有 家里没有 还没有 没有比 离不开 少不了 不少 不断 不用说 不要紧 \
    要不要 喜不喜欢 爱不释手 用不用 谁不喜欢 谁不爱 没人不 没有人不 没有不 不是不 不能不 不会不 特别 个别 区别 级别 性别 分别 告别 \
    别的 别人 别致 别墅 除湿 除尘 除螨 除臭 除皱 除草 除味 除菌 扫除 清除 去除 除夕 删除 不用电脑 讨厌不起来";
/// Cues of degree; what follows is dropped: "不要太甜" means neither sweet nor its opposite.
const DEGREES: &str = "不要太 不想太 不能太 不太 不用太 不需要太 别太 不要过于 不超过 不要超过";
/// Words that end the scope of a negation.
const SCOPE_ENDS: &str = "但是 但 不过 可是 只要 只想 而是 想要 我要 我想 我 还 想买 给我 请 最好 喜欢 推荐 以外 之外 其他 其它 什么都 都 换";
/// Cues that a later part of the clause may deny, so that the thing is wanted: "没有咖啡不行".
const DENIABLE: [&str; 5] = ["没有", "不喝", "不吃", "不用", "不买"];
/// Words that deny a cue of [`DENIABLE`].
const DENIALS: &str = "不行 不可 不成 活不 怎么行 怎么办 睡不 过不";
/// "Also": with one of these, a cue that begins with 除 means "besides", not "except".
const ALSO: &str = "还 也 又";
/// Words before a thing that are not part of it.
const PREFIXES: &str = "再 任何 看到 看见 给我 推荐 一切 有 喝 吃 买 用 穿 带 含 是 太 那种 这种 了";
/// Words after a thing that are not part of it.
const SUFFIXES: &str = "以外 之外 东西 产品 商品 类的 味的 款的 的 了 类 味 吧 啊 呢 哦 呀";
/// Words that join a negated clause to another one.
const CONJUNCTIONS: &str = "我们 我 但是 但 不过 可是 而且 并且";
/// Words that say nothing about what is wanted.
const FILLER: &str = "我们 我 您 你 想要 想买 需要 要 想 请 给 推荐 一些 一点 一个 一件 什么 东西 商品 产品 都可以 可以 都行 都 行 以外 \
    之外 其他 其它 真的 非常 特别 最 很 太 了 吧 但是 但 不过 可是 有 买 找 送 就 也 来 点 个 的 外 什么都 随便 好 任何 一切 啊 呢 再 还 又 \
    对 过敏 来说 家 老公 老婆 男友 女友 男朋友 女朋友 孩子 妈妈 爸爸 她 他";

/// Splits a Chinese text into its wanted and unwanted parts.
pub fn statement(text: &str) -> Statement {
    let mut removed: Vec<Range<usize>> = Vec::new();
    let mut unwanted = Vec::new();
    let (mut at, mut found) = (0, false);
    if let Some((range, thing)) = allergy(text) {
        removed.push(range);
        unwanted.push(thing);
        found = true;
    }
    while at < text.len() {
        let rest = &text[at..];
        let removed_end = removed.iter().find(|range| range.contains(&at)).map(|range| range.end);
        if let Some(end) = removed_end {
            at = end;
        } else if let Some(idiom) = longest_prefix(rest, IDIOMS) {
            at += idiom.len();
        } else if let Some(degree) = longest_prefix(rest, DEGREES).filter(|_| !rest.starts_with("不太喜欢")) {
            let end = at + degree.len() + scope_len(&rest[degree.len()..]);
            removed.push(at..end);
            (at, found) = (end, true);
        } else if let Some(cue) = longest_prefix(rest, NEGATIONS) {
            let after = at + cue.len();
            let mut end = after + scope_len(&text[after..]);
            if let Some(at) = text[after..end].find('的') {
                let next = after + at + '的'.len_utf8();
                let describes = DESCRIPTIVE.split_whitespace().any(|describing| describing == cue);
                if describes || longest_prefix(&text[next..], PEOPLE).is_some() {
                    end = next;
                }
            }
            let clause = clause(&text[after..]);
            let besides = cue.starts_with('除') && ALSO.split_whitespace().any(|also| text[end..].contains(also));
            if besides || (DENIABLE.contains(&cue) && DENIALS.split_whitespace().any(|denial| clause.contains(denial)))
            {
                at = after + clause.len();
                continue;
            }
            match parse_things(&text[after..end]) {
                Some(things) => unwanted.extend(things),
                None => return Statement::unclear(),
            }
            removed.push(at..end);
            (at, found) = (end, true);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    if !found {
        return Statement::plain(text);
    }
    let wanted = remaining_text(text, removed);
    if unwanted.is_empty() && wanted.is_empty() {
        return Statement::unclear();
    }
    Statement { wanted, unwanted, is_unclear: false, price: None }
}

/// Finds "对…过敏" (allergic to …), where the negated thing comes first: "我对花生过敏". Returns the bytes of the phrase and the
/// thing.
fn allergy(text: &str) -> Option<(Range<usize>, String)> {
    let end = text.find("过敏")?;
    let start = text[..end].rfind('对')?;
    let things = parse_things(&text[start + '对'.len_utf8()..end])?;
    Some((start..end + "过敏".len(), things.into_iter().next()?))
}

/// Returns the longest of `words` (separated by spaces) that `text` starts with.
fn longest_prefix<'a>(text: &str, words: &'a str) -> Option<&'a str> {
    words.split_whitespace().filter(|word| text.starts_with(word)).max_by_key(|word| word.len())
}

/// Returns whether `c` separates clauses.
fn is_break(c: char) -> bool {
    matches!(c, '，' | '。' | '！' | '？' | '；' | '：' | ',' | '.' | '!' | '?' | ';' | ':' | '\n' | '（' | '）')
}

/// Returns the length in bytes of the scope at the start of `text`.
fn scope_len(text: &str) -> usize {
    let ends = |&(at, c): &(usize, char)| {
        let rest = &text[at..];
        is_break(c)
            || longest_prefix(rest, SCOPE_ENDS).is_some()
            || (at > 0 && longest_prefix(rest, NEGATIONS).is_some())
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

/// Returns `text` up to its first break.
fn clause(text: &str) -> &str {
    &text[..text.find(is_break).unwrap_or(text.len())]
}

/// Returns the things that `text` names. `None` if there are none, or one is too long.
fn parse_things(text: &str) -> Option<Vec<String>> {
    let mut things = Vec::new();
    for part in text.split(['、', '和', '或', '跟', '与', '及', '/', ' ']) {
        let mut part = part.strip_prefix('者').unwrap_or(part).trim();
        while let Some(before) = longest_prefix(part, PREFIXES) {
            part = part[before.len()..].trim_start();
        }
        while let Some(after) = SUFFIXES.split_whitespace().find(|after| part.ends_with(after)) {
            part = part[..part.len() - after.len()].trim_end();
        }
        if part.chars().filter(|c| !c.is_ascii()).count() > MAX_CHARS {
            return None;
        }
        if !part.is_empty() {
            things.push(part.to_owned());
        }
    }
    (!things.is_empty()).then_some(things)
}

/// Returns the text without the ranges in `removed`, or an empty string if only filler remains.
fn remaining_text(text: &str, mut removed: Vec<Range<usize>>) -> String {
    sort_by(&mut removed, |a, b| a.start.cmp(&b.start));
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for range in removed {
        parts.push(text.get(from..range.start).unwrap_or_default());
        from = from.max(range.end);
    }
    parts.push(&text[from..]);
    let has_content = |part: &&str| {
        let mut rest = *part;
        while let Some(next) = rest.chars().next() {
            match longest_prefix(rest, FILLER) {
                Some(filler) => rest = &rest[filler.len()..],
                None if next.is_alphanumeric() => return true,
                None => rest = &rest[next.len_utf8()..],
            }
        }
        false
    };
    let trim = |part: &str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        let part = CONJUNCTIONS.split_whitespace().fold(part, |part, turn| part.strip_prefix(turn).unwrap_or(part));
        let part = CONJUNCTIONS.split_whitespace().fold(part, |part, turn| part.strip_suffix(turn).unwrap_or(part));
        part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    };
    parts.into_iter().filter(has_content).map(trim).collect::<Vec<_>>().join("，")
}
