/**
 * The page on which visitors try their own catalogue: choose a feed, import it, see recommendations, export. Draws the
 * importer's state.
 *
 * @import {Problem, State} from "../../import/types.js"
 */
import { Importer } from "../../import/importer.js";
import { h, write } from "../../element/dom.js";
import { byId, lang, translate } from "../settings.js";
import { messages as en } from "../languages/en/import.js";
import { messages as zh, page } from "../languages/zh/import.js";
import { drawReport } from "./report.js";
import { drawResult, listenForWishes } from "./result.js";

/** The models to choose from. If two support equally many of a feed's texts, the first is used. */
const MODELS = ["models/minilm/", "models/e5/"];
const messages = lang.startsWith("zh") ? zh : en;
const device = /** @type {"auto" | "cpu" | "gpu" | null} */ (new URLSearchParams(location.search).get("device"));
const importer = new Importer({ models: MODELS, device: device ?? "auto", onChange: draw });
/** The report that is drawn. @type {import("../../import/types.js").Report | null} */
let drawnReport = null;

/** Whether the visitor has used the page: before that, the focus must not move. */
let hasInteracted = false;
let wasBusy = false;

/** @param {State} state */
function draw(state) {
  const { phase, problem, report, catalog, resumable } = state;
  byId("feed").hidden = importer.busy;
  byId("work").hidden = !importer.busy;
  if (importer.busy) drawWork(state);
  byId("problem").hidden = !problem || phase !== "failed";
  byId("problem-buttons").hidden = !resumable;
  write(
    byId("problem-text"),
    problem && phase === "failed"
      ? `${problemMessage(problem)} ${catalog ? messages.previousUnchanged : ""}`.trim()
      : "",
  );
  byId("report").hidden = !report;
  if (report && report !== drawnReport) drawReport(report, messages);
  drawnReport = report;
  byId("result").hidden = !catalog || importer.busy;
  drawResult(catalog, messages, device);
  if (wasBusy !== importer.busy && hasInteracted)
    restoreFocus(problem ? "problem" : importer.busy ? "work" : catalog ? "result" : "file");
  wasBusy = importer.busy;
}

/** Moves the focus to this element if the focused one has disappeared. @param {string} id */
function restoreFocus(id) {
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body || !activeElement.checkVisibility()) byId(id).focus();
}

/** @param {State} state */
function drawWork({ phase, name, done, total, rate, secondsLeft, device, unsupported, stored }) {
  write(byId("work-phase"), messages.phases[phase]);
  write(byId("work-name"), name);
  const bar = /** @type {HTMLProgressElement} */ (byId("work-bar"));
  bar.max = Math.max(total, 1);
  bar.value = done;
  const deviceName = device === "gpu" ? messages.devices.gpu : device && messages.devices.cpu;
  const parts =
    phase === "reading"
      ? [messages.bytesRead(done, total)]
      : [
          messages.embedded(done, total),
          rate && messages.rate(rate),
          secondsLeft !== null && messages.remaining(secondsLeft),
          phase === "embedding" && deviceName,
        ];
  write(byId("work-numbers"), parts.filter(Boolean).join(" · "));
  const notes = [!stored && messages.notStored, unsupported.length && messages.unsupported(unsupported)].filter(
    Boolean,
  );
  byId("work-note").hidden = !notes.length;
  write(byId("work-note"), notes.join(" "));
  const pause = /** @type {HTMLButtonElement} */ (byId("pause"));
  pause.disabled = !["embedding", "paused"].includes(phase);
  write(pause, phase === "paused" ? messages.resume : messages.pause);
}

/** @param {Problem} problem */
function problemMessage(problem) {
  const message = messages.problems[problem.code]?.(problem);
  // The text after a semicolon is advice for the command line.
  const [why] = problem.why?.split(";") ?? [];
  return message ? message + (why ? messages.detail(why) : "") : messages.failed + messages.detail(problem.message);
}

/** The options of the form; null for those that are not set. */
function readOptions() {
  const form = new FormData(/** @type {HTMLFormElement} */ (byId("feed")));
  const field = (/** @type {string} */ name) => String(form.get(name) ?? "").trim() || null;
  const [format, encoding, columns, lang, variants] = ["format", "encoding", "columns", "lang", "variants"].map(field);
  return { format, encoding, columns, lang, variants, currency: field("currency")?.toUpperCase() ?? null };
}

/** @param {File | undefined | null} file */
function importFile(file) {
  if (!file) return;
  hasInteracted = true;
  importer.importFile(file, readOptions());
}

function listenForFiles() {
  const [input, drop] = [/** @type {HTMLInputElement} */ (byId("file")), byId("drop")];
  input.addEventListener("change", () => {
    importFile(input.files?.[0]);
    input.value = "";
  });
  byId("feed").addEventListener("submit", (event) => event.preventDefault());
  // On the whole page: otherwise the browser would open a file that is dropped beside the field.
  for (const type of ["dragover", "drop", "dragleave"]) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", type === "dragover");
    });
  }
  document.addEventListener("drop", ({ dataTransfer }) => importFile(dataTransfer?.files[0]));
  byId("sample").addEventListener("click", async () => {
    const response = await fetch("shop/items.jsonl");
    importFile(new File([await response.blob()], "halfmoon.jsonl"));
  });
}

function listenForButtons() {
  byId("pause").addEventListener("click", () =>
    importer.state.phase === "paused" ? importer.resume() : importer.pause(),
  );
  const onClick = (/** @type {string} */ button, /** @type {() => Promise<void>} */ run) =>
    byId(button).addEventListener("click", async () => {
      hasInteracted = true;
      await run();
      restoreFocus(importer.busy ? "work" : "file");
    });
  onClick("cancel", () => importer.cancel());
  onClick("retry", () => importer.restore());
  onClick("discard", () => importer.cancel());
  onClick("remove", () => importer.remove());
  byId("export").addEventListener("click", async () => {
    try {
      const url = URL.createObjectURL(await importer.export());
      h("a", { href: url, download: "catalog.zip" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      write(byId("exported"), messages.exported);
    } catch (problem) {
      write(byId("exported"), problemMessage(/** @type {Problem} */ (problem)));
    }
  });
}

translate(document, page);
listenForFiles();
listenForButtons();
listenForWishes(messages);
await importer.restore();
