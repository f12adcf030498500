/** What the worker sends as data, in Spanish: reasons, explanations, notes, problems. */

const products = (/** @type {number} */ count) => (count === 1 ? "un producto" : `${count} productos`);

/** Before the sound of i, “y” becomes “e”: “inglés e italiano”, but “agua y hielo”. */
const BEGINS_WITH_I = /^“?(?:[ií]|h[ií](?![ae]))/i;

/** @param {string[]} names */
function list(names) {
  const last = names.at(-1) ?? "";
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} ${BEGINS_WITH_I.test(last) ? "e" : "y"} ${last}` : last;
}

/** After “sin”. @param {string[]} names */
const neither = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} ni ${names.at(-1)}` : names.join());

const quoted = (/** @type {string} */ text) => `“${text}”`;

/** @type {import("../en/sentences.js").Sentences} */
export const sentences = {
  lang: "es",
  because: {
    view_item: ["Porque viste “", "”"],
    select_item: ["Porque viste “", "”"],
    add_to_cart: ["Porque tienes “", "” en tu carrito"],
    purchase: ["Porque compraste “", "”"],
    like: ["Porque te gusta “", "”"],
    rate: ["Porque puntuaste “", "”"],
    wish: ["Porque dijiste “", "”"],
    search: ["Porque buscaste “", "”"],
  },
  contains: (words) => [". El producto menciona ", list(words.map(quoted))],
  claims: {
    category: ({ count, category }) => [`Se parece a ${products(count)} que elegiste en “`, category, "”"],
    brand: ({ count, brand }) => [`Elegiste ${products(count)} de `, brand],
    price: ({ count }) => [`Su precio se parece al de ${products(count)} que elegiste`],
    together: ({ visitors, title }) => [
      `Al menos ${visitors} ${visitors === 1 ? "persona eligió" : "personas eligieron"} este producto junto con “`,
      title,
      "”",
    ],
    popular: ({ times }) => [`Otras personas lo eligieron ${times} ${times === 1 ? "vez" : "veces"} o más`],
  },
  basis: {
    "cold-start": "Aún no conocemos tus gustos: este producto es parte de una selección variada",
    item: "Su descripción se parece a la del producto en el que se basa esta lista",
    text: "Tiene que ver con el contenido de esta página",
    profile: "",
    cart: "",
    trending: "",
    viewed: "Lo has visto",
  },
  stop: ".",
  without: (label, place, of) => {
    const first = of === 1 ? "del primer puesto" : `de los ${of} primeros puestos`;
    return ["Sin “", label, `”, este producto ${place ? `estaría en el puesto ${place}` : `quedaría fuera ${first}`}.`];
  },
  parts: {
    content: "Lo que dice su descripción",
    words: "Palabras en común",
    cooccurrence: "Lo que otras personas eligieron con este producto",
    popularity: "Con qué frecuencia se elige",
    brand: "Marca",
    category: "Categoría",
    price: "Precio",
    context: "Lo que dice esta página",
    contextPopularity: "Con qué frecuencia se elige aquí y ahora",
    rules: "Las reglas de la tienda",
    variety: "Variedad",
  },
  whyNot: {
    here: (title, place) => ["“", title, `” ya está aquí, en el puesto ${place}.`],
    remove: (title, labels) => ["“", title, `” aparecería aquí si no fuera por ${list(labels.map(quoted))}.`],
    nothing: (title) => ["Ningún cambio pequeño haría que “", title, "” apareciera aquí."],
    like: (title) => ["Si indicaras que te gusta “", title, "”, aparecería aquí."],
    view: (title, label) => ["“", title, `” aparecería aquí si vieras “${label}”.`],
    orLike: " También aparecería aquí si indicaras que te gusta.",
    orView: (label) => ` También aparecería aquí si vieras “${label}”.`,
  },
  leftOut: (things, varied) =>
    varied
      ? `Te mostramos una selección variada sin ${neither(things)}.`
      : `Dejamos fuera ${list(things)}, como pediste.`,
  unused: (text, reason, varied, languages) => {
    if (varied && (reason === "no-match" || reason === "pending"))
      return `No encontramos nada para ${text}, así que te mostramos una selección variada.`;
    const described = languages.length ? `: aquí los productos están descritos en ${list(languages)}` : "";
    const first = {
      "no-match": `No encontramos nada para ${text}.`,
      pending: `No encontramos nada para ${text}.`,
      language: `No entendemos ${text}${described}.`,
      unclear: `No pudimos tener en cuenta ${text}, porque no entendemos qué es lo que no quieres.`,
    }[reason];
    return varied ? `${first} Te mostramos una selección variada.` : first;
  },
  prices: (from, to) => (from && to ? `de ${from} a ${to}` : from ? `a partir de ${from}` : `de hasta ${to}`),
  priceLimit: (prices, isKept) =>
    isKept
      ? `Solo mostramos productos ${prices}.`
      : `No tenemos productos ${prices}, así que mostramos productos de otros precios.`,
  quoted,
  problems: {
    download: "No se pudo descargar un archivo. Revisa la conexión.",
    insecure: "La página debe abrirse con https.",
    catalog: "No se puede leer el catálogo de la tienda.",
    model: "El modelo no funciona en este dispositivo.",
    "start-failed": "Este navegador no pudo iniciar el programa.",
    "worker-failed": "Este navegador no pudo iniciar el programa.",
    crashed: "El programa de recomendaciones falló dos veces al hacer esto.",
    unsaved: "El navegador aún no ha podido guardar esta acción.",
    attributes: "Este elemento necesita el atributo catalog.",
    "protocol-version": "La página y el programa de recomendaciones son de versiones distintas. Recarga la página.",
    store: "Este navegador no guarda tu historial: las recomendaciones funcionan hasta que salgas de la página.",
    unchanged: "No se pudo cambiar tu historial, porque el navegador no guardó el cambio. Inténtalo de nuevo.",
    forget: "No se pudo borrar tu historial. Borra los datos de este sitio en la configuración del navegador.",
    scene: "No se pudo leer la escena, el filtro o las reglas de la tienda. La lista se muestra sin ellos.",
    unknown: "Aquí no se reconoce esta lista o este producto.",
    import: "Este archivo no es un perfil que se pueda leer aquí. No se cambió nada.",
    "other-model": "El catálogo se hizo con otro modelo. Vuelve a generarlo con el modelo que carga la página.",
    encoder: "El modelo falló en este dispositivo. Las recomendaciones continúan, pero sin textos nuevos.",
    order: "La página debe enviar `open` a un worker una sola vez, antes que cualquier otra cosa.",
    message: "La página envió un mensaje que esta versión no puede leer.",
    "catalog-gone": "El catálogo ya no está en este dispositivo. Impórtalo de nuevo.",
    isolation: "El worker puede acceder a la red, aunque la página pide aislamiento.",
  },
  warnings: {
    "nothing-to-show": (soldOut, items) =>
      `productos agotados en el catálogo: ${soldOut} de ${items}. No se puede recomendar nada. ` +
      "Revisa la disponibilidad en el feed y vuelve a generar el catálogo, o muestra los productos de todos modos " +
      `con una escena propia: scene='{"kind": "for-you"}'.`,
    "unknown-ids": (count, first) =>
      `esta página usa ${count} ${count === 1 ? "identificador" : "identificadores"} que ningún producto del ` +
      `catálogo tiene, por ejemplo “${first}”. Añade ?nearmind=debug a la dirección de la página para ver la lista ` +
      "completa y los identificadores conocidos más parecidos.",
  },
};
