//! The English names of WooCommerce columns, which WooCommerce translates into the shop's language. Must not know what they
//! mean.
//!
//! Names are in the form that [`normalize_name`](crate::columns::normalize_name) returns, with `#` for a number, and without
//! question marks, in which shops and versions differ.

#[rustfmt::skip]
const NAMES: &[(&str, &[&str])] = &[
    ("type", &["typ", "tipo", "тип"]),
    ("sku", &["artikelnummer", "art. nr.", "ugs", "référence", "артикул"]),
    ("gtin, upc, ean, or isbn", &[
        "gtin, upc, ean oder isbn", "gtin, upc, ean ou isbn", "gtin, upc, ean o isbn", "gtin, upc, ean of isbn", "gtin, upc, ean или isbn",
    ]),
    ("name", &["nom", "nombre", "имя", "название", "nome", "naam", "nazwa"]),
    ("published", &["veröffentlicht", "publié", "publicado", "опубликован", "опубликовано", "pubblicato", "gepubliceerd", "opublikowano"]),
    ("is featured?", &[
        "ist hervorgehoben", "hervorgehoben", "mis en avant", "está destacado", "¿está destacado", "рекомендуемый", "in primo piano", "uitgelicht",
        "wyróżniony produkt", "em destaque",
    ]),
    ("visibility in catalog", &[
        "sichtbarkeit im katalog", "katalogsichtbarkeit", "visibilité dans le catalogue", "visibilidad en el catálogo",
        "видимость в каталоге", "visibilità nel catalogo", "zichtbaarheid in catalogus", "widoczność w katalogu", "visibilidade no catálogo",
    ]),
    ("short description", &[
        "kurzbeschreibung", "description courte", "descripción corta", "короткое описание", "краткое описание", "breve descrizione",
        "korte omschrijving", "korte beschrijving", "krótki opis", "descrição curta",
    ]),
    ("description", &["beschreibung", "descripción", "описание", "descrizione", "beschrijving", "omschrijving", "opis", "descrição"]),
    ("in stock?", &[
        "in stock", "vorrätig", "auf lager", "en stock", "en inventaire", "existencias", "¿existencias", "en inventario", "¿en inventario", "hay existencias", "¿hay existencias",
        "в наличии", "op voorraad", "w magazynie", "em estoque",
    ]),
    ("stock", &["lager", "bestand", "lagerbestand", "inventaire", "inventario", "запасы", "запас", "magazzino", "voorraad", "stan magazynowy", "estoque"]),
    ("sale price", &[
        "angebotspreis", "tarif promo", "prix promo", "precio rebajado", "цена распродажи", "акционная цена", "prezzo in offerta", "actieprijs",
        "cena promocyjna", "preço promocional",
    ]),
    ("regular price", &[
        "regulärer preis", "normaler preis", "tarif régulier", "prix régulier", "precio normal", "precio regular",
        "базовая цена", "обычная цена", "prezzo di listino", "prezzo normale", "reguliere prijs", "cena", "cena regularna", "preço normal", "preço",
    ]),
    ("categories", &["kategorien", "catégories", "categorías", "категории", "categorie", "categorieën", "kategorie", "categorias"]),
    ("tags", &["schlagwörter", "étiquettes", "mots clés", "etiquetas", "метки", "tag", "tagi"]),
    ("brands", &["marken", "marke", "marques", "marcas", "бренды", "marchi", "merken", "marki"]),
    ("images", &["bilder", "imágenes", "изображения", "immagine", "immagini", "afbeeldingen", "obrazki", "imagens"]),
    ("parent", &[
        "übergeordnetes produkt", "eltern", "superior", "padre", "родительский", "genitore", "hoofd", "element nadrzędny", "ascendente",
    ]),
    ("external url", &["externe url", "url externe", "url externa", "внешний url", "url esterno", "zewnętrzny adres url"]),
    ("average rating", &["durchschnittliche bewertung", "note moyenne", "valoración media", "средний рейтинг"]),
    ("attribute # name", &[
        "attribut # name", "name des attributs #", "nom de l'attribut #", "nombre del atributo #", "имя атрибута #", "название атрибута #",
        "attributo # nome", "nome dell'attributo #", "naam eigenschap #", "nazwa atrybutu #", "nome do atributo #",
    ]),
    ("attribute # value(s)", &[
        "attribut # wert(e)", "wert(e) des attributs #", "valeur(s) de l'attribut #", "valor(es) del atributo #",
        "значение( я) аттрибута( ов) #", "значение( я) атрибута( ов) #", "значения атрибутов #", "значение атрибута #",
        "attributo # valuta(e)", "attributo # valore(i)", "valore dell'attributo #", "waarde eigenschap #", "wartość atrybutu #", "wartości atrybutów #", "valores do atributo #",
    ]),
    ("attribute # visible", &[
        "attribut # sichtbar", "attribut # visible", "atributo visible #", "видимость атрибута #", "attributo # visibile",
        "zichtbare eigenschap #", "widoczność atrybutu #", "visibilidade do atributo #",
    ]),
];

/// Returns the English name of a column with a translated name.
pub fn english_name(column: &str) -> Option<String> {
    let column = column.replace('’', "'");
    let pattern = super::super::replace_numbers(column.trim_start_matches('¿').trim_end_matches('?').trim_end());
    let (name, _) = NAMES.iter().find(|(_, names)| names.contains(&pattern.as_str()))?;
    let number: String = column.chars().filter(char::is_ascii_digit).collect();
    Some(name.replace('#', &number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::normalize_name;

    #[test]
    fn columns_of_translated_exports_have_english_names() {
        for (column, expect) in [
            ("Regulärer Preis", Some("regular price")),
            ("Tarif régulier", Some("regular price")),
            ("Базовая цена", Some("regular price")),
            ("¿Está destacado?", Some("is featured?")),
            ("En stock\u{a0}?", Some("in stock?")),
            ("Attribut 12 Wert(e)", Some("attribute 12 value(s)")),
            ("Nom de l’attribut 1", Some("attribute 1 name")),
            ("Значение(-я) аттрибута(-ов) 2", Some("attribute 2 value(s)")),
            ("Valor(es) del atributo 1", Some("attribute 1 value(s)")),
            ("Meta: _wholesale_price", None),
            ("Regular price", None),
        ] {
            assert_eq!(english_name(&normalize_name(column)).as_deref(), expect, "{column}");
        }
    }
}
