/** The panels in French: the profile, "Why this?" (`why`) and the developer's (`debug`). */

/** With a word whose plural ends in s; 0 is singular, too. */
const counted = (/** @type {number} */ count, /** @type {string} */ word) => `${count} ${word}${count < 2 ? "" : "s"}`;

/** 1re, 2e, 3e: of "place", which is feminine @param {number} place */
const ordinal = (place) => (place === 1 ? "1re" : `${place}e`);

const decimal = (/** @type {string} */ number) => number.replace(".", ",");
const quoted = (/** @type {string} */ text) => `«\u00a0${text}\u00a0»`;

/** When a model that is not there yet will be. */
const later = "le modèle de langage ne sera chargé que si vous écrivez quelque chose.";

/** @type {import("../en/panel.js").PanelTexts} */
export const panel = {
  panel: "Ce que cet appareil sait de vous",
  close: "Fermer",
  where: "Où se font les calculs",
  cpu: "Processeur",
  gpu: "Processeur graphique",
  absent: {
    disabled: () => "Cette page n'utilise pas de modèle de langage.",
    "not-needed": () => "Le modèle de langage sera chargé quand vous écrirez quelque chose.",
    "save-data": () => `Votre navigateur demande d'économiser les données\u00a0: ${later}`,
    metered: () => `Cette connexion vous est peut-être facturée\u00a0: ${later}`,
    slow: () => `La connexion est lente\u00a0: ${later}`,
    "little-memory": () => `Cet appareil a peu de mémoire\u00a0: ${later}`,
    loading: () => "Le modèle de langage est en cours de chargement.",
    failed: ({ why }) => `Le modèle de langage n'a pas pu être chargé (${why}).`,
  },
  withoutModel: "Sans modèle, les recommandations viennent du catalogue, et vos mots y sont cherchés un par un.",
  withWords: (words) =>
    `Sans modèle, vos textes sont compris mot par mot\u00a0: ${words.toLocaleString("fr")} mots sont connus ici.`,
  perText: (ms) => `${decimal(ms)} ms par texte`,
  reasons: {
    "asked-cpu": () => "La page demande le processeur.",
    "asked-gpu": () => "La page demande WebGPU, dont les résultats sont corrects.",
    untried: () => "WebGPU n'a pas encore été essayé.",
    absent: () => "Calcul sur votre processeur\u00a0: ce navigateur n'a pas WebGPU.",
    unfit: ({ why }) => `Calcul sur votre processeur\u00a0: WebGPU ne peut pas faire fonctionner ce modèle (${why}).`,
    wrong: ({ cosine }) =>
      "Calcul sur votre processeur\u00a0: les résultats de WebGPU sont faux ici" +
      (cosine == null ? "." : ` (similarité d'un texte connu\u00a0: ${decimal(cosine.toFixed(3))} au lieu de 1).`),
    slower: () => "Calcul sur votre processeur\u00a0: WebGPU est plus lent ici.",
    quicker: () => "Calcul avec WebGPU\u00a0: ses résultats sont corrects, et il est plus rapide.",
    lost: ({ why }) => `Calcul sur votre processeur\u00a0: WebGPU a cessé de fonctionner (${why}).`,
  },
  isolated: (ways) =>
    `Le navigateur coupe le programme du réseau\u00a0: ${counted(ways, "tentative")} de connexion, sans succès.`,
  visits: "Ce que vous avez fait ici",
  interests: "Vos centres d'intérêt",
  noInterests: "Aucun pour l'instant. Parcourez la boutique, ou dites ce que vous aimez.",
  rename: (name) => `Nom du centre d'intérêt ${quoted(name)}`,
  renamed: (name) => `Le nouveau nom est ${quoted(name)}.`,
  mute: "Ignorer",
  muted: "Ignoré",
  muteNamed: (name) => `Ignorer ${quoted(name)}`,
  mutedNow: (name) => `${quoted(name)} ne compte plus.`,
  unmutedNow: (name) => `${quoted(name)} compte à nouveau.`,
  comma: ", ",
  map: "Carte de vos centres d'intérêt",
  mapAbout: (all, marked) =>
    `${counted(all, "produit")}, dont ${counted(marked, "marqué")}\u202f; plus ils se ressemblent, plus ils sont ` +
    "proches. Le tableau ci-dessous donne les mêmes informations.",
  kinds: {
    interest: "votre centre d'intérêt",
    recommended: "produit recommandé",
    seen: "produit consulté",
    other: "autre produit",
  },
  asTable: "Afficher sous forme de tableau",
  columns: ["Produit", "Pourquoi il est marqué", "Centre d'intérêt le plus proche"],
  storage: "Ce qui est enregistré",
  log: (events) => `Ce que vous avez fait (${counted(events, "action")})`,
  files: (count) => `Modèle et catalogue (${counted(count, "fichier")})`,
  memoryOnly: "Cette boutique n'enregistre rien\u00a0: tout est oublié quand vous quittez la page.",
  textDays: "Effacer ce que j'ai écrit",
  textDaysDone: "C'est enregistré.",
  days: { 30: "après 30 jours", 90: "après 90 jours", 365: "après un an", 0: "jamais" },
  eraseOne: "Effacer",
  eraseEvent: (label) => `Effacer ${quoted(label)}`,
  erasedEvent: (label) => `Vous avez effacé ${quoted(label)}\u00a0: c'est comme si cela n'avait jamais existé.`,
  yours: "Enregistrer ou effacer vos données",
  phrase: "Mot de passe pour le fichier (facultatif)",
  export: "Enregistrer dans un fichier",
  exported: "C'est enregistré. Toute personne qui a le fichier peut le lire.",
  exportedSealed: "C'est enregistré, et chiffré avec votre mot de passe.",
  import: "Charger depuis un fichier",
  imported: "C'est chargé.",
  needsPhrase: "Ce fichier est chiffré. Saisissez son mot de passe, puis choisissez à nouveau le fichier.",
  wrongPhrase: "Le fichier ne peut pas être ouvert\u00a0: le mot de passe est incorrect, ou le fichier a été modifié.",
  promise: "Tout cela est calculé et enregistré dans ce navigateur. Rien n'est envoyé ailleurs.",
  unsaved: (entries) =>
    `Ce navigateur n'a pas pu enregistrer ce que vous venez de faire (${counted(entries, "action")}). ` +
    "Cela compte tant que vous restez sur la page, et sera enregistré dès que possible.",
  shopPictures:
    "Les images absentes du catalogue viennent de leur propre serveur, qui peut voir quels produits vous sont montrés.",
  privatePictures: "Les images sont venues avec le catalogue\u00a0: aucune requête ne révèle ce qui vous est montré.",
  memory: "Votre navigateur refuse le suivi\u00a0: rien n'est enregistré, tout est oublié quand vous quittez la page.",
  nothing: "Rien pour l'instant.",
  events: {
    view_item: "Consulté",
    select_item: "Ouvert",
    add_to_cart: "Ajouté au panier",
    remove_from_cart: "Retiré du panier",
    purchase: "Acheté",
    search: "Recherché",
    like: "Aimé",
    dislike: "Pas pour moi",
    hide: "Masqué",
    rate: "Noté",
    wish: "Écrit",
    view_item_list: "Liste consultée",
  },
  unused: {
    pending: "",
    "no-match": "Non pris en compte\u00a0: rien ici n'y correspond.",
    language: "Non pris en compte\u00a0: les produits sont décrits dans une autre langue.",
    unclear: "Non pris en compte\u00a0: nous ne voyons pas ce que vous voulez éviter.",
  },
  forget: "Oubliez-moi",
  sure: "Effacer tout ce que cet appareil sait de vous\u202f? Vous ne pourrez pas revenir en arrière.",
  erase: "Tout effacer",
  keep: "Annuler",
  forgotten: "Tout a été effacé.",
  why: {
    why: (title) => `Pourquoi ${quoted(title)}\u202f?`,
    gone: "Ce produit n'est plus dans cette liste.",
    place: (place, of) => `${ordinal(place)} place sur ${of}.`,
    varied: (place) =>
      `Le score seul donnerait la ${ordinal(place)} place\u202f; ce produit a été déplacé pour varier la liste.`,
    parts: "Pourquoi cette place",
    interests: "Par centre d'intérêt",
    events: "Ce que vous avez fait et qui compte ici",
    without: (place) => `Sans cela\u00a0: ${place === null ? "pas dans la liste" : `${ordinal(place)} place`}`,
    remove: (label) => `Oublier ${quoted(label)}`,
    removed: "C'est oublié, comme si cela n'avait jamais existé.",
    looked: "Ce que le modèle a regardé",
    noReason:
      "L'attention montre où le modèle a regardé. Ce n'est pas une raison\u202f; les mots marqués plus haut, si.",
    words: (words) => `Les mots les plus regardés\u00a0: ${words.join(", ")}.`,
    noAttention: "Non disponible sur cet appareil.",
    another: "Pourquoi pas un autre produit\u202f?",
    find: "Nom du produit",
    search: "Rechercher",
    none: "Aucun produit trouvé.",
  },
  debug: {
    title: "Nearmind, pour les développeurs de la boutique",
    state: "Catalogue, modèle, stockage",
    noCatalog: "Le catalogue est en cours de chargement.",
    items: (count) => `${counted(count, "article")} dans le catalogue`,
    nothingToShow: (_shown, soldOut, items) =>
      `Articles en rupture de stock\u00a0: ${soldOut} sur ${items}. Il n'y a rien à afficher dans les listes. ` +
      "Vérifiez la disponibilité dans le flux de produits et recréez le catalogue, ou affichez quand même ces " +
      `articles avec votre propre scène\u00a0: scene='{"kind": "for-you"}'.`,
    fewToShow: (shown, soldOut, items) =>
      `Articles qui peuvent être affichés\u00a0: ${shown} sur ${items} (${soldOut} en rupture de stock). ` +
      "Vérifiez la disponibilité dans le flux de produits.",
    soldOut: (_shown, soldOut, items) => `Articles en rupture de stock, non affichés\u00a0: ${soldOut} sur ${items}.`,
    unmatched: (ids) =>
      `Cette page utilise ${counted(ids, "identifiant")} qu'aucun article du catalogue ne porte. Les événements ` +
      "correspondants ne comptent pas. Utilisez les identifiants du catalogue, ou recréez-le à partir d'un flux où " +
      "les identifiants inconnus figurent parmi les autres noms d'un article.",
    unmatchedColumns: ["Identifiant inconnu", "Nombre de fois", "Identifiant connu le plus proche"],
    nothingNear: "rien de proche",
    moreUnmatched: (ids) => `Et ${ids} de plus.`,
    stored: "Le journal et les fichiers sont enregistrés.",
    notStored: "Rien n'est enregistré.",
    latency: "Temps de réponse",
    latencyAbout:
      "Millisecondes de la commande à la réponse. Le trait va de la médiane au 99e centile (échelle logarithmique).",
    command: "Commande",
    count: "Nombre",
    scene: (kind) => `Scène en vigueur\u00a0: ${kind}`,
    sceneAbout: "La scène en JSON, avec ce que le catalogue et la page y ajoutent",
    scores: "Détail de chaque score",
  },
};
