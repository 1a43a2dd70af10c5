import { createHash, timingSafeEqual } from "node:crypto";
import type { L7Role } from "../../runtime/l7/token.ts";

/** Who asks: a key, or a token that speaks for a tenant. */
export interface ApiKey {
  /** Upper-case tenant id. */
  readonly tenant: string;
  /** Of the key, or the token's subject. */
  readonly name: string;
  /** What a token allows; a key allows everything. */
  readonly roles?: ReadonlySet<L7Role>;
}

/** A key that may be used, known by its hash alone. */
export interface StoredKey extends ApiKey {
  /** SHA-256 of the key. */
  readonly digest: Buffer;
}

/** All keys in force. */
export class KeyRing {
  private byTenant: ReadonlyMap<string, readonly StoredKey[]> = new Map();

  /** Tenants that have keys. */
  get tenants(): readonly string[] {
    return [...this.byTenant.keys()];
  }

  /** Puts a new set of keys in force. */
  replace(byTenant: ReadonlyMap<string, readonly StoredKey[]>): void {
    this.byTenant = byTenant;
  }

  /** The key that `presented` is, or undefined. Takes the same time wherever, or whether, it is found. */
  find(presented: string): ApiKey | undefined {
    const digest = createHash("sha256").update(presented).digest();
    let found: ApiKey | undefined;
    for (const keys of this.byTenant.values()) {
      for (const key of keys) if (timingSafeEqual(key.digest, digest)) found = key;
    }
    return found;
  }
}
