import { createHash } from "node:crypto";
import { parseDocument } from "yaml";

/**
 * Tells whether two deployments were the same: SHA-256 (hex) over what a manifest says and its images. A service that is pinned to
 * the image it has anyway counts as not pinned: a rollback pins, and what it returns to is still the same state.
 * @param images image name → reference with tag
 */
export function stateKey(manifest: string, images: Readonly<Record<string, string>>): string {
  const tags = new Set(Object.values(images).map((reference) => reference.slice(reference.lastIndexOf(":") + 1)));
  return createHash("sha256")
    .update(JSON.stringify([contentOf(manifest, tags), images]))
    .digest("hex");
}

/** What the text says, without such pins; the text where it is no YAML. */
function contentOf(manifest: string, tags: ReadonlySet<string>): unknown {
  const document = parseDocument(manifest, { logLevel: "silent" });
  if (document.errors.length > 0) return manifest;
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    if (!isRecord(data) || !Array.isArray(data.services)) return data;
    return { ...data, services: data.services.map((service: unknown) => withoutPin(service, tags)) };
  } catch {
    return manifest;
  }
}

function withoutPin(service: unknown, tags: ReadonlySet<string>): unknown {
  if (!isRecord(service) || typeof service.tag !== "string" || !tags.has(service.tag)) return service;
  const { tag: _, ...rest } = service;
  return rest;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
