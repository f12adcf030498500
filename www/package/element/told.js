/**
 * What a page tells an element in data and not in text, through properties. Knows no shelf and no worker.
 *
 * @import {Context, Filter, Rules} from "../types.js"
 * @typedef {{context: Context | null, filter: Filter | null, rules: Rules | null}} Told
 */

const NAMES = /** @type {const} */ (["context", "filter", "rules"]);

export class ToldElement extends (globalThis.HTMLElement ?? class {}) {
  /** @type {Told} */
  #told = { context: null, filter: null, rules: null };

  /** Where the visitor is and what for: `{"cart": ["id"], "season": "winter"}`. */
  get context() {
    return this.#told.context;
  }
  set context(context) {
    this.#tell("context", context);
  }

  /** Which items may be shown: `{"range": {"field": "price", "to": 50}}`. All conditions are in src/rank/filter.rs. */
  get filter() {
    return this.#told.filter;
  }
  set filter(filter) {
    this.#tell("filter", filter);
  }

  /**
   * What the shop wants besides: `{"pin": [{"item": "id", "place": 1}]}`, and `bury`, `exclude`, `boost` and `goesWith`:
   * `{"exclude": [{"in": {"field": "brand", "values": ["A", "B"]}}]}`. All rules are in src/rank/rules.rs.
   */
  get rules() {
    return this.#told.rules;
  }
  set rules(rules) {
    this.#tell("rules", rules);
  }

  /** All of it, for a request. */
  toldAll() {
    return { ...this.#told };
  }

  /** A property that was set before the script came hides its setter: takes it over. */
  adoptTold() {
    for (const name of NAMES) {
      if (!Object.hasOwn(this, name)) continue;
      const data = this[name];
      delete (/** @type {any} */ (this)[name]);
      Object.assign(this, { [name]: data });
    }
  }

  /** For the element: something else is told. */
  whenTold() {}

  /** @template {keyof Told} Name @param {Name} name @param {Told[Name] | undefined} data */
  #tell(name, data) {
    this.#told = { ...this.#told, [name]: data ?? null };
    this.whenTold();
  }
}
