/** What a shelf says by itself, in French. */

/** @type {import("../en/shelf.js").ShelfTexts} */
export const shelf = {
  headings: {
    "cold-start": "Un peu de tout",
    profile: "Pour vous",
    item: "Produits similaires",
    cart: "Pour compléter votre panier",
    text: "En rapport avec cette page",
    trending: "Populaires en ce moment",
  },
  moreLike: (title) => `Produits similaires à «\u00a0${title}\u00a0»`,
  like: "J'aime",
  dislike: "Pas pour moi",
  hide: "Masquer",
  why: "Pourquoi ce produit\u202f?",
  opinions: (title) => `Votre avis sur «\u00a0${title}\u00a0»`,
  liked: (title) => `Vous aimez «\u00a0${title}\u00a0».`,
  disliked: (title) => `Vous verrez moins de produits comme «\u00a0${title}\u00a0».`,
  hidden: (title) => `Vous ne verrez plus «\u00a0${title}\u00a0».`,
  undone: "C'est annulé.",
  undo: "Annuler",
  matching: (words) => `Mots qui correspondent\u00a0: ${words.join(", ")}.`,
  list: (count) => `${count} ${count < 2 ? "produit" : "produits"}.`,
  back: "Précédent",
  forth: "Suivant",
  catalog: "Chargement du catalogue",
  model: "Chargement du modèle",
  privacy: "Uniquement sur cet appareil",
  empty: "Rien à recommander pour l'instant.",
  failed: (why) => `Pas de recommandations pour l'instant. ${why}`,
  retry: "Réessayer",
};
