import type { Engine } from "./engine.ts";
import { pool } from "./pool.ts";
import { removeFiles } from "./sides/files.ts";
import { NETWORK, PREFIX } from "./workload.ts";

interface Found {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/** What carries the benchmark's prefix on the nodes, as `node: name`. */
export async function remains(engines: Iterable<Engine>): Promise<string[]> {
  const found = await Promise.all([...engines].map(async (engine) => ({ engine, found: await find(engine) })));
  return found.flatMap(({ engine, found: { containers, volumes, networks } }) =>
    [...containers, ...volumes, ...networks].map((name) => `${engine.node}: ${name}`),
  );
}

/** Removes it, whoever made it. */
export async function sweep(root: string, engines: Iterable<Engine>): Promise<void> {
  await Promise.all(
    [...engines].map(async (engine) => {
      const { containers, volumes, networks } = await find(engine);
      const remove = (path: string): Promise<unknown> => engine.call("DELETE", path, undefined, [404, 409]);
      await pool(4, containers, (name) => remove(`/containers/${name}?force=1`));
      await pool(4, volumes, (name) => remove(`/volumes/${name}`));
      await pool(4, networks, (name) => remove(`/networks/${name}`));
      await removeFiles(root, engine.node);
    }),
  );
}

async function find(engine: Engine): Promise<Found> {
  const filters = encodeURIComponent(JSON.stringify({ name: [PREFIX] }));
  const [containers, { Volumes }, networks] = await Promise.all([
    engine.call<{ Names: string[] }[]>("GET", `/containers/json?all=1&filters=${filters}`),
    engine.call<{ Volumes: { Name: string }[] | null }>("GET", `/volumes?filters=${filters}`),
    engine.call<{ Name: string }[]>("GET", `/networks?filters=${filters}`),
  ]);
  const own = (name: string): boolean => name.startsWith(PREFIX);
  return {
    containers: containers.map(({ Names }) => (Names[0] ?? "").slice(1)).filter(own),
    volumes: (Volumes ?? []).map(({ Name }) => Name).filter(own),
    networks: networks.map(({ Name }) => Name).filter((name) => name === NETWORK),
  };
}
