/** The panels in German: the profile, "Why this?" (`why`) and the developer's (`debug`). */

const are = (/** @type {number} */ count) => (count === 1 ? "ist" : "sind");

/** @type {import("../en/panel.js").PanelTexts} */
export const panel = {
  panel: "Was dieses Gerät über Sie weiß",
  close: "Schließen",
  where: "Wo gerechnet wird",
  cpu: "Prozessor",
  gpu: "Grafikprozessor",
  absent: {
    disabled: () => "Diese Seite verwendet kein Sprachmodell.",
    "not-needed": () => "Das Sprachmodell wird geladen, wenn Sie etwas eingeben.",
    "save-data": () => "Ihr Browser möchte Daten sparen: Das Sprachmodell wird erst geladen, wenn Sie etwas eingeben.",
    metered: () =>
      "Diese Verbindung kostet vielleicht Geld: Das Sprachmodell wird erst geladen, wenn Sie etwas eingeben.",
    slow: () => "Die Verbindung ist langsam: Das Sprachmodell wird erst geladen, wenn Sie etwas eingeben.",
    "little-memory": () =>
      "Dieses Gerät hat wenig Arbeitsspeicher: Das Sprachmodell wird erst geladen, wenn Sie etwas eingeben.",
    loading: () => "Das Sprachmodell wird noch geladen.",
    failed: ({ why }) => `Das Sprachmodell konnte nicht geladen werden (${why}).`,
  },
  withoutModel:
    "Ohne Sprachmodell kommen die Empfehlungen aus dem Katalog, und Ihre Eingaben werden Wort für Wort verglichen.",
  withWords: (words) =>
    `Ohne Sprachmodell werden Eingaben Wort für Wort verstanden: ${words.toLocaleString("de")} Wörter sind bekannt.`,
  perText: (ms) => `${ms.replace(".", ",")} ms pro Text`,
  reasons: {
    "asked-cpu": () => "Die Seite verlangt den Prozessor.",
    "asked-gpu": () => "Die Seite verlangt WebGPU, und die Ergebnisse stimmen.",
    untried: () => "WebGPU wurde noch nicht ausprobiert.",
    absent: () => "Läuft auf Ihrem Prozessor: Dieser Browser hat kein WebGPU.",
    unfit: ({ why }) => `Läuft auf Ihrem Prozessor: WebGPU kann dieses Modell nicht ausführen (${why}).`,
    wrong: ({ cosine }) => {
      const known = cosine?.toFixed(3).replace(".", ",");
      const detail = known ? ` (Ähnlichkeit eines bekannten Textes: ${known} statt 1)` : "";
      return `Läuft auf Ihrem Prozessor: Die Ergebnisse von WebGPU sind hier falsch${detail}.`;
    },
    slower: () => "Läuft auf Ihrem Prozessor: WebGPU ist hier langsamer.",
    quicker: () => "Läuft mit WebGPU: Die Ergebnisse stimmen, und es ist schneller.",
    lost: ({ why }) => `Läuft auf Ihrem Prozessor: WebGPU funktioniert nicht mehr (${why}).`,
  },
  isolated: (ways) =>
    `Der Browser lässt das Programm nicht ins Netz: Es hat ${ways} Wege versucht, und alle waren versperrt.`,
  visits: "Was Sie hier getan haben",
  interests: "Ihre Interessen",
  noInterests: "Noch keine. Sehen Sie sich um, oder schreiben Sie, was Ihnen gefällt.",
  rename: (name) => `Name des Interesses „${name}“`,
  renamed: (name) => `Der neue Name ist „${name}“.`,
  mute: "Ignorieren",
  muted: "Ignoriert",
  muteNamed: (name) => `„${name}“ ignorieren`,
  mutedNow: (name) => `„${name}“ zählt nicht mehr.`,
  unmutedNow: (name) => `„${name}“ zählt wieder.`,
  comma: ", ",
  map: "Karte Ihrer Interessen",
  mapAbout: (all, marked) =>
    `${all} Produkte; ähnliche liegen nah beieinander. ${marked} davon ${are(marked)} markiert. ` +
    "Die Tabelle darunter zeigt dasselbe.",
  kinds: { interest: "Ihr Interesse", recommended: "empfohlen", seen: "von Ihnen angesehen", other: "anderes Produkt" },
  asTable: "Als Tabelle zeigen",
  columns: ["Produkt", "Warum es markiert ist", "Ähnlichstes Interesse"],
  storage: "Was gespeichert ist",
  log: (events) => `Was Sie getan haben (${events} ${events === 1 ? "Eintrag" : "Einträge"})`,
  files: (count) => `Modell und Katalog (${count} ${count === 1 ? "Datei" : "Dateien"})`,
  memoryOnly: "Dieser Shop speichert nichts: Alles wird vergessen, wenn Sie die Seite verlassen.",
  textDays: "Meine Eingaben löschen",
  textDaysDone: "Gespeichert.",
  days: { 30: "nach 30 Tagen", 90: "nach 90 Tagen", 365: "nach einem Jahr", 0: "nie" },
  eraseOne: "Löschen",
  eraseEvent: (label) => `„${label}“ löschen`,
  erasedEvent: (label) => `„${label}“ wurde gelöscht, als hätte es das nie gegeben.`,
  yours: "Ihre Daten speichern oder löschen",
  phrase: "Passwort für die Datei (optional)",
  export: "In einer Datei speichern",
  exported: "Gespeichert. Wer die Datei hat, kann sie lesen.",
  exportedSealed: "Gespeichert und mit Ihrem Passwort verschlüsselt.",
  import: "Aus einer Datei laden",
  imported: "Geladen.",
  needsPhrase: "Diese Datei ist verschlüsselt. Geben Sie das Passwort ein und wählen Sie die Datei noch einmal aus.",
  wrongPhrase: "Die Datei lässt sich nicht öffnen: Das Passwort ist falsch, oder die Datei wurde verändert.",
  promise: "Das alles wird in diesem Browser berechnet und gespeichert. Nichts davon wird irgendwohin gesendet.",
  unsaved: (entries) =>
    entries === 1
      ? "Dieser Browser konnte den letzten Eintrag nicht speichern. " +
        "Er zählt, bis Sie die Seite verlassen, und wird so bald wie möglich gespeichert."
      : `Dieser Browser konnte die letzten ${entries} Einträge nicht speichern. ` +
        "Sie zählen, bis Sie die Seite verlassen, und werden so bald wie möglich gespeichert.",
  shopPictures:
    "Bilder, die nicht zum Katalog gehören, kommen von ihrem eigenen Server. " +
    "Dieser kann sehen, welche Produkte Ihnen gezeigt werden.",
  privatePictures: "Die Bilder kamen mit dem Katalog: Keine Anfrage verrät, welche Produkte Ihnen gezeigt werden.",
  memory:
    "Ihr Browser bittet darum, Sie nicht zu verfolgen: " +
    "Nichts wird gespeichert, und alles wird vergessen, wenn Sie die Seite verlassen.",
  nothing: "Noch nichts.",
  events: {
    view_item: "Angesehen",
    select_item: "Geöffnet",
    add_to_cart: "In den Warenkorb gelegt",
    remove_from_cart: "Aus dem Warenkorb genommen",
    purchase: "Gekauft",
    search: "Gesucht",
    like: "Gefällt mir",
    dislike: "Nichts für mich",
    hide: "Ausgeblendet",
    rate: "Bewertet",
    wish: "Geschrieben",
    view_item_list: "Liste angesehen",
  },
  unused: {
    pending: "",
    "no-match": "Nicht verwendet: Hier gibt es nichts dazu.",
    language: "Nicht verwendet: Die Produkte sind in einer anderen Sprache beschrieben.",
    unclear: "Nicht verwendet: Es ist unklar, was Sie nicht möchten.",
  },
  forget: "Alles über mich vergessen",
  sure: "Alles löschen, was dieses Gerät über Sie weiß? Das lässt sich nicht rückgängig machen.",
  erase: "Alles löschen",
  keep: "Abbrechen",
  forgotten: "Alles wurde gelöscht.",
  why: {
    why: (title) => `Warum „${title}“?`,
    gone: "Das Produkt steht nicht mehr in dieser Liste.",
    place: (place, of) => `Platz ${place} von ${of}.`,
    varied: (place) => `Allein nach Punkten wäre es auf Platz ${place}; es wurde für mehr Abwechslung verschoben.`,
    parts: "Warum es auf diesem Platz steht",
    interests: "Nach Interesse",
    events: "Was aus Ihrem Verlauf hier zählt",
    without: (place) => (place === null ? "Ohne dies: nicht in der Liste" : `Ohne dies: Platz ${place}`),
    remove: (label) => `Vergessen: ${label}`,
    removed: "Vergessen, als hätte es das nie gegeben.",
    looked: "Worauf das Modell geachtet hat",
    noReason:
      "Dies zeigt, worauf das Modell geachtet hat. Ein Grund ist das nicht: Gründe sind die oben markierten Wörter.",
    words: (words) => `Am meisten beachtet: ${words.join(", ")}.`,
    noAttention: "Auf diesem Gerät nicht verfügbar.",
    another: "Warum nicht ein anderes Produkt?",
    find: "Produktname",
    search: "Suchen",
    none: "Kein Produkt gefunden.",
  },
  debug: {
    title: "Nearmind, für Entwickler des Shops",
    state: "Katalog, Modell, Speicher",
    noCatalog: "Der Katalog wird noch geladen.",
    items: (count) => `${count} Artikel im Katalog`,
    nothingToShow: (_shown, soldOut, items) =>
      `${soldOut} von ${items} Artikeln ${are(soldOut)} nicht vorrätig, und keine Liste hat etwas zu zeigen. ` +
      "Prüfen Sie die Verfügbarkeit im Feed und erstellen Sie den Katalog neu, " +
      `oder zeigen Sie trotzdem alle, mit einer eigenen Szene: scene='{"kind": "for-you"}'.`,
    fewToShow: (shown, soldOut, items) =>
      `Nur ${shown} von ${items} Artikeln ${shown === 1 ? "kann" : "können"} gezeigt werden: ` +
      `${soldOut} ${are(soldOut)} nicht vorrätig. Prüfen Sie die Verfügbarkeit im Feed.`,
    soldOut: (_shown, soldOut, items) =>
      `${soldOut} von ${items} Artikeln ${are(soldOut)} nicht vorrätig und deshalb nicht zu sehen.`,
    unmatched: (ids) =>
      `Diese Seite verwendet ${ids} ${ids === 1 ? "ID" : "IDs"}, die kein Artikel des Katalogs hat. ` +
      "Ereignisse dazu zählen nicht. Verwenden Sie die IDs des Katalogs, oder erstellen Sie ihn aus einem Feed, " +
      "in dem diese IDs unter den weiteren Namen eines Artikels stehen.",
    unmatchedColumns: ["Unbekannte ID", "Anzahl", "Ähnlichste bekannte ID"],
    nothingNear: "keine ähnliche",
    moreUnmatched: (ids) => `Und ${ids} weitere.`,
    stored: "Der Verlauf und die Dateien werden gespeichert.",
    notStored: "Nichts wird gespeichert.",
    latency: "Wie lange Antworten dauern",
    latencyAbout:
      "Millisekunden vom Befehl bis zur Antwort. " +
      "Die Linie reicht vom Median bis zum 99. Perzentil, auf einer logarithmischen Skala.",
    command: "Befehl",
    count: "Anzahl",
    scene: (kind) => `Geltende Szene: ${kind}`,
    sceneAbout: "Die Szene als JSON, mit dem, was Katalog und Seite hinzufügen",
    scores: "Woraus sich jede Punktzahl zusammensetzt",
  },
};
