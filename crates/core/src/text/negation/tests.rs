//! Sentences that visitors may write, with the expected split of each.

use super::Statement;

/// Each sentence with the expected `wanted / unwanted|unwanted`, or `?` if it is unclear.
const SENTENCES: &[(&str, &str)] = &[
    // Nothing is negated.
    ("something warm for the evening", "something warm for the evening /"),
    ("a gift for my sister who loves tea", "a gift for my sister who loves tea /"),
    ("", " /"),
    ("no. 5 perfume", "no. 5 perfume /"),
    // Only negations.
    ("I hate coffee", "/ coffee"),
    ("I really hate coffee!", "/ coffee"),
    ("i don't like coffee", "/ coffee"),
    ("I don’t like coffee.", "/ coffee"),
    ("dont like coffee", "/ coffee"),
    ("I do not want any wool", "/ wool"),
    ("no coffee please", "/ coffee"),
    ("anything but coffee", "/ coffee"),
    ("everything except coffee and tea", "/ coffee|tea"),
    ("I can't stand the smell of lavender", "/ smell of lavender"),
    ("not interested in bicycles", "/ bicycles"),
    ("I am not a fan of loud music", "/ loud music"),
    ("I'm allergic to cats", "/ cats"),
    ("no wool, leather or fur", "/ wool|leather|fur"),
    ("please stop showing me shoes", "/ shoes"),
    ("I never drink coffee", "/ coffee"),
    ("nothing with nuts", "/ nuts"),
    ("sick of black clothes", "/ black clothes"),
    // Both.
    ("something warm, but no wool", "something warm / wool"),
    ("tea, not coffee", "tea / coffee"),
    ("tea instead of coffee", "tea / coffee"),
    ("a jacket without a hood", "a jacket / hood"),
    ("jacket without hood or zipper for my son", "jacket, for my son / hood|zipper"),
    ("perfume without alcohol for sensitive skin", "perfume, for sensitive skin / alcohol"),
    ("no gifts for kids", "/ gifts for kids"),
    ("my boyfriend dislikes tea", "/ tea"),
    ("I love tea but I hate coffee", "I love tea / coffee"),
    ("I hate coffee but I love tea", "I love tea / coffee"),
    ("I hate coffee, I love tea", "I love tea / coffee"),
    ("I don't like coffee and I love tea", "I love tea / coffee"),
    ("warm blanket, no wool, no feathers", "warm blanket / wool|feathers"),
    ("a cozy blanket not made of wool", "a cozy blanket / wool"),
    ("gift for someone who hates cooking", "gift for someone who / cooking"),
    ("shoes other than sneakers", "shoes / sneakers"),
    ("a lamp, but nothing too bright", "a lamp /"),
    ("chocolate, not too sweet", "chocolate /"),
    ("a coat no longer than my knees", "a coat /"),
    ("a holiday without breaking the bank", "a holiday /"),
    ("I need a desk, I don't like glass", "I need a desk / glass"),
    ("toys for kids, nothing with batteries", "toys for kids / batteries"),
    ("shoes that are not black", "shoes / black"),
    ("I don't eat meat, looking for cookbooks", "looking for cookbooks / meat"),
    ("a backpack, but not blue and not leather", "a backpack / blue|leather"),
    // With a price limit.
    ("I don't want to spend more than 20", "/  0-20"),
    ("a blanket under 50 dollars, but no wool", "a blanket / wool 0-50"),
    ("不要羊毛，100元以内的毯子", "毯子 / 羊毛 0-100"),
    // Idioms that look like negations.
    ("no-cook breakfast", "no-cook breakfast /"),
    ("non-stick pan", "non-stick pan /"),
    ("what's not to love about tea", "what's not to love about tea /"),
    ("I can't sleep at night", "I can't sleep at night /"),
    ("something for someone who has no time", "something for someone who has no time /"),
    ("not everyone likes coffee, but I do", "not everyone likes coffee, but I do /"),
    ("I can't live without coffee", "I can't live without coffee /"),
    ("no morning without coffee", "no morning without coffee /"),
    ("I wouldn't go a day without tea", "I wouldn't go a day without tea /"),
    ("nothing beats a good coffee", "nothing beats a good coffee /"),
    ("nothing like a warm bath", "nothing like a warm bath /"),
    ("not only coffee", "not only coffee /"),
    ("not just for kids", "not just for kids /"),
    ("why not coffee", "why not coffee /"),
    ("never say no to chocolate", "never say no to chocolate /"),
    ("who doesn't love chocolate", "who doesn't love chocolate /"),
    ("not your average mug", "not your average mug /"),
    ("I can't get enough of jazz", "I can't get enough of jazz /"),
    ("I don't mind coffee", "I don't mind coffee /"),
    ("I don't have a tent yet", "I don't have a tent yet /"),
    ("not sure what to give my dad who fishes", "not sure what to give my dad who fishes /"),
    ("a notebook for school", "a notebook for school /"),
    ("knot tying kit", "knot tying kit /"),
    ("can't find a good rain jacket", "can't find a good rain jacket /"),
    // Unclear negations.
    ("I don't hate coffee", "?"),
    ("I used to hate coffee", "?"),
    ("I no longer hate coffee", "?"),
    ("I hate it when my tent leaks", "?"),
    ("I hate being cold", "?"),
    ("my tent does not close", "?"),
    ("I don't want it", "?"),
    ("no", "?"),
    ("I don't like how the coffee from the machine at my office tastes", "?"),
    // Chinese.
    ("适合雨天骑车的外套", "适合雨天骑车的外套 /"),
    ("不要咖啡", "/ 咖啡"),
    ("我讨厌咖啡", "/ 咖啡"),
    ("我不喜欢咖啡。", "/ 咖啡"),
    ("不要咖啡和茶", "/ 咖啡|茶"),
    ("别给我推荐鞋子", "/ 鞋子"),
    ("除了咖啡都可以", "/ 咖啡"),
    ("除了咖啡以外的东西", "/ 咖啡"),
    ("我对羊毛过敏", "/ 羊毛"),
    ("我不喝咖啡", "/ 咖啡"),
    ("保暖的衣服，不要羊毛", "保暖的衣服 / 羊毛"),
    ("保暖的衣服，但不要羊毛的", "保暖的衣服 / 羊毛"),
    ("喜欢喝茶，不喜欢咖啡", "喜欢喝茶 / 咖啡"),
    ("不喜欢咖啡，喜欢喝茶", "喜欢喝茶 / 咖啡"),
    ("没有帽子的外套", "外套 / 帽子"),
    ("没有糖的饮料", "饮料 / 糖"),
    ("不太喜欢甜的", "/ 甜"),
    ("我不想要鞋子，想要包", "想要包 / 鞋子"),
    ("别再推荐咖啡了", "/ 咖啡"),
    ("我没有帐篷", "我没有帐篷 /"),
    ("除了衣服还有什么", "除了衣服还有什么 /"),
    ("想要一盏台灯，不要太亮", "想要一盏台灯 /"),
    ("送给不喜欢花的妈妈", "/ 花"),
    ("给不爱运动的人的礼物", "人的礼物 / 运动"),
    ("老公不喝茶", "/ 茶"),
    ("不喝咖啡活不下去", "不喝咖啡活不下去 /"),
    ("没有咖啡不行", "没有咖啡不行 /"),
    ("早上没有咖啡怎么行", "早上没有咖啡怎么行 /"),
    ("离不开咖啡", "离不开咖啡 /"),
    ("不仅仅是咖啡", "不仅仅是咖啡 /"),
    ("除了咖啡我还喜欢茶", "除了咖啡我还喜欢茶 /"),
    ("不锈钢水壶", "不锈钢水壶 /"),
    ("不错的耳机", "不错的耳机 /"),
    ("特别暖和的毯子", "特别暖和的毯子 /"),
    ("谁不喜欢咖啡", "谁不喜欢咖啡 /"),
    ("我不喜欢办公室那台咖啡机做出来的咖啡味道", "?"),
    ("不要", "?"),
];

fn format_statement(text: &str) -> String {
    let Statement { wanted, unwanted, is_unclear, price } = Statement::parse(text);
    let price = price.map_or_else(String::new, |limit| format!(" {}-{}", limit.from, limit.to));
    if is_unclear { "?".to_owned() } else { format!("{wanted} / {}{price}", unwanted.join("|")).trim().to_owned() }
}

#[test]
fn sentences_are_split_as_a_person_would() {
    let wrong: Vec<String> = SENTENCES
        .iter()
        .filter(|(text, expect)| format_statement(text) != expect.trim())
        .map(|(text, expect)| format!("{text:?}: {:?} instead of {expect:?}", format_statement(text)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} sentences are split wrongly:\n{}",
        wrong.len(),
        SENTENCES.len(),
        wrong.join("\n")
    );
}
