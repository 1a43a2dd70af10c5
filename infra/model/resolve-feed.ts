import type { ManifestFeed } from "./manifest.ts";
import type { Feed } from "./types.ts";
import { milliseconds } from "./units.ts";

/** Time between two polls of a collection where nothing is said. */
const EVERY = "5m";

/** A feed of a tenant from a checked manifest. */
export function resolveFeed({ id, kind, confidence, path, url, ...rest }: ManifestFeed): Feed {
  const { every = EVERY, token_file: tokenFile, ca_file: caFile } = rest;
  if (kind !== "taxii") {
    if (path === undefined) throw new Error(`feed ${id} has no path: the manifest was not checked`);
    return { id, kind, path, confidence };
  }
  if (url === undefined) throw new Error(`feed ${id} has no url: the manifest was not checked`);
  return {
    ...{ id, kind, url, confidence, everySeconds: milliseconds(every) / 1000 },
    ...(tokenFile !== undefined && { tokenFile }),
    ...(caFile !== undefined && { caFile }),
  };
}
