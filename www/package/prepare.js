/**
 * Asks the worker for the model: for a page that wants it now, and for one that is idle. Loaded after the first list. Does
 * not know when the worker loads it.
 *
 * @import {DeviceReport, Nearmind} from "./types.js"
 */
import { withTexts } from "./texts.js";

/** An idle page says so after this time at the latest. */
const IDLE_MS = 5000;

/**
 * Loads the model. Resolves with where it runs, or with null if the page uses no model; rejects with a Problem.
 * @param {Nearmind} client
 * @param {string} lang of the problem
 * @returns {Promise<DeviceReport | null>}
 */
export async function prepare(client, lang) {
  if (client.state.device) return client.state.device;
  /** @type {Promise<DeviceReport | null>} */
  const settled = new Promise((resolve, reject) => {
    const stop = client.subscribe((update) => {
      const reason = update.type === "model-absent" ? update.reason : null;
      if (update.type === "model-ready") resolve(update.device);
      else if (reason?.code === "disabled") resolve(null);
      else if (reason?.code === "failed") problemOf(reason, lang).then(reject);
      else if (update.type === "error" && update.fatal) reject(update);
      else return;
      stop();
    });
  });
  settled.catch(() => {});
  await client.send({ type: "prepare", asked: true });
  return settled;
}

/** Tells the worker when the page has loaded and is idle. @param {Nearmind} client */
export async function offer(client) {
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded));
  const idle = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 100)); // Safari
  idle(() => client.send({ type: "prepare", asked: false }).catch(() => {}), { timeout: IDLE_MS });
}

/** Why the model could not be loaded. @param {{problem: string, why: string}} reason @param {string} lang */
const problemOf = ({ problem, why }, lang) =>
  withTexts({ type: "error", code: problem, detail: why, fatal: false }, lang);
