/**
 * Draws the report on an imported feed: how it was read, and the problems that were found, by what was done about them
 * and by kind, with counts and the first examples.
 *
 * @import {Finding, Report} from "../../import/types.js"
 * @import {ImportMessages} from "../languages/en/import.js"
 */
import { h } from "../../element/dom.js";
import { byId } from "../settings.js";

/** @param {Report} report @param {ImportMessages} messages */
export function drawReport(report, messages) {
  byId("report-summary").textContent = messages.summary(report);
  // The page imports one feed at a time.
  const [{ format, encoding, encoding_origin: origin, columns }] = report.feeds;
  const unused = Object.keys(columns).filter((name) => !columns[name]);
  byId("report-feed").textContent =
    `${messages.feed(format, encoding)} ${origin === "detected" ? messages.encodingDetected : ""} ${unused.length ? messages.unusedColumns(unused.join(", ")) : ""}`;
  const outcomes = /** @type {(keyof ImportMessages["outcomes"])[]} */ (Object.keys(messages.outcomes));
  const groups = outcomes.flatMap((outcome) => {
    const findings = report.problems.filter((finding) => finding.outcome === outcome);
    return findings.length
      ? [
          h("h3", { class: "outcome" }, messages.outcomes[outcome]),
          ...findings.map((finding) => findingElement(finding, messages)),
        ]
      : [];
  });
  byId("report-findings").replaceChildren(...(groups.length ? groups : [h("p", {}, messages.noFindings)]));
}

/** @param {Finding} finding @param {ImportMessages} messages */
function findingElement(finding, messages) {
  const examples = finding.examples.map(({ row, excerpt }) =>
    h("li", {}, h("span", {}, `${messages.row(row)}: `), excerpt),
  );
  const reasons = Object.entries(finding.reasons).map(([reason, count]) => `${count} ${reason}`);
  const text = messages.finding(finding.count, finding) + (reasons.length ? `: ${reasons.join(", ")}` : "");
  return h("details", { class: "finding" }, h("summary", {}, text), h("ol", {}, ...examples));
}
