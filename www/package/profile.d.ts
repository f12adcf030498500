// What a page gets from `import { NearmindProfile } from "./profile.js"`.

/** `<nearmind-profile>`; custom-elements.json describes it. */
export class NearmindProfile extends HTMLElement {
  /** Draws the present profile. */
  refresh(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "nearmind-profile": NearmindProfile;
  }
}
