import type { DeviceChoice, DeviceReport } from "./types.js";

/** How many workers this device can feed. */
export function suitable(): number;

/** Many texts to vectors, on several cores. See pool.js. */
export class EmbedPool {
  constructor(options: { model: string; device?: DeviceChoice; workers?: number; worker?: string });
  /** Workers that run. */
  readonly size: number;
  /** Loads the model, and says where it runs. */
  ready(): Promise<DeviceReport>;
  /** Vectors of all texts, in their order: `[texts.length, width]`. Rejects with a Problem. */
  embed(
    texts: string[],
    options?: { role?: "passage" | "query"; progress?: (done: number, total: number) => void },
  ): Promise<{ vectors: Float32Array<ArrayBuffer>; width: number; device: DeviceReport }>;
  close(): void;
}
