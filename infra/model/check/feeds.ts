import type { Loose, ManifestFeed } from "../manifest.ts";
import type { Finding, ManifestPath } from "../manifest-error.ts";
import { milliseconds } from "../units.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

type Setting = "path" | "url" | "every" | "token_file" | "ca_file";

const PATH = /^feeds(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,4}$/;
const TAXII: readonly Setting[] = ["url", "every", "token_file", "ca_file"];
const OF_KIND: Readonly<Record<ManifestFeed["kind"], readonly Setting[]>> = {
  stix: ["path"],
  csv: ["path"],
  taxii: TAXII,
};

/** A feed has the settings of its kind; what it is reached with lies in a folder of its tenant's. */
export const checkFeeds: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    const ids = new Set<string>();
    const folders = new Set<string>();
    for (const [i, feed] of (value.feeds ?? []).entries()) {
      if (feed === undefined) continue;
      const at = [...path, "feeds", i];
      const { id } = feed;
      if (id !== undefined && ids.has(id)) {
        findings.push({ path: [...at, "id"], message: `the id "${id}" is taken; expected one that is free` });
      }
      if (id !== undefined) ids.add(id);
      findings.push(...settings(at, feed), ...reached(at, feed, value.id, folders));
    }
  }
  return findings;
};

function settings(at: ManifestPath, feed: Loose<ManifestFeed>): Finding[] {
  const { kind, path, url, every } = feed;
  if (kind === undefined) return [];
  const own = OF_KIND[kind];
  const findings = (["path", ...TAXII] as const)
    .filter((name) => feed[name] !== undefined && !own.includes(name))
    .map((name) => ({
      path: [...at, name],
      message: `is no setting of kind ${kind}; expected ${own.join(", ")}`,
    }));
  const needed = own[0];
  if (needed !== undefined && feed[needed] === undefined) {
    findings.push({ path: [...at], message: `has no "${needed}"; expected one, as kind ${kind} needs it` });
  }
  if (path !== undefined && !PATH.test(path)) {
    findings.push({
      path: [...at, "path"],
      message: `${path} is no file below feeds/; expected one such as feeds/alpha.csv`,
    });
  }
  if (url !== undefined && !isPlain(url)) {
    findings.push({ path: [...at, "url"], message: "must be an https URL without user, password, query and fragment" });
  }
  if (every !== undefined && (milliseconds(every) < 10_000 || milliseconds(every) > 86_400_000)) {
    findings.push({ path: [...at, "every"], message: `${every} is out of range; expected 10s to 1d` });
  }
  return findings;
}

function isPlain(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.username === "" && url.password === "" && !/[?#]/.test(text);
}

/** A folder is mounted as a whole: another tenant's must not be, and there is one a container. */
function reached(
  at: ManifestPath,
  feed: Loose<ManifestFeed>,
  tenant: string | undefined,
  folders: Set<string>,
): Finding[] {
  const findings: Finding[] = [];
  for (const key of ["token_file", "ca_file"] as const) {
    const file = feed[key];
    if (file === undefined || tenant === undefined) continue;
    const folder = file.slice(0, file.lastIndexOf("/"));
    if (!folder.endsWith(`/${tenant}`)) {
      const message = `${file} lies in no folder of ${tenant}'s; expected one such as /etc/dsmil-feeds/${tenant}/${file.slice(folder.length + 1)}`;
      findings.push({ path: [...at, key], message });
    } else if (folders.size > 0 && !folders.has(folder)) {
      const message = `${file} lies in another folder than the others; expected ${[...folders].join("")}`;
      findings.push({ path: [...at, key], message });
    } else folders.add(folder);
  }
  return findings;
}
