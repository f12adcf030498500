//! Tables of many shop systems: one sample of each, read without options, with the expected items.

use nearmind_core::catalog::Item;
use nearmind_feeds::ProblemKind;

use super::{find, read};

/// The published values of an item, on one line.
fn summary(item: &Item) -> String {
    let words = item.words.values().next().unwrap();
    let price = item.price.map(|price| format!("{price} {}", item.currency)).unwrap_or_default();
    let availability = item.availability.map(|availability| format!("{availability:?}")).unwrap_or_default();
    let attributes: Vec<_> = item.attributes.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let parts = [
        item.id.as_str(),
        &words.title,
        &words.categories.join(" > "),
        &price,
        &availability,
        &item.url,
        &item.image,
        &attributes.join("; "),
    ];
    parts.map(str::trim).join(" | ")
}

/// Reads a sample and checks its items, the number of hidden rows, and that nothing internal is published.
#[track_caller]
fn check(sample: &[u8], hidden: u64, expect: &[&str]) -> Vec<Item> {
    let (items, report) = read(sample);
    assert_eq!(items.iter().map(summary).collect::<Vec<_>>(), expect, "{report}");
    assert_eq!((report.count(ProblemKind::Unpublished), report.left_out()), (hidden, hidden), "{report}");
    let published = serde_json::to_string(&items).unwrap().to_lowercase();
    for word in ["acme", "wholesale", "supplier", "lieferant", "forest ltd", "\"cost", "margin"] {
        assert!(!published.contains(word), "{word} in {published}");
    }
    items
}

#[test]
fn wix() {
    check(
        include_bytes!("samples/wix.csv"),
        1,
        &[
            "product_cap | Felt Cap | Hats | 15 | OutOfStock |  | https://static.wixstatic.com/media/cap.jpg | ",
            "product_tee | Soft Tee | Shirts | 18 | InStock |  | https://static.wixstatic.com/media/a1b2_tee~mv2.jpg | color: Red, Blue; list price: 20; price max: 21.6; size: S, L",
        ],
    );
    check(
        include_bytes!("samples/wix-new.csv"),
        0,
        &[
            "oak-bowl | Oak Bowl |  | 30 | InStock | /product-page/oak-bowl | https://static.wixstatic.com/media/bowl.jpg | list price: 40; price max: 45; size: Small, Large",
        ],
    );
}

#[test]
fn etsy() {
    let items = check(
        include_bytes!("samples/etsy.csv"),
        0,
        &[
            "RING-1 | Silver ring |  | 48.5 EUR | OutOfStock |  | https://i.etsystatic.com/2/ring.jpg | material: Silver",
            "hand-thrown-mug-speckled-warm | Hand thrown mug, speckled & warm |  | 24 EUR | InStock |  | https://i.etsystatic.com/1/mug.jpg | glaze: Moss, Sand; material: Clay, Glaze",
        ],
    );
    assert_eq!(find(&items, "hand-thrown-mug-speckled-warm").tags, ["hand thrown", "mug", "tea lover"]);
}

#[test]
fn prestashop() {
    check(
        include_bytes!("samples/prestashop.csv"),
        2,
        &[
            "8 | Oak stool | Stools | 44.91 | InStock |  | https://shop.example/8.jpg | condition: new; height: 45 cm; list price: 49.9; material: Oak",
            "9 | Ash stool | Stools | 59.9 | Preorder |  | https://shop.example/9.jpg | condition: new",
        ],
    );
}

#[test]
fn google_ads_dynamic_remarketing() {
    check(
        include_bytes!("samples/google-ads.csv"),
        0,
        &[
            "tour-1 | Harbour tour | Tours > Boats | 24 EUR |  | https://shop.example/tours/1 | https://shop.example/1.jpg | list price: 30",
        ],
    );
}

#[test]
fn facebook_template_with_comments_before_the_header() {
    check(
        include_bytes!("samples/facebook.csv"),
        0,
        &[
            "tee | Soft Tee | Apparel & Accessories > Clothing | 20 EUR | InStock | https://shop.example/tee | https://shop.example/tee.jpg | color: red; condition: new; size: S, M",
        ],
    );
}

#[test]
fn woocommerce_in_other_languages() {
    let german = include_str!("samples/woo-de.csv");
    let chair = "7 | Stuhl | Möbel > Stühle | 119 | InStock |  | https://laden.example/7.jpg | farbe: Braun, Schwarz; list price: 129.9; price max: 139.9";
    check(german.as_bytes(), 2, &[chair]);
    let header = german.lines().next().unwrap();
    let french = "ID,Type,UGS,Nom,Publié,\"Mis en avant ?\",\"Visibilité dans le catalogue\",\"Description courte\",\
        Description,\"État de la TVA\",\"En stock ?\",Stock,\"Autoriser les commandes de produits en rupture ?\",\"Tarif promo\",\
        \"Tarif régulier\",Catégories,Étiquettes,Images,Parent,\"URL externe\",Position,\"Nom de l’attribut 1\",\
        \"Valeur(s) de l’attribut 1\",\"Attribut 1 visible\",\"Attribut 1 global\",\"Nom de l’attribut 2\",\
        \"Valeur(s) de l’attribut 2\",\"Attribut 2 visible\",\"Méta : _wholesale_price\"";
    let russian = "ID,Тип,Артикул,Имя,Опубликован,\"рекомендуемый?\",\"Видимость в каталоге\",\"Короткое описание\",Описание,\
        \"Статус налога\",\"В наличии?\",Запасы,\"Задержанный заказ возможен?\",\"Цена распродажи\",\"Базовая цена\",Категории,\
        Метки,Изображения,Родительский,\"Внешний URL\",Позиция,\"Имя атрибута 1\",\"Значение(-я) аттрибута(-ов) 1\",\
        \"Видимость атрибута 1\",\"Глобальный атрибут 1\",\"Имя атрибута 2\",\"Значение(-я) аттрибута(-ов) 2\",\
        \"Видимость атрибута 2\",\"Мета: _wholesale_price\"";
    let spanish = "ID,Tipo,SKU,Nombre,Publicado,\"¿Está destacado?\",\"Visibilidad en el catálogo\",\"Descripción corta\",\
        Descripción,\"Estado del impuesto\",\"¿Existencias?\",Inventario,\"¿Permitir reservas de productos agotados?\",\
        \"Precio rebajado\",\"Precio normal\",Categorías,Etiquetas,Imágenes,Superior,\"URL externa\",Posición,\
        \"Nombre del atributo 1\",\"Valor(es) del atributo 1\",\"Atributo visible 1\",\"Atributo global 1\",\
        \"Nombre del atributo 2\",\"Valor(es) del atributo 2\",\"Atributo visible 2\",\"Meta: _wholesale_price\"";
    for translated in [french, russian, spanish] {
        let table = german.replace(header, translated).replace("geheim,Geheim,1,0,hidden", "geheim,Geheim,0,0,visible");
        check(table.as_bytes(), 2, &[chair]);
    }
}

#[test]
fn idealo() {
    check(
        include_bytes!("samples/idealo.csv"),
        0,
        &[
            "123456 | Samsung Galaxy S20 | Elektronik > Telefone | 499.99 |  | https://www.laden.example/s20 | https://laden.example/1.jpg | list price: 549",
        ],
    );
    let older = "Artikelnummer im Shop;EAN / Barcodenummer;Herstellername;Produktname;Produktgruppe im Shop;Preis (Brutto);\
        ProduktURL;BildURL_1;Produktbeschreibung\nA1;4006381333931;Samsung;Galaxy S20;Telefone;499,00;https://l.example/a1;\
        https://l.example/a1.jpg;Wasserfest.\n";
    check(
        older.as_bytes(),
        0,
        &["A1 | Galaxy S20 | Telefone | 499 |  | https://l.example/a1 | https://l.example/a1.jpg | "],
    );
}

#[test]
fn magento() {
    let items = check(
        include_bytes!("samples/magento.csv"),
        2,
        &[
            "bag | Yoga Bag | Gear > Bags | 24 | Preorder | /yoga-bag.html |  | list price: 32; material: Nylon",
            "hoodie | Hoodie | Men > Hoodies | 50 | InStock | /hoodie.html | /media/catalog/product/h/o/hoodie.jpg | color: Red; material: Fleece, Cotton; price max: 54; size: S, M, L",
        ],
    );
    assert_eq!((find(&items, "hoodie").stock, find(&items, "hoodie").brand.as_str()), (Some(6), "Kestrel Lane"));
}

#[test]
fn squarespace() {
    check(
        include_bytes!("samples/squarespace.csv"),
        1,
        &[
            "5f1 | Linen Apron | kitchen > aprons | 30 | InStock | /store/p/linen-apron | https://images.squarespace-cdn.com/apron.jpg | list price: 40; price max: 44; size: S, L",
            "5f2 | Gift Card |  | 25 | InStock | /store/p/gift-card |  | ",
        ],
    );
}

#[test]
fn spree() {
    check(
        include_bytes!("samples/spree.csv"),
        1,
        &[
            "41 | Denim Shirt | Clothing > Men > Shirts | 39.99 USD | Preorder | /products/denim-shirt | https://cdn.example/shirt.jpg | color: Blue; list price: 49.99; price max: 44.99; size: S, M",
            "42 | Cap | Clothing > Hats | 12 USD | InStock | /products/cap |  | ",
            "44 | Belt | Clothing > Belts | 15 USD | InStock | /products/belt |  | size: S",
        ],
    );
}

#[test]
fn vendure() {
    let items = check(
        include_bytes!("samples/vendure.csv"),
        0,
        &[
            "clacky-keyboard | Clacky Keyboard | electronics | 74.89 | InStock |  | https://cdn.example/key.jpg | ",
            "laptop | Laptop | electronics | 1299 | InStock |  | laptop_01.jpg | color: grey; price max: 1399; ram: 8GB; screen size: 13 inch, 15 inch",
        ],
    );
    assert_eq!(find(&items, "laptop").brand, "Apple");
    assert!(find(&items, "laptop").words.values().all(|words| words.description == "A laptop for long trips"));
}

#[test]
fn the_newer_template_of_shopify() {
    check(
        include_bytes!("samples/shopify-new.csv"),
        0,
        &[
            "wool-scarf | Wool Scarf | Scarves | 30 | OutOfStock | /products/wool-scarf | https://cdn.example/1.jpg | color: grey; length: Short, Long; price max: 35",
        ],
    );
}
