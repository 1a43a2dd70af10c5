import type { LineView } from "./line-view.ts";

/** Number of buckets that words are spread over. */
export const BUCKETS = 64;
/** Words of one line that count. */
const MAX_WORDS = 40;

/**
 * Sets to 1 the bucket of each word of signature, message, program and user agent (FNV-1a, 32 bits, modulo
 * {@link BUCKETS}). Words with digits are left out: they are addresses, ids and versions.
 */
export function putBuckets(view: LineView, out: Float32Array, offset: number): void {
  const program = view.facts.text("program").toLowerCase();
  const text = `${view.signature} ${view.message.slice(0, 256)} ${program} ${view.agent.slice(0, 64)}`;
  let words = 0;
  for (const [word] of text.matchAll(/[a-z][a-z_-]{2,23}(?![a-z0-9_-])/g)) {
    out[offset + (fnv1a(word) % BUCKETS)] = 1;
    words += 1;
    if (words === MAX_WORDS) return;
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
