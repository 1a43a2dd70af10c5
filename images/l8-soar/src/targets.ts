import { isIP } from "node:net";
import { Facts } from "../../runtime/facts.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";
import { folded } from "../../runtime/soc/enrichment.ts";
import { isOutside } from "../../runtime/soc/outside.ts";

/** What an action can be about. */
export type TargetKind = "machine" | "address" | "domain" | "user" | "file";

const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?$/;
const USER = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;

/** What of an event an action could be applied to; where it holds nothing of that kind, or nothing sound, undefined. */
export function targetOf(fields: LineFields, kind: TargetKind): string | undefined {
  const facts = new Facts("", fields);
  const text = (name: string): string => folded(facts.text(name));
  const first = (names: readonly string[], fits: (name: string) => boolean): string | undefined =>
    names.filter(fits).map(text)[0];
  const address = (name: string): boolean => isIP(text(name)) !== 0;
  switch (kind) {
    case "machine": {
      // Only what is ours can be isolated.
      const inside = first(["src_ip", "dest_ip"], (name) => address(name) && !isOutside(text(name)));
      const host = first(["host"], (name) => HOST.test(text(name)));
      return inside === undefined ? host && `host:${host}` : `ip:${inside}`;
    }
    case "address": {
      // Blocking one of our own addresses would be an isolation by another name.
      const outside = first(["src_ip", "dest_ip"], (name) => isOutside(text(name)));
      return outside && `ip:${outside}`;
    }
    case "domain": {
      const domain = first(["domain"], (name) => DOMAIN.test(text(name)));
      return domain && `domain:${domain}`;
    }
    case "user": {
      const user = facts.text("user");
      return USER.test(user) ? `user:${user}` : undefined;
    }
    case "file": {
      const hash = first(["sha256", "sha1", "md5"], (name) => HASH.test(text(name)));
      return hash && `hash:${hash}`;
    }
  }
}
