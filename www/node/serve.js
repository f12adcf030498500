/** `nearmind serve`: serves a folder on this machine, to try a page. Must not know what the folder contains. */
import http from "node:http";
import path from "node:path";

import sirv from "sirv";

/** @param {string} folder @param {number} port */
export function serveFolder(folder, port) {
  const files = sirv(folder, { dev: true, etag: true, dotfiles: false });
  const server = http.createServer((request, response) =>
    files(request, response, () => {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
      response.end(`${request.url} is not in ${path.basename(folder)}\n`);
    }),
  );
  server.on("error", (error) => {
    console.error(`error: port ${port} cannot be used: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(port, "127.0.0.1", () => {
    const { port: used } = /** @type {import("node:net").AddressInfo} */ (server.address());
    console.log(`serving ${folder} at http://localhost:${used}/ until you press Ctrl-C`);
  });
}
