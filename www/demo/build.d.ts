// The constants that the build writes above offline.js (xtask/src/offline.rs).

/** The files of the site, with their SHA-256 in hexadecimal. */
declare const FILES: Record<string, string>;
/** The wasm module that uses the relaxed dot product, as worker.js has it. */
declare const RELAXED_DOT: Uint8Array<ArrayBuffer>;
