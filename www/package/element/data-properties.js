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

  /** Where the visitor is and what for: `{"cart": ["id"], "season": "winter"}`. */
  get context() {
    return this.#data.context;
  }
  set context(context) {
    this.#set("context", context);
  }

  /** Which items may be shown: `{"range": {"field": "price", "to": 50}}`. All conditions are in src/rank/filter.rs. */
  get filter() {
    return this.#data.filter;
  }
  set filter(filter) {
    this.#set("filter", filter);
  }

  /**
   * What the shop wants besides: `{"pin": [{"item": "id", "place": 1}]}`, and `bury`, `exclude`, `boost` and `goesWith`:
   * `{"exclude": [{"in": {"field": "brand", "values": ["A", "B"]}}]}`. All rules are in src/rank/rules.rs.
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
