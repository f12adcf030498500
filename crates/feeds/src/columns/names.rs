//! The known names of columns, keys and tags: those that feed formats define, and those that shops use in several
//! languages. Must not know how they are looked up.
//!
//! Names are in the form that [`normalize_name`](super::normalize_name) returns. Spaces do not matter: `item group id` also
//! matches `itemGroupId`. If two columns are for the same field, the name listed first wins.

use crate::raw::Field;

#[rustfmt::skip]
pub const FIELDS: &[(Field, &[&str])] = &[
    (Field::Id, &[
        "id", "item id", "product id", "offer id", "sku", "asin", "isbn", "handle", "url handle", "slug",
        "编号", "商品编号", "商品id", "货号", "artikelnummer", "item", "variant id", "variant sku", "gtin", "gtin13", "ean",
        "ean13", "upc", "barcode", "mpn", "条形码", "条码",
        "product code", "item code", "item number", "product number", "reference", "reference #", "artikelnummer im shop", "artikel nr",
        "art. nr.", "artikelnr.", "artikelnr", "produktnummer", "bestellnummer", "référence", "ugs", "referencia", "código", "артикул", "код", "код товара",
        "codice", "numer", "indeks", "productnummer",
        "program id", "property id", "listing id", "deal id", "job id", "destination id",
        "商品コード", "商品番号", "管理番号", "商品編號", "商品編碼", "貨號", "상품코드", "상품번호",
    ]),
    (Field::Group, &["item group id", "group id", "in product group with id", "parent sku", "parent id", "parent"]),
    (Field::Title, &[
        "title", "name", "product name", "product title", "item name", "item title", "标题", "名称", "商品名称", "商品标题", "品名",
        "书名", "titel", "produktname", "titre", "nombre", "título",
        "artikelname", "produktbezeichnung", "artikelbezeichnung", "bezeichnung", "nom", "nom du produit", "nombre del producto", "название", "наименование",
        "наименование товара", "имя", "nome", "nome prodotto", "titolo", "nazwa", "naam", "productnaam", "namn", "název",
        "program name", "property name", "listing name", "deal name", "destination name",
        "商品名", "タイトル", "名前", "商品名稱", "名稱", "標題", "상품명", "제품명",
    ]),
    (Field::Description, &[
        "description", "body html", "body (html)", "long description", "desc", "item description", "描述", "商品描述", "简介",
        "内容简介", "商品详情", "beschreibung", "produktbeschreibung", "descripción", "описание", "descrizione", "opis", "omschrijving", "descrição", "content", "content:encoded", "plain description",
        "summary", "short description", "item subtitle", "program description", "kurzbeschreibung", "description courte", "descripción corta", "короткое описание", "features", "overview",
        "商品説明", "説明", "商品説明文", "說明", "商品說明", "商品敘述", "상품설명", "설명",
    ]),
    (Field::Url, &[
        "link", "url", "permalink", "product url", "product link", "canonical url", "final url", "链接", "商品链接",
        "produkt url", "produktlink", "lien", "enlace", "ссылка", "collegamento",
        "商品url", "商品ページurl", "リンク", "連結", "商品連結", "網址", "상품url", "링크",
    ]),
    (Field::Image, &[
        "image link", "image", "image url", "image src", "img", "featured image", "picture", "thumbnail", "images",
        "photo", "图片", "主图", "bild", "thumb",
        "image urls", "main image", "product image url", "image1", "image 1", "bilder", "bild url", "bild url 1", "bild url 1 (großes bild)", "produktbild url", "produktbild url (vorschaubild)", "imagen", "imágenes", "изображение", "изображения", "фото",
        "immagine", "immagini", "zdjęcie", "afbeelding", "imagem",
        "画像", "商品画像", "画像url", "商品画像url", "圖片", "商品圖片", "圖片網址", "主圖", "이미지", "상품이미지", "대표이미지",
    ]),
    (Field::Brand, &[
        "brand", "brands", "vendor", "manufacturer", "brand name", "品牌", "厂商", "marke", "hersteller", "herstellername",
        "marque", "marca", "бренд", "производитель", "marka", "producent", "merk",
        "ブランド", "ブランド名", "メーカー", "廠商", "브랜드", "제조사",
    ]),
    (Field::Category, &[
        "category", "categories", "category path", "product type", "product category", "item category",
        "google product category", "类目", "分类", "类别", "kategorie", "catégorie", "categoría",
        "kategorien", "produktgruppe", "produktgruppe im shop", "catégories", "categorías", "категория", "категории", "categoria", "categorie", "kategoria",
        "カテゴリ", "カテゴリー", "商品カテゴリ", "分類", "類別", "카테고리", "분류",
    ]),
    (Field::Price, &[
        "price", "regular price", "variant price", "price amount", "价格", "售价", "现价", "preis", "prix", "precio",
        "price tax included", "price (tax incl.)", "price incl. tax", "price including tax", "preis (brutto)", "preis brutto", "bruttopreis", "regulärer preis", "tarif régulier", "prix ttc", "precio normal", "цена", "базовая цена",
        "prezzo", "cena", "prijs", "preço", "price tax excluded", "price (tax excl.)", "price tax excluded or price tax included",
        "価格", "販売価格", "税込価格", "價格", "售價", "가격", "판매가",
    ]),
    (Field::SalePrice, &["sale price", "special price", "促销价", "angebotspreis", "tarif promo", "precio rebajado", "цена распродажи", "セール価格", "特別価格", "特價", "促銷價", "할인가"]),
    (Field::ListPrice, &[
        "compare at price", "variant compare at price", "list price", "market price", "msrp", "former price", "strikethrough price", "原价", "市场价",
        "划线价", "uvp",
    ]),
    (Field::Currency, &["currency", "price currency", "currency code", "币种", "货币", "währung", "devise", "moneda", "валюта"]),
    (Field::Availability, &[
        "availability", "in stock", "in stock?", "stock status", "available", "库存状态", "verfügbarkeit", "lieferbar", "auf lager", "vorrätig?", "disponibilité",
        "en stock ?", "disponibilidad", "наличие", "в наличии", "в наличии?", "disponibilità",
    ]),
    (Field::Stock, &[
        "stock", "quantity", "inventory", "quantity to sell on facebook", "inventory quantity", "variant inventory qty", "stock quantity", "qty", "库存",
        "库存数量", "bestand", "lagerbestand", "lager", "quantité", "cantidad", "inventario", "количество", "остаток", "запасы", "quantità",
        "在庫", "在庫数", "庫存", "庫存數量", "재고", "재고수량",
    ]),
    (Field::Rating, &["rating", "average rating", "rating value", "stars", "评分"]),
    (Field::RatingBest, &["best rating", "rating scale"]),
    (Field::RatingCount, &[
        "rating count", "review count", "reviews", "reviews count", "number of ratings", "number of reviews", "votes",
        "评价数", "评论数",
    ]),
    (Field::Date, &[
        "date", "published at", "created at", "pub date", "publish date", "publication date", "release date",
        "date published", "date added", "published", "updated", "pub year", "year", "出版年", "上架时间", "日期",
    ]),
    (Field::Lang, &["lang", "language", "content language", "locale", "in language", "语言"]),
    (Field::Published, &[
        "status", "visible", "visibility", "visibility in catalog", "active", "active (0 1)", "is active", "enabled", "product status", "state",
    ]),
];

pub const TAGS: &[&str] =
    &["tags", "tag", "keywords", "labels", "标签", "关键词", "schlagwörter", "étiquettes", "etiquetas", "метки"];

/// Attributes that feed formats define as describing a product: the names of Google, Facebook, Yandex and schema.org. All
/// other columns may be internal (cost, margin, supplier, notes) and are published only if the shop names them.
#[rustfmt::skip]
pub const ATTRIBUTES: &[&str] = &[
    // Google Merchant and Facebook
    "color", "colour", "size", "material", "pattern", "style", "gender", "age group", "condition", "size type",
    "size system", "product highlight", "product detail", "energy efficiency class", "price max",
    // schema.org and Yandex: books, films, music, courses
    "author", "authors", "translator", "publisher", "series", "artist", "director", "actor", "actors", "cast", "genre", "genres", "binding",
    "book format", "edition", "album", "instructor", "educational level", "country of origin", "fabric", "scent", "flavor", "flavour",
    "颜色", "尺寸", "尺码", "材质", "材料", "款式", "性别", "作者", "出版社", "导演", "演员", "主演", "歌手", "类型", "产地",
];
