/** The panels in Spanish: the profile, "Why this?" (`why`) and the developer's (`debug`). */

const products = (/** @type {number} */ count) => `${count} ${count === 1 ? "producto" : "productos"}`;

/** @type {import("../en/panel.js").PanelTexts} */
export const panel = {
  panel: "Lo que este dispositivo sabe de ti",
  close: "Cerrar",
  where: "Dónde funciona",
  cpu: "Procesador",
  gpu: "Gráficos",
  absent: {
    disabled: () => "Esta página no usa ningún modelo de lenguaje.",
    "not-needed": () => "El modelo de lenguaje se carga cuando escribes algo.",
    "save-data": () => "Tu navegador pide ahorrar datos: el modelo de lenguaje solo se carga cuando escribes algo.",
    metered: () => "Puede que pagues por los datos: el modelo de lenguaje solo se carga cuando escribes algo.",
    slow: () => "La conexión es lenta: el modelo de lenguaje solo se carga cuando escribes algo.",
    "little-memory": () =>
      "Este dispositivo tiene poca memoria: el modelo de lenguaje solo se carga cuando escribes algo.",
    loading: () => "El modelo de lenguaje todavía se está cargando.",
    failed: ({ why }) => `No se pudo cargar el modelo de lenguaje (${why}).`,
  },
  withoutModel:
    "Sin el modelo, las recomendaciones salen del catálogo, y lo que escribes se compara palabra por palabra.",
  withWords: (words) =>
    "Sin el modelo, lo que escribes se entiende palabra por palabra: " +
    `aquí se conocen ${words.toLocaleString("es")} palabras.`,
  perText: (ms) => `${ms} ms por texto`,
  reasons: {
    "asked-cpu": () => "La página pide usar el procesador.",
    "asked-gpu": () => "La página pide usar WebGPU, y sus resultados son correctos.",
    untried: () => "Aún no se ha probado WebGPU.",
    absent: () => "Se usa tu procesador: este navegador no tiene WebGPU.",
    unfit: ({ why }) => `Se usa tu procesador: WebGPU no funciona con este modelo (${why}).`,
    wrong: ({ cosine }) => {
      const known = cosine == null ? "" : ` (similitud de un texto conocido: ${cosine.toFixed(3)} en lugar de 1)`;
      return `Se usa tu procesador: los resultados de WebGPU son incorrectos aquí${known}.`;
    },
    slower: () => "Se usa tu procesador: WebGPU es más lento aquí.",
    quicker: () => "Se usa WebGPU: sus resultados son correctos y es más rápido.",
    lost: ({ why }) => `Se usa tu procesador: WebGPU dejó de funcionar (${why}).`,
  },
  isolated: (ways) =>
    `El navegador no deja que el programa se conecte a la red: probó ${ways} formas de hacerlo y todas fallaron.`,
  visits: "Lo que hiciste aquí",
  interests: "Tus intereses",
  noInterests: "Todavía ninguno. Mira productos o escribe qué te gusta.",
  rename: (name) => `Nombre del interés “${name}”`,
  renamed: (name) => `Ahora se llama “${name}”.`,
  mute: "Ignorar",
  muted: "Ignorado",
  muteNamed: (name) => `Ignorar “${name}”`,
  mutedNow: (name) => `“${name}” ya no cuenta.`,
  unmutedNow: (name) => `“${name}” vuelve a contar.`,
  comma: ", ",
  map: "Mapa de tus intereses",
  mapAbout: (all, marked) =>
    `${products(all)}; los parecidos están cerca unos de otros. ` +
    `${marked} ${marked === 1 ? "está marcado" : "están marcados"}. La tabla de abajo muestra lo mismo.`,
  kinds: { interest: "tu interés", recommended: "recomendado", seen: "lo viste", other: "otro producto" },
  asTable: "Mostrar como tabla",
  columns: ["Producto", "Por qué está marcado", "Interés más cercano"],
  storage: "Lo que se guarda",
  log: (events) => `Lo que hiciste (${events} ${events === 1 ? "acción" : "acciones"})`,
  files: (count) => `Modelo y catálogo (${count} ${count === 1 ? "archivo" : "archivos"})`,
  memoryOnly: "Esta tienda no guarda nada: todo se olvida cuando sales de la página.",
  // The choice ends the sentence.
  textDays: "Borrar lo que escribo",
  textDaysDone: "Guardado.",
  days: { 30: "a los 30 días", 90: "a los 90 días", 365: "después de un año", 0: "nunca" },
  eraseOne: "Borrar",
  eraseEvent: (label) => `Borrar “${label}”`,
  erasedEvent: (label) => `Se borró “${label}”, como si nunca hubiera ocurrido.`,
  yours: "Guardar o borrar tus datos",
  phrase: "Contraseña para el archivo (opcional)",
  export: "Guardar en un archivo",
  exported: "Guardado. Cualquiera que tenga el archivo puede leerlo.",
  exportedSealed: "Guardado y cifrado con tu contraseña.",
  import: "Cargar desde un archivo",
  imported: "Datos cargados.",
  needsPhrase: "Este archivo está cifrado. Escribe su contraseña y vuelve a elegir el archivo.",
  wrongPhrase: "No se puede abrir el archivo: la contraseña no es correcta o el archivo se modificó.",
  promise: "Todo esto se calcula y se guarda en este navegador. No se envía nada a ninguna parte.",
  unsaved: (entries) =>
    entries === 1
      ? "Este navegador no pudo guardar la última acción. " +
        "Cuenta hasta que salgas de la página, y se guardará en cuanto sea posible."
      : `Este navegador no pudo guardar las últimas ${entries} acciones. ` +
        "Cuentan hasta que salgas de la página, y se guardarán en cuanto sea posible.",
  shopPictures:
    "Las imágenes ajenas al catálogo vienen de su propio servidor, que puede ver qué productos se te muestran.",
  privatePictures: "Las imágenes llegaron con el catálogo: ninguna solicitud revela qué productos se te muestran.",
  memory: "Tu navegador pide que no te rastreen: no se guarda nada, y todo se olvida cuando sales de la página.",
  nothing: "Todavía nada.",
  events: {
    view_item: "Viste",
    select_item: "Abriste",
    add_to_cart: "Añadiste al carrito",
    remove_from_cart: "Quitaste del carrito",
    purchase: "Compraste",
    search: "Buscaste",
    like: "Te gusta",
    dislike: "No te interesa",
    hide: "Ocultaste",
    rate: "Puntuaste",
    wish: "Dijiste",
    view_item_list: "Viste una lista",
  },
  unused: {
    pending: "",
    "no-match": "No se usa: aquí no hay nada sobre esto.",
    language: "No se usa: los productos están descritos en otro idioma.",
    unclear: "No se usa: no entendemos qué es lo que no quieres.",
  },
  forget: "Olvidar todo sobre mí",
  sure: "¿Borrar todo lo que este dispositivo sabe de ti? Esto no se puede deshacer.",
  erase: "Borrar todo",
  keep: "Cancelar",
  forgotten: "Se borró todo.",
  why: {
    why: (title) => `¿Por qué “${title}”?`,
    gone: "Ya no está en esta lista.",
    place: (place, of) => `Puesto ${place} de ${of}.`,
    varied: (place) => `Solo por su puntuación estaría en el puesto ${place}; se movió para dar variedad.`,
    parts: "Por qué está en este puesto",
    interests: "Por interés",
    events: "Tus acciones que cuentan aquí",
    without: (place) => (place === null ? "Sin esto: fuera de la lista" : `Sin esto: puesto ${place}`),
    remove: (label) => `Olvidar: ${label}`,
    removed: "Olvidado, como si nunca hubiera ocurrido.",
    looked: "En qué se fijó el modelo",
    noReason:
      "La atención muestra en qué se fijó el modelo. No es un motivo: los motivos son las palabras marcadas arriba.",
    words: (words) => `En lo que más se fijó: ${words.join(", ")}.`,
    noAttention: "No está disponible en este dispositivo.",
    another: "¿Por qué no otro producto?",
    find: "Nombre del producto",
    search: "Buscar",
    none: "No se encontró ningún producto.",
  },
  debug: {
    title: "Nearmind, para quien desarrolla la tienda",
    state: "Catálogo, modelo, almacenamiento",
    noCatalog: "El catálogo todavía se está cargando.",
    items: (count) => `${products(count)} en el catálogo`,
    nothingToShow: (_shown, soldOut, items) =>
      `Productos agotados: ${soldOut} de ${items}. Ninguna lista tiene nada que mostrar. ` +
      "Revisa la disponibilidad en el feed y vuelve a generar el catálogo, o muestra los productos de todos modos " +
      `con una escena propia: scene='{"kind": "for-you"}'.`,
    fewToShow: (shown, soldOut, items) =>
      `Productos que se pueden mostrar: solo ${shown} de ${items}. Agotados: ${soldOut}. ` +
      "Revisa la disponibilidad en el feed.",
    soldOut: (_shown, soldOut, items) => `Productos agotados, que no se muestran: ${soldOut} de ${items}.`,
    unmatched: (ids) =>
      `Esta página usa ${ids} ${ids === 1 ? "identificador" : "identificadores"} que ningún producto del catálogo ` +
      "tiene. Los eventos con identificadores desconocidos no cuentan. Usa los identificadores del catálogo, o " +
      "genera el catálogo con un feed que los incluya entre los otros nombres de un producto.",
    unmatchedColumns: ["Identificador desconocido", "Veces", "Identificador conocido más parecido"],
    nothingNear: "ninguno parecido",
    moreUnmatched: (ids) => `Y ${ids} más.`,
    stored: "El historial y los archivos se guardan.",
    notStored: "No se guarda nada.",
    latency: "Cuánto tardan las respuestas",
    latencyAbout:
      "Milisegundos desde el comando hasta la respuesta. " +
      "La línea va de la mediana al percentil 99, en escala logarítmica.",
    command: "Comando",
    count: "Veces",
    scene: (kind) => `Escena activa: ${kind}`,
    sceneAbout: "La escena en JSON, con lo que le añaden el catálogo y la página",
    scores: "Partes de cada puntuación",
  },
};
