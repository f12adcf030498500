/** What a shelf says by itself, in German. */

/** @type {import("../en/shelf.js").ShelfTexts} */
export const shelf = {
  headings: {
    "cold-start": "Von allem etwas",
    profile: "Für Sie",
    item: "Ähnliche Produkte",
    cart: "Passt zu Ihrem Warenkorb",
    text: "Passt zu dieser Seite",
    trending: "Gerade beliebt",
  },
  moreLike: (title) => `Ähnlich wie „${title}“`,
  like: "Gefällt mir",
  dislike: "Nichts für mich",
  hide: "Ausblenden",
  why: "Warum sehe ich das?",
  opinions: (title) => `Ihre Meinung zu „${title}“`,
  liked: (title) => `„${title}“ gefällt Ihnen.`,
  disliked: (title) => `Sie sehen künftig seltener Produkte wie „${title}“.`,
  hidden: (title) => `„${title}“ ist ausgeblendet.`,
  undone: "Rückgängig gemacht.",
  undo: "Rückgängig machen",
  matching: (words) => `${words.length === 1 ? "Passendes Wort" : "Passende Wörter"}: ${words.join(", ")}.`,
  list: (count) => `${count} ${count === 1 ? "Produkt" : "Produkte"}.`,
  back: "Zurück",
  forth: "Weiter",
  catalog: "Katalog wird geladen",
  model: "Modell wird geladen",
  privacy: "Nur auf diesem Gerät",
  empty: "Noch keine Empfehlungen.",
  failed: (why) => `Zurzeit gibt es keine Empfehlungen. ${why}`,
  retry: "Erneut versuchen",
};
