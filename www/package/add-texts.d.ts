// What a page gets from `import { addTexts } from "./add-texts.js"`.

/**
 * Adds texts to a language, or replaces some. A new language has the English texts where the page gives none. Wait for it
 * before a shelf is on the page. `texts` has the keys of the files in `languages/en`: `shelf`, `sentences` and `panel`.
 */
export function addTexts(lang: string, texts: { shelf?: object; sentences?: object; panel?: object }): Promise<void>;
