//! Feeds in many encodings: declared, with a byte order mark, detected from the bytes, or named by the user.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
};
use nearmind_feeds::{Options, ProblemKind, Report, source::encoding::EncodingOrigin};

use super::{import, read};

const JAPANESE: [&str; 4] = [
    "南部鉄器の急須",
    "手ぬぐい、藍染め",
    "桐の箱に入った抹茶碗",
    "職人が一つずつ丁寧に仕上げました。ギフトにもおすすめです。",
];
const SIMPLIFIED: [&str; 4] =
    ["防水夹克", "龙井茶 50克", "手工紫砂壶", "这款轻便的防水夹克适合雨天骑行，接缝全部压胶。"];
const TRADITIONAL: [&str; 4] =
    ["防水外套", "凍頂烏龍茶", "手拉坯茶壺", "這款輕便的防水外套適合雨天騎行，接縫全部壓膠。"];
const KOREAN: [&str; 4] =
    ["방수 재킷", "녹차 선물세트", "도자기 찻잔", "비 오는 날에도 편하게 입을 수 있는 가벼운 재킷입니다."];
const RUSSIAN: [&str; 4] = [
    "Дождевик для велосипеда",
    "Иван-чай листовой",
    "Глиняный чайник",
    "Лёгкая куртка для дождливой погоды с капюшоном и карманами.",
];
const CZECH: [&str; 4] = [
    "Vlněný svetr",
    "Hrnek na čaj",
    "Kožená peněženka",
    "Teplý svetr z vlny, který se hodí na hory i do města, příjemně hřeje.",
];
const FRENCH: [&str; 4] = [
    "Théière émaillée",
    "Café crème",
    "Écharpe tissée",
    "Une théière légère, façonnée à la main, pour l'été et l'hiver.",
];
const GREEK: [&str; 4] = [
    "Αδιάβροχο μπουφάν",
    "Τσάι του βουνού",
    "Κεραμική τσαγιέρα",
    "Ένα ελαφρύ μπουφάν για τις βροχερές ημέρες, με κουκούλα και τσέπες.",
];
const TURKISH: [&str; 4] = [
    "Yağmurluk",
    "Çay bardağı",
    "Seramik demlik",
    "Yağmurlu günler için hafif bir mont, başlıklı ve cepli, şık ve kullanışlı.",
];

fn table(words: &[&str; 4]) -> String {
    let rows = words[..3].iter().enumerate().map(|(nth, title)| format!("{},{title},\"{}\"\r\n", nth + 1, words[3]));
    format!("id,title,description\r\n{}", rows.collect::<String>())
}

fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    match encoding.name() {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost, "{text}");
            bytes.into_owned()
        }
    }
}

fn titles(feed: &[u8], options: Options) -> (Vec<String>, Report) {
    let (items, report) = import(feed, options).unwrap_or_else(|error| panic!("{error}"));
    (items.into_iter().flat_map(|item| item.words.into_values().map(|words| words.title)).collect(), report)
}

#[test]
fn encodings_of_tables_are_detected_from_their_bytes() {
    for (words, encoding) in [
        (JAPANESE, SHIFT_JIS),
        (JAPANESE, EUC_JP),
        (SIMPLIFIED, GBK),
        (TRADITIONAL, BIG5),
        (KOREAN, EUC_KR),
        (RUSSIAN, WINDOWS_1251),
        (CZECH, WINDOWS_1250),
        (FRENCH, WINDOWS_1252),
        (GREEK, WINDOWS_1253),
        (TURKISH, WINDOWS_1254),
        (JAPANESE, UTF_16LE),
        (SIMPLIFIED, UTF_16BE),
        (FRENCH, UTF_16LE),
    ] {
        let (found, report) = titles(&encode(&table(&words), encoding), Options::default());
        assert_eq!(found, words[..3], "{} read as {}", encoding.name(), report.feeds[0].encoding);
        assert_eq!(report.feeds[0].encoding_origin, EncodingOrigin::Detected);
        assert_eq!(report.count(ProblemKind::Encoding), 0);
        assert!(report.to_string().contains("--encoding"), "{report}");
    }
}

#[test]
fn columns_are_known_in_the_languages_of_the_encodings() {
    for (header, title, encoding) in [
        ("商品コード,商品名,価格,商品説明", JAPANESE[0], SHIFT_JIS),
        ("상품코드,상품명,가격,설명", KOREAN[1], EUC_KR),
        ("商品編號,商品名稱,價格,說明", TRADITIONAL[1], BIG5),
    ] {
        let feed = format!("{header}\nA1,{title},1200,{title} {title}\n");
        let (items, report) = read(&encode(&feed, encoding));
        assert_eq!((items[0].id.as_str(), items[0].price), ("A1", Some(1200.0)), "{report}");
        assert!(items[0].words.values().all(|words| words.title == title), "{items:?}");
    }
}

#[test]
fn a_declared_encoding_is_used_unless_it_is_impossible() {
    let xml = |label: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{label}\"?><shop><item><id>1</id><title>{}</title></item></shop>",
            RUSSIAN[3]
        )
    };
    for (label, encoding, origin) in [
        ("windows-1251", WINDOWS_1251, EncodingOrigin::Declared),
        ("koi8-r", encoding_rs::KOI8_R, EncodingOrigin::Declared),
        // Saved in another encoding than declared.
        ("windows-1251", encoding_rs::UTF_8, EncodingOrigin::Detected),
        ("utf-16", encoding_rs::UTF_8, EncodingOrigin::Declared),
        ("utf-16", UTF_16LE, EncodingOrigin::Detected),
        ("utf-8", WINDOWS_1251, EncodingOrigin::Detected),
    ] {
        let (found, report) = titles(&encode(&xml(label), encoding), Options::default());
        assert_eq!(
            (found[0].as_str(), report.feeds[0].encoding_origin),
            (RUSSIAN[3], origin),
            "{label} {}",
            encoding.name()
        );
    }
    let page = format!(
        "<html lang=ja><head><meta charset=Shift_JIS><meta property=og:type content=product><meta property=og:url content=/1><meta property=og:title content=\"{}\"></head></html>",
        JAPANESE[0]
    );
    assert_eq!(titles(&encode(&page, SHIFT_JIS), Options::default()).0, [JAPANESE[0]]);
    let gb = format!(
        "<?xml version='1.0' encoding='GB18030'?><r><item><id>1</id><title>{}</title></item></r>",
        SIMPLIFIED[2]
    );
    assert_eq!(titles(&encode(&gb, GB18030), Options::default()).0, [SIMPLIFIED[2]]);
}

#[test]
fn the_user_can_name_the_encoding() {
    // One word is not enough to detect Russian.
    let feed = encode("id,title\n1,Чай\n", WINDOWS_1251);
    let options = Options { encoding: Some("cp1251".parse().unwrap()), ..Options::default() };
    let (found, report) = titles(&feed, options);
    assert_eq!((found[0].as_str(), report.feeds[0].encoding.as_str()), ("Чай", "windows-1251"));
    assert_eq!(report.feeds[0].encoding_origin, EncodingOrigin::Chosen);
    let error = "klingon".parse::<nearmind_feeds::EncodingLabel>().unwrap_err();
    assert!(error.contains("shift_jis") && error.contains("windows-1251"), "{error}");
}

#[test]
fn one_misencoded_line_does_not_affect_the_others() {
    let many: String = (0..200).map(|nth| format!("{nth},Thé {nth}\n")).collect();
    let feed = [b"id,title\n".as_slice(), many.as_bytes(), b"500,Caf\xe9\n", "501,Crème\n".as_bytes()].concat();
    let (items, report) = read(&feed);
    assert_eq!((items.len(), report.count(ProblemKind::Encoding)), (202, 1));
    assert_eq!(report.feeds[0].encoding, "UTF-8");
    // The misencoded line comes first, and the rest of the feed in a later chunk.
    let plain: String = (1..9000).map(|nth| format!("{nth},Tea {nth}\n")).collect();
    let feed = [
        b"id,title\n0,Caf\xe9\n".as_slice(),
        plain.as_bytes(),
        "9001,防水夹克\n9002,龙井茶和手工紫砂壶\n9003,这款轻便的防水夹克适合雨天骑行\n".as_bytes(),
    ]
    .concat();
    let (items, _) = read(&feed);
    assert!(items.iter().any(|item| item.words.values().any(|words| words.title == "Café")));
    assert!(items.iter().any(|item| item.words.values().any(|words| words.title == "龙井茶和手工紫砂壶")));
}
