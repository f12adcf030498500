// The constants that the build writes at the start of offline.js (xtask/src/offline.rs).

/** The SHA-256 of each file of the site, in hexadecimal, by path. */
declare const FILES: Record<string, string>;
/** A wasm module with the relaxed dot product, to detect relaxed SIMD. The same constant is in worker.js. */
declare const RELAXED_DOT: Uint8Array<ArrayBuffer>;
