import { type Qdrant, QdrantError } from "../../stores/qdrant.ts";
import type { QdrantCollection } from "./args.ts";

/** A collection as it is. */
export interface FoundCollection extends QdrantCollection {
  readonly points: number;
}

const path = (name: string): string => `/collections/${encodeURIComponent(name)}`;

/** A collection by name; `undefined`: there is none. */
export async function find(client: Qdrant, name: string): Promise<FoundCollection | undefined> {
  try {
    const info = (await client.call("GET", path(name))) as {
      points_count?: number;
      config: { params: { vectors?: { size?: number; distance?: string } } };
    };
    // Named vectors have neither: 0 and "" are what no declaration says.
    const { size = 0, distance = "" } = info.config.params.vectors ?? {};
    return { name, size, distance, points: info.points_count ?? 0 };
  } catch (error) {
    if (error instanceof QdrantError && error.status === 404) return undefined;
    throw error;
  }
}

/** Names of all collections of a tenant. */
export async function ofTenant(client: Qdrant, tenant: string): Promise<string[]> {
  const { collections } = (await client.call("GET", "/collections")) as { collections: { name: string }[] };
  return collections
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${tenant}_`))
    .toSorted();
}

/** Makes a collection; one that came to be in between is success. */
export async function create(client: Qdrant, { name, size, distance }: QdrantCollection): Promise<void> {
  try {
    await client.call("PUT", path(name), { vectors: { size, distance } });
  } catch (error) {
    const found = error instanceof QdrantError && [400, 409].includes(error.status) && (await find(client, name));
    if (!found || found.size !== size || found.distance !== distance) throw error;
  }
}

/** Drops a collection; gone is success. */
export async function drop(client: Qdrant, name: string): Promise<void> {
  try {
    await client.call("DELETE", path(name));
  } catch (error) {
    if (!(error instanceof QdrantError && error.status === 404)) throw error;
  }
}

/** How many points a collection holds, counted exactly; 0 where there is none. */
export async function pointsIn(client: Qdrant, name: string): Promise<number> {
  try {
    const { count } = (await client.call("POST", `${path(name)}/points/count`, { exact: true })) as { count: number };
    return count;
  } catch (error) {
    if (error instanceof QdrantError && error.status === 404) return 0;
    throw error;
  }
}
