/**
 * What the worker sends as data, in German: reasons, explanations, notes, problems. Titles are in quotation marks,
 * which keep them in the nominative.
 */

const quoted = (/** @type {string} */ text) => `„${text}“`;

/** @param {string[]} names */
const list = (names) => new Intl.ListFormat("de").format(names);

const products = (/** @type {number} */ count) => `${count} ${count === 1 ? "Produkt" : "Produkte"}`;

/** Begins a clause that ends with a verb. @param {number} count */
const productsThatYou = (count) => `${products(count)}, ${count === 1 ? "das" : "die"} Sie`;

/** @type {import("../en/sentences.js").Sentences} */
export const sentences = {
  lang: "de",
  because: {
    view_item: ["Weil Sie „", "“ angesehen haben"],
    select_item: ["Weil Sie „", "“ angesehen haben"],
    add_to_cart: ["Weil „", "“ in Ihrem Warenkorb liegt"],
    purchase: ["Weil Sie „", "“ gekauft haben"],
    like: ["Weil Ihnen „", "“ gefällt"],
    rate: ["Weil Sie „", "“ bewertet haben"],
    wish: ["Weil Sie „", "“ geschrieben haben"],
    search: ["Weil Sie nach „", "“ gesucht haben"],
  },
  contains: (words) => [". Der Produkttext erwähnt ", list(words.map(quoted))],
  claims: {
    category: ({ count, category }) => [`Ähnlich wie ${productsThatYou(count)} in „`, category, "“ ausgewählt haben"],
    brand: ({ count, brand }) => [`Sie haben ${products(count)} von `, brand, " ausgewählt"],
    price: ({ count }) => [`Im Preis ähnlich wie ${productsThatYou(count)} ausgewählt haben`],
    together: ({ visitors, title }) => [
      `Von mindestens ${visitors} ${visitors === 1 ? "Person" : "Personen"} zusammen mit „`,
      title,
      "“ ausgewählt",
    ],
    popular: ({ times }) => [`Von anderen mindestens ${times}-mal ausgewählt`],
  },
  basis: {
    "cold-start": "Wir kennen Ihren Geschmack noch nicht, deshalb sehen Sie hier eine gemischte Auswahl",
    item: "Der Produkttext ähnelt dem des Produkts, um das es in dieser Liste geht",
    text: "Passt zum Inhalt dieser Seite",
    profile: "",
    cart: "",
    trending: "",
    viewed: "Sie haben es sich angesehen",
  },
  stop: ".",
  without: (label, place, of) =>
    place
      ? ["Ohne „", label, `“ stünde dieses Produkt auf Platz ${place}.`]
      : ["Ohne „", label, `“ wäre dieses Produkt nicht unter den ersten ${of}.`],
  parts: {
    content: "Inhalt des Produkttexts",
    words: "Gemeinsame Wörter",
    cooccurrence: "Was andere dazu wählen",
    popularity: "Wie oft es gewählt wird",
    brand: "Marke",
    category: "Kategorie",
    price: "Preis",
    context: "Inhalt dieser Seite",
    contextPopularity: "Wie oft es hier und jetzt gewählt wird",
    rules: "Regeln des Shops",
    variety: "Abwechslung",
  },
  whyNot: {
    here: (title, place) => ["„", title, `“ steht schon hier, auf Platz ${place}.`],
    remove: (title, labels) => [`Ohne ${list(labels.map(quoted))} stünde „`, title, "“ hier."],
    nothing: (title) => ["Keine kleine Änderung würde „", title, "“ hierher bringen."],
    like: (title) => ["Wenn Ihnen „", title, "“ gefallen würde, stünde dieses Produkt hier."],
    view: (title, label) => ["„", title, `“ stünde hier, wenn Sie „${label}“ ansehen würden.`],
    orLike: " Das Produkt stünde auch hier, wenn es Ihnen gefallen würde.",
    orView: (label) => ` Das Produkt stünde auch hier, wenn Sie „${label}“ ansehen würden.`,
  },
  leftOut: (things, varied) =>
    varied ? `Hier ist eine gemischte Auswahl ohne ${list(things)}.` : `Wie gewünscht lassen wir ${list(things)} weg.`,
  unused: (text, reason, varied, languages) => {
    if (varied && (reason === "no-match" || reason === "pending"))
      return `Zu ${text} haben wir nichts gefunden, deshalb sehen Sie hier eine gemischte Auswahl.`;
    const described = languages.length ? `: Die Produkte hier sind auf ${list(languages)} beschrieben` : "";
    const first = {
      "no-match": `Zu ${text} haben wir nichts gefunden.`,
      pending: `Zu ${text} haben wir nichts gefunden.`,
      language: `Wir verstehen ${text} nicht${described}.`,
      unclear: `Wir konnten ${text} nicht berücksichtigen, weil unklar ist, was Sie nicht möchten.`,
    }[reason];
    return varied ? `${first} Hier ist eine gemischte Auswahl.` : first;
  },
  prices: (from, to) => (from && to ? `von ${from} bis ${to}` : from ? `ab ${from}` : `bis ${to}`),
  priceLimit: (prices, isKept) =>
    isKept
      ? `Wir zeigen nur Produkte ${prices}.`
      : `Wir haben keine Produkte ${prices}, deshalb sehen Sie andere Preise.`,
  quoted,
  problems: {
    download: "Eine Datei konnte nicht heruntergeladen werden. Prüfen Sie die Verbindung.",
    insecure: "Die Seite muss über https geöffnet werden.",
    catalog: "Der Katalog des Shops kann nicht gelesen werden.",
    model: "Das Modell funktioniert auf diesem Gerät nicht.",
    "start-failed": "Dieser Browser konnte das Programm nicht starten.",
    "worker-failed": "Dieser Browser konnte das Programm nicht starten.",
    crashed: "Das Empfehlungsprogramm ist dabei zweimal ausgefallen.",
    unsaved: "Der Browser konnte diesen Eintrag noch nicht speichern.",
    attributes: "Dieses Element braucht das Attribut catalog.",
    "protocol-version": "Die Seite und das Empfehlungsprogramm haben verschiedene Versionen. Laden Sie die Seite neu.",
    store: "Dieser Browser speichert Ihren Verlauf nicht: Empfehlungen funktionieren, bis Sie die Seite verlassen.",
    unchanged:
      "Ihr Verlauf ist unverändert, weil der Browser die Änderung nicht gespeichert hat. Versuchen Sie es erneut.",
    forget:
      "Ihr Verlauf konnte nicht gelöscht werden. Löschen Sie die Daten dieser Website in den Browser-Einstellungen.",
    scene: "Szene, Filter oder Regeln des Shops waren nicht lesbar. Die Liste wird ohne sie erstellt.",
    unknown: "Diese Liste oder dieses Produkt ist hier nicht bekannt.",
    import: "Diese Datei ist kein Profil, das hier gelesen werden kann. Es wurde nichts geändert.",
    "other-model":
      "Der Katalog gehört zu einem anderen Modell. Erstellen Sie ihn neu, mit dem Modell, das die Seite lädt.",
    encoder: "Das Modell ist auf diesem Gerät ausgefallen. Die Empfehlungen gehen ohne neue Texte weiter.",
    order: "Die Seite muss einem Worker einmal `open` senden, vor allem anderen.",
    message: "Die Seite hat eine Nachricht gesendet, die diese Version nicht lesen kann.",
    "catalog-gone": "Der Katalog ist nicht mehr auf diesem Gerät. Importieren Sie ihn erneut.",
    isolation: "Der Worker kann auf das Netz zugreifen, obwohl die Seite verlangt, dass er davon getrennt ist.",
  },
  warnings: {
    "nothing-to-show": (soldOut, items) =>
      `${soldOut} von ${items} Artikeln des Katalogs ${soldOut === 1 ? "ist" : "sind"} nicht vorrätig, ` +
      "und nichts kann empfohlen werden. Prüfen Sie die Verfügbarkeit im Feed und erstellen Sie den Katalog neu, " +
      `oder zeigen Sie trotzdem alle, mit einer eigenen Szene: scene='{"kind": "for-you"}'.`,
    "unknown-ids": (count, first) =>
      `Diese Seite nennt ${count} ${count === 1 ? "ID" : "IDs"}, die kein Artikel des Katalogs hat, ` +
      `darunter „${first}“. Hängen Sie ?nearmind=debug an die Adresse der Seite an, ` +
      "um alle zu sehen, mit den ähnlichsten bekannten IDs.",
  },
};
