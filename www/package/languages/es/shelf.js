/** What a shelf says by itself, in Spanish. */

/** @type {import("../en/shelf.js").ShelfTexts} */
export const shelf = {
  headings: {
    "cold-start": "Un poco de todo",
    profile: "Para ti",
    item: "Productos parecidos",
    cart: "Combina con tu carrito",
    text: "Relacionado con esta página",
    trending: "Lo más popular ahora",
  },
  moreLike: (title) => `Productos parecidos a “${title}”`,
  like: "Me gusta",
  dislike: "No me interesa",
  hide: "Ocultar",
  why: "¿Por qué veo esto?",
  opinions: (title) => `Tu opinión sobre “${title}”`,
  liked: (title) => `Te gusta “${title}”.`,
  disliked: (title) => `Verás menos productos parecidos a “${title}”.`,
  hidden: (title) => `Ya no verás “${title}”.`,
  undone: "Acción deshecha.",
  undo: "Deshacer",
  matching: (words) => `Palabras que coinciden: ${words.join(", ")}.`,
  list: (count) => `${count} ${count === 1 ? "producto" : "productos"}.`,
  back: "Anteriores",
  forth: "Siguientes",
  catalog: "Cargando el catálogo",
  model: "Cargando el modelo",
  privacy: "Solo en este dispositivo",
  empty: "Todavía no hay nada que recomendar.",
  failed: (why) => `No hay recomendaciones en este momento. ${why}`,
  retry: "Reintentar",
};
