/** The headless API: ask for a list, draw it, tell what happened, draw again. */
import { Nearmind } from "../nearmind.js";

const nearmind = Nearmind.open({ catalog: "../catalog/", model: "../models/minilm/", lang: "en" });
const list = /** @type {HTMLElement} */ (document.getElementById("list"));
const basis = /** @type {HTMLElement} */ (document.getElementById("basis"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("wish"));

async function draw() {
  const found = await nearmind.recommend({ limit: 5 });
  list.replaceChildren(...found.cards.map(line));
  basis.textContent = found.basis === "cold-start" ? "A varied selection." : "From what you said and looked at.";
}

/** @param {import("../types.js").Card} card */
function line({ title, price }) {
  const item = document.createElement("li");
  item.textContent = `${title.map(({ text }) => text).join("")} · ${price?.amount} ${price?.currency}`;
  return item;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await nearmind.track("wish", { text: `${new FormData(form).get("wish")}` });
  await draw();
});
await draw();
