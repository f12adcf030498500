/**
 * The properties through which a page passes data to an element. Knows no shelf and no worker.
 *
 * @import {Context, Filter, Rules} from "../types.js"
 * @typedef {{context: Context | null, filter: Filter | null, rules: Rules | null}} Data
 */

const NAMES = /** @type {const} */ (["context", "filter", "rules"]);

export class DataProperties extends (globalThis.HTMLElement ?? class {}) {
  /** @type {Data} */
  #data = { context: null, filter: null, rules: null };

  /** The context of the list, such as the cart or the season: `{"cart": ["id"], "season": "winter"}`. */
  get context() {
    return this.#data.context;
  }
  set context(context) {
    this.#set("context", context);
  }

  /** The items that may be shown: `{"range": {"field": "price", "to": 50}}`. See docs/reference/scenes.md. */
  get filter() {
    return this.#data.filter;
  }
  set filter(filter) {
    this.#set("filter", filter);
  }

  /**
   * The shop's rules: `{"pin": [{"item": "id", "place": 1}]}`, and `bury`, `exclude`, `boost` and `goesWith`:
   * `{"exclude": [{"in": {"field": "brand", "values": ["A", "B"]}}]}`. All rules are in docs/reference/scenes.md.
   */
  get rules() {
    return this.#data.rules;
  }
  set rules(rules) {
    this.#set("rules", rules);
  }

  /** All properties, for a request. */
  allData() {
    return { ...this.#data };
  }

  /** Takes over properties that were set before the script was loaded: they hide the setters. */
  adoptData() {
    for (const name of NAMES) {
      if (!Object.hasOwn(this, name)) continue;
      const data = this[name];
      delete (/** @type {any} */ (this)[name]);
      Object.assign(this, { [name]: data });
    }
  }

  /** Called when a property has changed. */
  dataChanged() {}

  /** @template {keyof Data} Name @param {Name} name @param {Data[Name] | undefined} data */
  #set(name, data) {
    this.#data = { ...this.#data, [name]: data ?? null };
    this.dataChanged();
  }
}
