//! Sentences that visitors may write, with the expected rest and limit of each.

use super::PriceLimit;

/// Each sentence with the expected `rest / from-to currencies`; no limit: `rest /`.
const SENTENCES: &[(&str, &str)] = &[
    ("a gift under 20 dollars", "a gift / 0-20 $"),
    ("a gift for under 20 dollars", "a gift / 0-20 $"),
    ("Gift under $20 for my sister", "Gift for my sister / 0-20 $"),
    ("a gift under 20", "a gift / 0-20"),
    ("headphones below 99.50€", "headphones / 0-99.5 EUR"),
    ("headphones that cost less than 99,50 euros", "headphones / 0-99.5 EUR"),
    ("a laptop up to £1,000", "a laptop / 0-1000 GBP"),
    ("a laptop, max 1k dollars", "a laptop / 0-1000 $"),
    ("a lamp with a budget of $50, not too bright", "a lamp, not too bright / 0-50 $"),
    ("I don't want to spend more than 20", " / 0-20"),
    ("I don’t want to spend more than $20 on shoes", "on shoes / 0-20 $"),
    ("a mug, nothing over 15 dollars", "a mug / 0-15 $"),
    ("no more than USD 30", " / 0-30 USD"),
    ("shoes $50 or less", "shoes / 0-50 $"),
    ("a watch over 200 euros", "a watch / 200-inf EUR"),
    ("a watch for at least €200", "a watch / 200-inf EUR"),
    ("between 20 and 50 dollars", " / 20-50 $"),
    ("a lamp between $20 and $50", "a lamp / 20-50 $"),
    ("a lamp $20-50", "a lamp / 20-50 $"),
    ("a lamp from 20 to 50 euros please", "a lamp please / 20-50 EUR"),
    // Chinese.
    ("100元以内的礼物", "礼物 / 0-100 CNY"),
    ("给朋友买200块以下的礼物", "给朋友买礼物 / 0-200 CNY"),
    ("送妈妈的礼物，预算300", "送妈妈的礼物 / 0-300"),
    ("不超过50元的杯子", "杯子 / 0-50 CNY"),
    ("两百块以内的耳机", "耳机 / 0-200 CNY"),
    ("一百五十元以下的茶具", "茶具 / 0-150 CNY"),
    ("一千二块钱以内", " / 0-1200 CNY"),
    ("1千元以上的行李箱", "行李箱 / 1000-inf CNY"),
    ("20到50元的零食", "零食 / 20-50 CNY"),
    ("¥100-200的台灯", "台灯 / 100-200 ¥"),
    ("100以内的礼物", "礼物 / 0-100"),
    // No prices.
    ("a toy for kids under 12", "a toy for kids under 12 /"),
    ("dinner in under 20 minutes", "dinner in under 20 minutes /"),
    ("a bag under 2 kg", "a bag under 2 kg /"),
    ("a bike for people over 60", "a bike for people over 60 /"),
    ("Galaxy J7 case", "Galaxy J7 case /"),
    ("$20 $30", "$20 $30 /"),
    ("20 $ 30 $", "20 $ 30 $ /"),
    ("20 dollars", "20 dollars /"),
    ("a bed for under the window", "a bed for under the window /"),
    ("3岁以下的玩具", "3岁以下的玩具 /"),
    ("一个人的晚餐", "一个人的晚餐 /"),
    ("不超过3公斤的背包", "不超过3公斤的背包 /"),
    ("under 30% cotton", "under 30% cotton /"),
    ("", " /"),
];

fn format_split(text: &str) -> String {
    let (rest, limit) = PriceLimit::split(text);
    let limit = limit.map_or_else(String::new, |PriceLimit { from, to, currencies }| {
        let name = match currencies {
            "CNY JPY" => "¥",
            dollars if dollars.contains("CAD") => "$",
            codes => codes,
        };
        format!(" {from}-{to} {name}")
    });
    format!("{rest} /{limit}").trim_end().to_owned()
}

#[test]
fn limits_are_found_as_a_person_would() {
    let wrong: Vec<String> = SENTENCES
        .iter()
        .filter(|(text, expect)| format_split(text) != *expect)
        .map(|(text, expect)| format!("{text:?}: {:?} instead of {expect:?}", format_split(text)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} sentences are split wrongly:\n{}",
        wrong.len(),
        SENTENCES.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_limit_in_another_currency_allows_every_price() {
    let (_, limit) = PriceLimit::split("under 20 euros");
    let limit = limit.unwrap();
    assert!(limit.allows(Some(20.0), "EUR") && !limit.allows(Some(20.5), "EUR") && !limit.allows(None, "EUR"));
    assert!(limit.allows(Some(500.0), "USD"));
    let (_, limit) = PriceLimit::split("under 19.99 euros");
    assert!(limit.is_some_and(|limit| limit.allows(Some(19.99), "EUR")));
    let (_, limit) = PriceLimit::split("under 20");
    assert!(limit.is_some_and(|limit| !limit.allows(Some(21.0), "USD") && limit.is_in("USD")));
}

#[test]
fn any_text_can_be_split() {
    const PARTS: [&str; 14] = ["$", "20", " ", "-", "元", "under", "百", "k", ".5", ",", "and", "以内", "İ", "€"];
    let mut texts: Vec<String> = vec![String::new()];
    for _ in 0..4 {
        texts = texts.iter().flat_map(|text| PARTS.map(|part| format!("{text}{part}"))).collect();
        for text in &texts {
            let (rest, _) = PriceLimit::split(text);
            assert!(rest.len() <= text.len() + 1, "{text}: {rest}");
        }
    }
}
