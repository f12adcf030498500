// What a page gets from `import { connect } from "./client.js"`: events, search, the profile.

import type { Client, Options } from "./types.js";

export type * from "./types.js";

/** The client for a catalogue and a model; the same one for the same options. */
export function connect(options: Options): Client;
