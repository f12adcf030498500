import type { DeviceChoice, DeviceReport } from "./types.js";

/** How many workers suit this device. */
export function suitable(): number;

/** Encodes many texts on several cores. See pool.js. */
export class EmbedPool {
  constructor(options: { model: string; device?: DeviceChoice; workers?: number; worker?: string });
  /** How many workers run. */
  readonly size: number;
  /** Loads the model, and resolves with where it runs. */
  ready(): Promise<DeviceReport>;
  /** Resolves with the vectors of all texts, in their order: `[texts.length, width]`. Rejects with a Problem. */
  embed(
    texts: string[],
    options?: { role?: "passage" | "query"; progress?: (done: number, total: number) => void },
  ): Promise<{ vectors: Float32Array<ArrayBuffer>; width: number; device: DeviceReport }>;
  close(): void;
}
