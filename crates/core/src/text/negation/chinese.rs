//! Chinese negation: cues, and how far what they negate reaches. No segmenter is needed: cues are strings of characters.

use std::ops::Range;

use super::Statement;

/// More characters than this are not one thing that somebody does not want.
const MOST_CHARS: usize = 8;

/// "没有糖的饮料": up to 的 stands what is negated, and after it what is wanted.
const DESCRIBING: &str = "没有 不含 不带 不用";
/// "送给不喜欢花的妈妈": the same, whatever the cue.
const PEOPLE: &str =
    "人 妈妈 爸爸 父母 家人 孩子 朋友 女友 男友 女朋友 男朋友 老公 老婆 同事 老师 奶奶 爷爷 姐姐 妹妹 哥哥 弟弟";
/// The longest that fits counts; what they negate follows.
const AGAINST: &str = "不想要 不想买 不想喝 不想吃 不想看 不想穿 不想用 不要 不要推荐 不要再推荐 不要给我推荐 不喜欢 不太喜欢 不怎么喜欢 不是很喜欢 不爱 不吃 不喝 不穿 不需要 不用 不带 \
    不含 不买 没有 讨厌 厌恶 反感 受不了 别推荐 别再推荐 别给我推荐 别给我 别要 别买 别再 别送 别送我 除了 除 拒绝";
/// They hold one of the cues, or look as if, and negate nothing.
const IDIOMS: &str = "不仅 不但 不只 不光 不单 不错 不锈钢 不一样 不同 不得不 不能没有 我没有 我们没有 家里没有 还没有 没有比 离不开 少不了 不少 不断 不用说 不要紧 \
    要不要 喜不喜欢 爱不释手 用不用 谁不喜欢 谁不爱 没人不 没有人不 没有不 不是不 不能不 不会不 特别 个别 区别 级别 性别 分别 告别 \
    别的 别人 别致 别墅 除湿 除尘 除螨 除臭 除皱 除草 除味 除菌 扫除 清除 去除 除夕 删除 不用电脑 讨厌不起来";
/// What follows is left out: "不要太甜" says neither sweet nor its opposite.
const DEGREES: &str = "不要太 不想太 不能太 不太 不用太 不需要太 别太 不要过于 不超过 不要超过";
/// They end what is negated.
const TURNS: &str = "但是 但 不过 可是 只要 只想 而是 想要 我要 我想 我 还 想买 给我 请 最好 喜欢 推荐 以外 之外 其他 其它 什么都 都 换";
/// After these, a clause may say that it does not work so, and so wants it.
const DENIED: [&str; 5] = ["没有", "不喝", "不吃", "不用", "不买"];
/// After a negated clause these take it back.
const TAKEN_BACK: &str = "不行 不可 不成 活不 怎么行 怎么办 睡不 过不";
const ALSO: &str = "还 也 又";
/// They stand before or after a thing and are no part of it.
const BEFORE: &str = "再 任何 看到 看见 给我 推荐 一切 有 喝 吃 买 用 穿 带 含 是 太 那种 这种 了";
const AFTER: &str = "以外 之外 东西 产品 商品 类的 味的 款的 的 了 类 味 吧 啊 呢 哦 呀";
/// They join a negated clause to another one.
const JOINING: &str = "我们 我 但是 但 不过 可是 而且 并且";
/// They say nothing of what is wanted.
const FILLER: &str = "我们 我 您 你 想要 想买 需要 要 想 请 给 推荐 一些 一点 一个 一件 什么 东西 商品 产品 都可以 可以 都行 都 行 以外 \
    之外 其他 其它 真的 非常 特别 最 很 太 了 吧 但是 但 不过 可是 有 买 找 送 就 也 来 点 个 的 外 什么都 随便 好 任何 一切 啊 呢 再 还 又 \
    对 过敏 来说 家 老公 老婆 男友 女友 男朋友 女朋友 孩子 妈妈 爸爸 她 他";

pub fn statement(text: &str) -> Statement {
    let mut cut: Vec<Range<usize>> = Vec::new();
    let mut unwanted = Vec::new();
    let (mut at, mut found) = (0, false);
    if let Some((range, thing)) = allergy(text) {
        cut.push(range);
        unwanted.push(thing);
        found = true;
    }
    while at < text.len() {
        let rest = &text[at..];
        let inside = cut.iter().find(|range| range.contains(&at)).map(|range| range.end);
        if let Some(end) = inside {
            at = end;
        } else if let Some(idiom) = starting(rest, IDIOMS) {
            at += idiom.len();
        } else if let Some(degree) = starting(rest, DEGREES).filter(|_| !rest.starts_with("不太喜欢")) {
            let end = at + degree.len() + scope(&rest[degree.len()..]);
            cut.push(at..end);
            (at, found) = (end, true);
        } else if let Some(cue) = starting(rest, AGAINST) {
            let after = at + cue.len();
            let mut end = after + scope(&text[after..]);
            if let Some(at) = text[after..end].find('的') {
                let next = after + at + '的'.len_utf8();
                let describes = DESCRIBING.split_whitespace().any(|describing| describing == cue);
                if describes || starting(&text[next..], PEOPLE).is_some() {
                    end = next;
                }
            }
            let clause = clause(&text[after..]);
            let besides = cue.starts_with('除') && ALSO.split_whitespace().any(|also| text[end..].contains(also));
            if besides || (DENIED.contains(&cue) && TAKEN_BACK.split_whitespace().any(|back| clause.contains(back))) {
                at = after + clause.len();
                continue;
            }
            match things(&text[after..end]) {
                Some(things) => unwanted.extend(things),
                None => return Statement::unclear(),
            }
            cut.push(at..end);
            (at, found) = (end, true);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    if !found {
        return Statement::plain(text);
    }
    let wanted = left(text, cut);
    if unwanted.is_empty() && wanted.is_empty() {
        return Statement::unclear();
    }
    Statement { wanted, unwanted, is_unclear: false }
}

/// "我对花生过敏": what is negated stands before.
fn allergy(text: &str) -> Option<(Range<usize>, String)> {
    let end = text.find("过敏")?;
    let start = text[..end].rfind('对')?;
    let things = things(&text[start + '对'.len_utf8()..end])?;
    Some((start..end + "过敏".len(), things.into_iter().next()?))
}

/// The longest of `words` that `text` starts with.
fn starting<'a>(text: &str, words: &'a str) -> Option<&'a str> {
    words.split_whitespace().filter(|word| text.starts_with(word)).max_by_key(|word| word.len())
}

fn is_break(c: char) -> bool {
    matches!(c, '，' | '。' | '！' | '？' | '；' | '：' | ',' | '.' | '!' | '?' | ';' | ':' | '\n' | '（' | '）')
}

/// How many bytes what begins here has.
fn scope(text: &str) -> usize {
    let ends = |&(at, c): &(usize, char)| {
        let rest = &text[at..];
        is_break(c) || starting(rest, TURNS).is_some() || (at > 0 && starting(rest, AGAINST).is_some())
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

/// The text up to its next break.
fn clause(text: &str) -> &str {
    &text[..text.find(is_break).unwrap_or(text.len())]
}

/// The things that are named here. `None` where none is, or what is there is too long to be a thing.
fn things(text: &str) -> Option<Vec<String>> {
    let mut things = Vec::new();
    for part in text.split(['、', '和', '或', '跟', '与', '及', '/', ' ']) {
        let mut part = part.strip_prefix('者').unwrap_or(part).trim();
        while let Some(before) = starting(part, BEFORE) {
            part = part[before.len()..].trim_start();
        }
        while let Some(after) = AFTER.split_whitespace().find(|after| part.ends_with(after)) {
            part = part[..part.len() - after.len()].trim_end();
        }
        if part.chars().filter(|c| !c.is_ascii()).count() > MOST_CHARS {
            return None;
        }
        if !part.is_empty() {
            things.push(part.to_owned());
        }
    }
    (!things.is_empty()).then_some(things)
}

/// The text without what was cut; nothing where only filler is left.
fn left(text: &str, mut cut: Vec<Range<usize>>) -> String {
    cut.sort_by_key(|range| range.start);
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for range in cut {
        parts.push(text.get(from..range.start).unwrap_or_default());
        from = from.max(range.end);
    }
    parts.push(&text[from..]);
    let says = |part: &&str| {
        let mut rest = *part;
        while let Some(next) = rest.chars().next() {
            match starting(rest, FILLER) {
                Some(filler) => rest = &rest[filler.len()..],
                None if next.is_alphanumeric() => return true,
                None => rest = &rest[next.len_utf8()..],
            }
        }
        false
    };
    let trim = |part: &str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        let part = JOINING.split_whitespace().fold(part, |part, turn| part.strip_prefix(turn).unwrap_or(part));
        let part = JOINING.split_whitespace().fold(part, |part, turn| part.strip_suffix(turn).unwrap_or(part));
        part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    };
    parts.into_iter().filter(says).map(trim).collect::<Vec<_>>().join("，")
}
