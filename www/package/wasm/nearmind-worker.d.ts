// The module that the build makes of crates/web/worker.

export default function init(): Promise<unknown>;

/** Called once, before the first message. */
export function start(loadEncoder: () => Promise<unknown>, loadGpu: () => Promise<unknown>): void;

/** A message from the page. */
export function receive(message: unknown): void;
