import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { probe } from "../../../infra/provider/resources/health-gate/probe.ts";
import type { Engine } from "../engine.ts";
import { pool } from "../pool.ts";
import type { Side } from "../side.ts";
import { NETWORK, onNode, type Placed, SUBNET, type Workload } from "../workload.ts";
import { containerBody, type Inspected, sameContainer } from "./container-body.ts";
import { removeFiles, sendFiles } from "./files.ts";

/** Calls to one engine at a time. */
const WIDTH = 4;
const POLL_MS = 100;
const READY_MS = 120_000;

/** The Engine API and nothing around it: what no tool can beat by much. */
export class LimitSide implements Side {
  readonly name = "limit";
  readonly #root: string;
  readonly #engines: ReadonlyMap<string, Engine>;

  constructor(root: string, engines: ReadonlyMap<string, Engine>) {
    this.#root = root;
    this.#engines = engines;
  }

  async apply(workload: Workload): Promise<void> {
    await this.#each(workload, async (engine, placed) => {
      const there = await this.#inspect(engine, placed);
      const wrong = placed.filter((one) => !sameContainer(there.get(one.plan.name), one, workload));
      const fresh = wrong.filter(({ plan }) => !there.has(plan.name));
      if (fresh.length > 0) {
        await Promise.all([
          sendFiles(this.#root, engine.node, fresh),
          this.#network(engine),
          this.#volumes(engine, fresh),
        ]);
      }
      await pool(WIDTH, wrong, async (one) => {
        if (there.has(one.plan.name)) await remove(engine, one.plan.name);
        const { Id } = await engine.call<{ Id: string }>(
          "POST",
          `/containers/create?name=${one.plan.name}`,
          containerBody(one, workload),
        );
        await engine.call("POST", `/containers/${Id}/start`);
      });
      await ready(this.#root, engine, wrong);
    });
  }

  async verify(workload: Workload): Promise<void> {
    await this.#each(workload, async (engine, placed) => {
      const there = await this.#inspect(engine, placed);
      const wrong = placed.filter((one) => !sameContainer(there.get(one.plan.name), one, workload));
      if (wrong.length > 0) throw new Error(`${engine.node}: ${wrong.map(({ plan }) => plan.name).join(", ")} differ`);
    });
  }

  async destroy(workload: Workload): Promise<void> {
    await this.#each(workload, async (engine, placed) => {
      await pool(WIDTH, placed, ({ plan }) => remove(engine, plan.name));
      await Promise.all([
        pool(WIDTH, placed, ({ volume }) => engine.call("DELETE", `/volumes/${volume.name}`, undefined, [404])),
        engine.call("DELETE", `/networks/${NETWORK}`, undefined, [404]),
        removeFiles(this.#root, engine.node),
      ]);
    });
  }

  async #each(workload: Workload, work: (engine: Engine, placed: readonly Placed[]) => Promise<void>): Promise<void> {
    await Promise.all(
      workload.nodes.map((node) => {
        const engine = this.#engines.get(node);
        if (engine === undefined) throw new Error(`no engine for ${node}`);
        return work(engine, onNode(workload, node));
      }),
    );
  }

  async #inspect(engine: Engine, placed: readonly Placed[]): Promise<ReadonlyMap<string, Inspected>> {
    const found = await pool(WIDTH, placed, ({ plan }) =>
      engine.call<Inspected>("GET", `/containers/${plan.name}/json`, undefined, [404]),
    );
    return new Map(found.filter((one) => one.Id !== undefined).map((one) => [one.Name.slice(1), one]));
  }

  async #network(engine: Engine): Promise<void> {
    const IPAM = { Driver: "default", Config: [{ Subnet: SUBNET, Gateway: SUBNET.replace(/0\/\d+$/, "1") }] };
    const Options = { "com.docker.network.bridge.enable_icc": "false" };
    await engine.call(
      "POST",
      "/networks/create",
      { Name: NETWORK, Driver: "bridge", CheckDuplicate: true, IPAM, Options },
      [409],
    );
  }

  async #volumes(engine: Engine, placed: readonly Placed[]): Promise<void> {
    await pool(WIDTH, placed, ({ volume }) =>
      engine.call("POST", "/volumes/create", { Name: volume.name, Driver: "local" }),
    );
  }
}

/** Stops and removes a container with the grace its plan gives it. */
async function remove(engine: Engine, name: string): Promise<void> {
  await engine.call("POST", `/containers/${name}/stop?t=1`, undefined, [304, 404]);
  await engine.call("DELETE", `/containers/${name}?force=1`, undefined, [404]);
}

/** Asks each container's health URL, over the node's connection, until all have answered. */
export async function ready(root: string, engine: Engine, placed: readonly Placed[]): Promise<void> {
  const link = await connect(readAccess(root, engine.node));
  const deadline = Date.now() + READY_MS;
  await pool(WIDTH * 2, placed, async ({ plan }) => {
    const { name, health } = plan;
    const gated = { name, instance: "", kind: health.kind, port: health.port, path: health.path ?? "/" };
    for (;;) {
      const { NetworkSettings } = await engine.call<Inspected>("GET", `/containers/${name}/json`);
      const address = NetworkSettings.Networks[NETWORK]?.IPAddress ?? "";
      const trouble = address === "" ? "does not run" : await probe(link, address, gated);
      if (trouble === undefined) return;
      if (Date.now() > deadline) throw new Error(`${engine.node}: ${name} ${trouble}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  });
}
