/** The headless API: requests a list, draws it, tracks an event, and draws again. */
import { Nearmind } from "../nearmind.js";

const nearmind = Nearmind.open({ catalog: "../catalog/", model: "../models/minilm/", lang: "en" });
const listElement = /** @type {HTMLElement} */ (document.getElementById("list"));
const basis = /** @type {HTMLElement} */ (document.getElementById("basis"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("wish"));

async function draw() {
  const list = await nearmind.recommend({ limit: 5 });
  listElement.replaceChildren(...list.cards.map(line));
  basis.textContent = list.basis === "cold-start" ? "A varied selection." : "Based on what you said and viewed.";
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
