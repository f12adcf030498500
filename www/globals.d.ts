// What browsers have and TypeScript's own declarations lack.

interface Navigator {
  /** Global Privacy Control (https://www.w3.org/TR/gpc/). */
  readonly globalPrivacyControl?: boolean;
  /** Device Memory (https://www.w3.org/TR/device-memory/), in GiB. Only in Chromium. */
  readonly deviceMemory?: number;
}

/** Trusted Types (https://www.w3.org/TR/trusted-types/), as far as they are used here. */
declare var trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): { createScriptURL(url: string): string };
    }
  | undefined;
