import { SEVERITIES, type Severity } from "../../severity.ts";
import { type FeatureLine, LineView } from "./line-view.ts";
import { SIGNS } from "./signs.ts";
import { BUCKETS, putBuckets } from "./token-buckets.ts";
import { VALUES } from "./values.ts";

const FEATURES = [...VALUES, ...SIGNS];

/** Names of the features of a line, in their order: feature set `line-v1`. Any change is a new set and new models. */
export const LINE_FEATURES: readonly string[] = [
  ...FEATURES.map(({ name }) => name),
  ...Array.from({ length: BUCKETS }, (_, bucket) => `word_${bucket}`),
];

/** `line-v1` and the severity that the line itself states, which Layer 4 no longer sees: `line-severity-v1`. */
export const LINE_SEVERITY_FEATURES: readonly string[] = [
  ...LINE_FEATURES,
  ...SEVERITIES.map((severity) => `says_${severity.toLowerCase()}`),
];

/** Writes the features of a line to `out` from `offset` on, which must be zeros; with `severity`, those of `line-severity-v1`. */
export function putLineFeatures(line: FeatureLine, out: Float32Array, offset: number, severity?: Severity): void {
  const view = new LineView(line);
  for (let at = 0; at < FEATURES.length; at++) out[offset + at] = FEATURES[at]?.of(view) ?? 0;
  putBuckets(view, out, offset + FEATURES.length);
  if (severity) out[offset + LINE_FEATURES.length + SEVERITIES.indexOf(severity)] = 1;
}
