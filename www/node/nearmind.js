#!/usr/bin/env node
/**
 * The command line `nearmind` under Node: `npx nearmind bake products.csv --out site/catalog`. The command is the native
 * one, compiled to WebAssembly (WASI). It runs in a thread of its own and waits there for the threads that encode texts,
 * while this thread serves pages and reacts to Ctrl-C.
 */
import v8 from "node:v8";
import { Worker } from "node:worker_threads";

// Node's WASI allocates in calls that V8 compiles as ones that never collect garbage: Node 20, 22 and 24 crash.
v8.setFlagsFromString("--no-turbo-fast-api-calls");

const command = new Worker(new URL("./command.js", import.meta.url), { argv: process.argv.slice(2) });

command.on("message", async ({ serve }) => {
  const { serveFolder } = await import("./serve.js");
  serveFolder(serve.folder, serve.port);
});
command.on("error", (error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
command.on("exit", (code) => {
  process.exitCode ||= code;
});
