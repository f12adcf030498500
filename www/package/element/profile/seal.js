/**
 * Encrypts a text with a passphrase by WebCrypto: AES-GCM with a key derived by PBKDF2 as OWASP recommends (SHA-256,
 * 600,000 rounds). Without the passphrase only the length can be seen, and any change is detected.
 *
 * {"format": "nearmind-sealed", "version": 1, "rounds": n, "salt": base64, "iv": base64, "data": base64}
 */

const FORMAT = "nearmind-sealed";
const ROUNDS = 600_000;
/** The most rounds of a file that are computed. */
const MOST_ROUNDS = 10_000_000;

/** @param {string} text @param {string} phrase */
export async function seal(text, phrase) {
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
  const key = await keyOf(phrase, salt, ROUNDS, "encrypt");
  const data = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text)),
  );
  return JSON.stringify({
    format: FORMAT,
    version: 1,
    rounds: ROUNDS,
    salt: toBase64(salt),
    iv: toBase64(iv),
    data: toBase64(data),
  });
}

/** @param {string} text */
export function isSealed(text) {
  try {
    return JSON.parse(text)?.format === FORMAT;
  } catch {
    return false;
  }
}

/** @param {string} sealed @param {string} phrase @param {string} wrong Message of the error when the file cannot be decrypted. */
export async function open(sealed, phrase, wrong) {
  try {
    const { version, rounds, salt, iv, data } = JSON.parse(sealed);
    if (version !== 1 || !(rounds > 0 && rounds <= MOST_ROUNDS)) throw new Error(wrong);
    const key = await keyOf(phrase, fromBase64(salt), rounds, "decrypt");
    return new TextDecoder().decode(
      await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(iv) }, key, fromBase64(data)),
    );
  } catch {
    throw new Error(wrong);
  }
}

/** @param {string} phrase @param {Uint8Array<ArrayBuffer>} salt @param {number} iterations @param {KeyUsage} usage */
async function keyOf(phrase, salt, iterations, usage) {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(phrase), "PBKDF2", false, [
    "deriveKey",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}

/** @param {Uint8Array} bytes */
const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
/** @param {string} text */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
