import { hostName } from "../names.ts";
import type { Fleet, Service } from "../types.ts";

/** Where PostgreSQL is, for a program that is told by its environment; nothing where it does not need it. */
export function postgresPlace({ domain, database }: Fleet, needs: readonly Service[]): Record<string, string> {
  const store = needs.find(({ id }) => id === "postgres");
  if (store === undefined) return {};
  return {
    POSTGRES_HOST: hostName("postgres", domain),
    POSTGRES_PORT: String(store.publish ?? store.port),
    POSTGRES_DB: database,
  };
}
