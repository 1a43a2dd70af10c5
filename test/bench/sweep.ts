import type { Engine } from "./engine.ts";
import { pool } from "./pool.ts";
import { removeFiles } from "./sides/files.ts";
import { NETWORK, PREFIX } from "./workload.ts";

/** Removes whatever carries the benchmark's prefix from the nodes, whoever made it. */
export async function sweep(root: string, engines: Iterable<Engine>): Promise<void> {
  await Promise.all(
    [...engines].map(async (engine) => {
      const filter = encodeURIComponent(JSON.stringify({ name: [PREFIX] }));
      const containers = await engine.call<{ Id: string; Names: string[] }[]>("GET", `/containers/json?all=1&filters=${filter}`);
      const ours = containers.filter(({ Names }) => Names.some((name) => name.startsWith(`/${PREFIX}`)));
      await pool(4, ours, ({ Id }) => engine.call("DELETE", `/containers/${Id}?force=1&v=1`, undefined, [404]));
      const { Volumes } = await engine.call<{ Volumes: { Name: string }[] | null }>("GET", `/volumes?filters=${filter}`);
      const volumes = (Volumes ?? []).filter(({ Name }) => Name.startsWith(PREFIX));
      await pool(4, volumes, ({ Name }) => engine.call("DELETE", `/volumes/${Name}`, undefined, [404]));
      await engine.call("DELETE", `/networks/${NETWORK}`, undefined, [404]);
      await removeFiles(root, engine.node);
    }),
  );
}
