/**
 * A catalogue of the visitor's own: chosen, read, embedded, kept, shown and exported. Draws what the importer says.
 *
 * @import {Problem, State} from "../../import/types.js"
 */
import { Importer } from "../../import/importer.js";
import { h, write } from "../../element/dom.js";
import { byId, lang, translate } from "../settings.js";
import { PAGE_ZH, words } from "./messages.js";
import { drawReport } from "./report.js";
import { drawResult, listenForWishes } from "./result.js";

/** Of those that read as many of a feed's texts, the first is taken. */
const MODELS = ["models/minilm/", "models/e5/"];
const say = words(lang);
const device = /** @type {"auto" | "cpu" | "gpu" | null} */ (new URLSearchParams(location.search).get("device"));
const importer = new Importer({ models: MODELS, device: device ?? "auto", change: draw });
/** @type {import("../../import/types.js").Report | null} */
let reported = null;

/** The visitor has done something here: only then may the focus move. */
let touched = false;
let busy = false;

/** @param {State} state */
function draw(state) {
  const { phase, problem, report, catalog, waits } = state;
  byId("feed").hidden = importer.busy;
  byId("work").hidden = !importer.busy;
  if (importer.busy) drawWork(state);
  byId("problem").hidden = !problem || phase !== "failed";
  byId("problem-buttons").hidden = !waits;
  write(
    byId("problem-text"),
    problem && phase === "failed" ? `${told(problem)} ${catalog ? say.stays : ""}`.trim() : "",
  );
  byId("report").hidden = !report;
  if (report && report !== reported) drawReport(report, say);
  reported = report;
  byId("result").hidden = !catalog || importer.busy;
  drawResult(catalog, say, device);
  if (busy !== importer.busy && touched)
    follow(problem ? "problem" : importer.busy ? "work" : catalog ? "result" : "file");
  busy = importer.busy;
}

/** What had the focus is gone: whoever had it goes on at what took its place. @param {string} place */
function follow(place) {
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body || !activeElement.checkVisibility()) byId(place).focus();
}

/** @param {State} state */
function drawWork({ phase, name, done, total, rate, secondsLeft, device, unread, kept }) {
  write(byId("work-phase"), say.phases[phase]);
  write(byId("work-name"), name);
  const bar = /** @type {HTMLProgressElement} */ (byId("work-bar"));
  bar.max = Math.max(total, 1);
  bar.value = done;
  const where = device === "gpu" ? say.on.gpu : device && say.on.cpu;
  const parts =
    phase === "reading"
      ? [say.readBytes(done, total)]
      : [
          say.made(done, total),
          rate && say.rate(rate),
          secondsLeft !== null && say.left(secondsLeft),
          phase === "embedding" && where,
        ];
  write(byId("work-numbers"), parts.filter(Boolean).join(" · "));
  const notes = [!kept && say.notKept, unread.length && say.unread(unread)].filter(Boolean);
  byId("work-note").hidden = !notes.length;
  write(byId("work-note"), notes.join(" "));
  const pause = /** @type {HTMLButtonElement} */ (byId("pause"));
  pause.disabled = !["embedding", "paused"].includes(phase);
  write(pause, phase === "paused" ? say.resume : say.pause);
}

/** @param {Problem} problem */
function told(problem) {
  const known = say.problems[problem.code]?.(problem);
  // What follows a semicolon is advice for the command line.
  const [why] = problem.why?.split(";") ?? [];
  return known ? known + (why ? say.detail(why) : "") : say.failed + say.detail(problem.message);
}

/** What the form says of the file. */
function options() {
  const form = new FormData(/** @type {HTMLFormElement} */ (byId("feed")));
  const field = (/** @type {string} */ name) => String(form.get(name) ?? "").trim() || null;
  const [format, encoding, columns, lang, variants] = ["format", "encoding", "columns", "lang", "variants"].map(field);
  return { format, encoding, columns, lang, variants, currency: field("currency")?.toUpperCase() ?? null };
}

/** @param {File | undefined | null} file */
function take(file) {
  if (!file) return;
  touched = true;
  importer.take(file, options());
}

function listenForFiles() {
  const [input, drop] = [/** @type {HTMLInputElement} */ (byId("file")), byId("drop")];
  input.addEventListener("change", () => {
    take(input.files?.[0]);
    input.value = "";
  });
  byId("feed").addEventListener("submit", (event) => event.preventDefault());
  // Anywhere on the page: a file that misses would otherwise take the page's place.
  for (const type of ["dragover", "drop", "dragleave"]) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", type === "dragover");
    });
  }
  document.addEventListener("drop", ({ dataTransfer }) => take(dataTransfer?.files[0]));
  byId("sample").addEventListener("click", async () => {
    const response = await fetch("shop/items.jsonl");
    take(new File([await response.blob()], "halfmoon.jsonl"));
  });
}

function listenForButtons() {
  byId("pause").addEventListener("click", () =>
    importer.state.phase === "paused" ? importer.resume() : importer.pause(),
  );
  const does = (/** @type {string} */ button, /** @type {() => Promise<void>} */ run) =>
    byId(button).addEventListener("click", async () => {
      touched = true;
      await run();
      follow(importer.busy ? "work" : "file");
    });
  does("cancel", () => importer.cancel());
  does("retry", () => importer.restore());
  does("discard", () => importer.cancel());
  does("remove", () => importer.remove());
  byId("export").addEventListener("click", async () => {
    try {
      const url = URL.createObjectURL(await importer.export());
      h("a", { href: url, download: "catalog.zip" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      write(byId("exported"), say.exported);
    } catch (problem) {
      write(byId("exported"), told(/** @type {Problem} */ (problem)));
    }
  });
}

translate(document, PAGE_ZH);
listenForFiles();
listenForButtons();
listenForWishes(say);
await importer.restore();
