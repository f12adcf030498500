/**
 * `<nearmind-profile>`: what this device knows of the visitor, on a page of its own.
 *
 *     <script type="module" src="profile.js"></script>
 *     <nearmind-profile catalog="catalog/" model="models/minilm/"></nearmind-profile>
 *
 * custom-elements.json lists attributes and parts. Importing it without a DOM does nothing.
 */
import { optionsOf, SOURCES } from "./element/attributes.js";
import { panelSheet } from "./element/panel-styles.js";
import { ProfileView } from "./element/profile/view.js";
import { shelfSheet } from "./element/styles.js";
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

  /** Draws what is known now. */
  async refresh() {
    await this.#view?.draw();
  }

  #open() {
    const options = optionsOf(this);
    if (!options) return console.error("nearmind: nearmind-profile needs the attributes catalog and model.");
    this.#view?.stop();
    this.#view = new ProfileView(Nearmind.open(options), options.lang);
    this.shadowRoot?.replaceChildren(this.#view.node);
    this.#view.draw();
  }
}

if (globalThis.customElements && !customElements.get("nearmind-profile"))
  customElements.define("nearmind-profile", NearmindProfile);
