/**
 * `<nearmind-profile>`: what this device knows about the visitor, on a page of the shop.
 *
 *     <script type="module" src="profile.js"></script>
 *     <nearmind-profile catalog="catalog/" model="models/minilm/"></nearmind-profile>
 *
 * custom-elements.json lists attributes and parts. Importing it without a DOM does nothing.
 */
import { langOf, optionsOf, SOURCES } from "./element/attributes.js";
import { panelSheet } from "./element/panel-styles.js";
import { ProfileView } from "./element/profile/view.js";
import { shelfSheet } from "./element/styles.js";
import { loadTexts } from "./languages.js";
import { Nearmind } from "./nearmind.js";

export class NearmindProfile extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = [...SOURCES, "lang"];

  /** @type {ProfileView | undefined} */
  #view;

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [shelfSheet(), panelSheet()];
    this.#open();
  }

  disconnectedCallback() {
    this.#view?.stop();
  }

  attributeChangedCallback() {
    if (this.isConnected && this.#view) this.#open();
  }

  /** Draws the present profile. */
  async refresh() {
    await this.#view?.draw();
  }

  async #open() {
    const texts = await loadTexts(langOf(this), "panel");
    // Read after loading: the attributes may have changed, and the element may have left the page.
    const options = optionsOf(this);
    if (!this.isConnected) return;
    if (!options) {
      const { problems } = await loadTexts(langOf(this), "sentences");
      return console.error(`nearmind: ${problems.attributes}`);
    }
    this.#view?.stop();
    this.#view = new ProfileView(Nearmind.open(options), options.lang, texts);
    this.shadowRoot?.replaceChildren(this.#view.node);
    this.#view.draw();
  }
}

if (globalThis.customElements && !customElements.get("nearmind-profile"))
  customElements.define("nearmind-profile", NearmindProfile);
