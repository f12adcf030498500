/** What the worker sends as data, in French: reasons, explanations, notes, problems. */

/** In French, 0 is singular, too. */
const isOne = (/** @type {number} */ count) => count < 2;

/** With the words for what the visitor chose. */
const chosen = (/** @type {number} */ count) =>
  `${count} ${isOne(count) ? "produit que vous avez choisi" : "produits que vous avez choisis"}`;

/** @param {string[]} names */
const list = (names) => new Intl.ListFormat("fr").format(names);

/** 1re, 2e, 3e: of "place", which is feminine @param {number} place */
const ordinal = (place) => (place === 1 ? "1re" : `${place}e`);

const quoted = (/** @type {string} */ text) => `«\u00a0${text}\u00a0»`;

/** @type {import("../en/sentences.js").Sentences} */
export const sentences = {
  lang: "fr",
  because: {
    view_item: ["Parce que vous avez consulté «\u00a0", "\u00a0»"],
    select_item: ["Parce que vous avez consulté «\u00a0", "\u00a0»"],
    add_to_cart: ["Parce que votre panier contient «\u00a0", "\u00a0»"],
    purchase: ["Parce que vous avez acheté «\u00a0", "\u00a0»"],
    like: ["Parce que vous aimez «\u00a0", "\u00a0»"],
    rate: ["Parce que vous avez donné une note à «\u00a0", "\u00a0»"],
    wish: ["Parce que vous avez écrit «\u00a0", "\u00a0»"],
    search: ["Parce que vous avez recherché «\u00a0", "\u00a0»"],
  },
  contains: (words) => [". La fiche du produit mentionne ", list(words.map(quoted))],
  claims: {
    category: ({ count, category }) => [`Comme ${chosen(count)} dans «\u00a0`, category, "\u00a0»"],
    brand: ({ count, brand }) => [
      `Vous avez choisi ${count} ${isOne(count) ? "produit" : "produits"} de la marque `,
      brand,
    ],
    price: ({ count }) => [`Dans les mêmes prix que ${chosen(count)}`],
    together: ({ visitors, title }) => [
      "Choisi avec «\u00a0",
      title,
      `\u00a0» par au moins ${visitors} ${isOne(visitors) ? "visiteur" : "visiteurs"}`,
    ],
    popular: ({ times }) => [`Choisi au moins ${times} fois par d'autres visiteurs`],
  },
  basis: {
    "cold-start": "Nous ne connaissons pas encore vos goûts\u00a0: ce produit fait partie d'une sélection variée",
    item: "Sa description ressemble à celle du produit auquel cette liste se rapporte",
    text: "Ce produit est en rapport avec le contenu de cette page",
    profile: "",
    cart: "",
    trending: "",
    viewed: "Vous l'avez consulté",
  },
  stop: ".",
  without: (label, place, of) =>
    place
      ? ["Sans «\u00a0", label, `\u00a0», ce produit serait à la ${ordinal(place)} place.`]
      : ["Sans «\u00a0", label, `\u00a0», ce produit ne serait pas parmi les ${of} premiers.`],
  parts: {
    content: "Ce que dit la description",
    words: "Mots en commun",
    cooccurrence: "Souvent choisis ensemble",
    popularity: "Popularité",
    brand: "Marque",
    category: "Catégorie",
    price: "Prix",
    context: "Ce que dit cette page",
    contextPopularity: "Popularité ici et en ce moment",
    rules: "Règles de la boutique",
    variety: "Variété",
  },
  whyNot: {
    here: (title, place) => ["«\u00a0", title, `\u00a0» est déjà dans cette liste, à la ${ordinal(place)} place.`],
    remove: (title, labels) => [
      "«\u00a0",
      title,
      `\u00a0» serait dans cette liste si l'on oubliait ${list(labels.map(quoted))}.`,
    ],
    nothing: (title) => ["Aucun petit changement ne ferait entrer «\u00a0", title, "\u00a0» dans cette liste."],
    like: (title) => ["Si vous disiez aimer «\u00a0", title, "\u00a0», ce produit serait dans cette liste."],
    view: (title, label) => ["«\u00a0", title, `\u00a0» serait dans cette liste si vous consultiez ${quoted(label)}.`],
    orLike: " Ce produit y serait aussi si vous disiez l'aimer.",
    orView: (label) => ` Ce produit y serait aussi si vous consultiez ${quoted(label)}.`,
  },
  leftOut: (things, varied) =>
    varied
      ? `Voici une sélection variée, sans ${things.join(" ni ")}.`
      : `Comme vous l'avez demandé, nous écartons ${list(things)}.`,
  unused: (text, reason, varied, languages) => {
    if (varied && (reason === "no-match" || reason === "pending"))
      return `Nous n'avons rien trouvé pour ${text}\u00a0: voici une sélection variée.`;
    const described = languages.length
      ? `\u00a0: ici, les produits sont décrits ${list(languages.map((language) => `en ${language}`))}`
      : "";
    const first = {
      "no-match": `Nous n'avons rien trouvé pour ${text}.`,
      pending: `Nous n'avons rien trouvé pour ${text}.`,
      language: `Nous ne comprenons pas ${text}${described}.`,
      unclear: `Nous n'avons pas pu tenir compte de ${text}, car nous ne voyons pas ce que vous voulez éviter.`,
    }[reason];
    return varied ? `${first} Voici une sélection variée.` : first;
  },
  prices: (from, to) => (from && to ? `entre ${from} et ${to}` : from ? `à ${from} ou plus` : `à ${to} ou moins`),
  priceLimit: (prices, isKept) =>
    isKept
      ? `Seuls les produits ${prices} sont affichés.`
      : `Nous n'avons rien ${prices}\u00a0: nous affichons donc d'autres prix.`,
  quoted,
  problems: {
    download: "Un fichier n'a pas pu être téléchargé. Vérifiez votre connexion.",
    insecure: "Cette page doit être ouverte en https.",
    catalog: "Le catalogue de la boutique ne peut pas être lu.",
    model: "Le modèle ne fonctionne pas sur cet appareil.",
    "start-failed": "Ce navigateur n'a pas pu démarrer le programme.",
    "worker-failed": "Ce navigateur n'a pas pu démarrer le programme.",
    crashed: "Le programme a échoué deux fois pendant cette opération.",
    unsaved: "Le navigateur n'a pas encore pu enregistrer cette action.",
    attributes: "Il manque l'attribut catalog à cet élément.",
    "protocol-version": "La page et le programme n'ont pas la même version. Rechargez la page.",
    store:
      "Ce navigateur ne garde pas votre historique\u00a0: les recommandations s'arrêtent quand vous quittez la page.",
    unchanged:
      "Votre historique n'a pas pu être modifié, car le navigateur n'a pas enregistré le changement. Réessayez.",
    forget:
      "Votre historique n'a pas pu être effacé. Effacez les données de ce site dans les paramètres du navigateur.",
    scene: "La scène, le filtre ou les règles de la boutique n'ont pas pu être lus. La liste n'en tient pas compte.",
    unknown: "Cette liste ou ce produit n'est pas connu ici.",
    import: "Ce fichier n'est pas un profil qui peut être lu ici. Rien n'a été modifié.",
    "other-model": "Le catalogue a été créé avec un autre modèle. Recréez-le avec le modèle que la page charge.",
    encoder: "Le modèle a échoué sur cet appareil. Les recommandations continuent, mais sans les nouveaux textes.",
    order: "La page doit envoyer `open` au worker une seule fois, avant tout autre message.",
    message: "La page a envoyé un message que cette version ne peut pas lire.",
    "catalog-gone": "Le catalogue n'est plus sur cet appareil. Importez-le à nouveau.",
    isolation: "Le programme peut accéder au réseau, alors que la page demande qu'il en soit isolé.",
  },
  warnings: {
    "nothing-to-show": (soldOut, items) =>
      `articles du catalogue en rupture de stock\u00a0: ${soldOut} sur ${items}. Il n'y a donc rien à recommander. ` +
      "Vérifiez la disponibilité dans le flux de produits et recréez le catalogue, ou affichez quand même ces " +
      `articles avec votre propre scène\u00a0: scene='{"kind": "for-you"}'.`,
    "unknown-ids": (count, first) =>
      `cette page utilise ${count} ${isOne(count) ? "identifiant" : "identifiants"} qu'aucun article du catalogue ne ` +
      `porte, par exemple ${quoted(first)}. Ajoutez ?nearmind=debug à l'adresse de la page pour en voir la liste ` +
      "complète, avec les identifiants connus les plus proches.",
  },
};
