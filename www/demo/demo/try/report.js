/**
 * What was wrong with a feed, for people: counted by kind, with the first examples.
 *
 * @import {Finding, Report} from "../../import/types.js"
 * @import {Say} from "./messages.js"
 */
import { h } from "../../element/dom.js";
import { byId } from "../settings.js";

/** @param {Report} report @param {Say} say */
export function drawReport(report, say) {
  byId("report-summary").textContent = say.summary(report);
  const [{ format, encoding, encoding_origin: origin, columns }] = report.feeds;
  const unused = Object.keys(columns).filter((name) => !columns[name]);
  byId("report-feed").textContent =
    `${say.feed(format, encoding)} ${origin === "detected" ? say.detected : ""} ${unused.length ? say.unused(unused.join(", ")) : ""}`;
  const outcomes = /** @type {(keyof Say["outcomes"])[]} */ (Object.keys(say.outcomes));
  const groups = outcomes.flatMap((outcome) => {
    const found = report.problems.filter((finding) => finding.outcome === outcome);
    return found.length
      ? [h("h3", { class: "outcome" }, say.outcomes[outcome]), ...found.map((finding) => row(finding, say))]
      : [];
  });
  byId("report-findings").replaceChildren(...(groups.length ? groups : [h("p", {}, say.clean)]));
}

/** @param {Finding} finding @param {Say} say */
function row(finding, say) {
  const examples = finding.examples.map(({ row, excerpt }) => h("li", {}, h("span", {}, `${say.row(row)}: `), excerpt));
  const reasons = Object.entries(finding.reasons).map(([reason, count]) => `${count} ${reason}`);
  const text = say.finding(finding.count, finding) + (reasons.length ? `: ${reasons.join(", ")}` : "");
  return h("details", { class: "finding" }, h("summary", {}, text), h("ol", {}, ...examples));
}
