import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SERVICE_UID } from "../../../infra/components/service-container.ts";
import { run } from "../run.ts";
import type { Side } from "../side.ts";
import { NETWORK, onNode, type Placed, SUBNET, type Workload } from "../workload.ts";
import { removeFiles, sendFiles } from "./files.ts";

/** docker compose v2: one file a node, three processes at a time, over the project's multiplexed SSH connections. */
export class ComposeSide implements Side {
  readonly name = "compose";
  readonly #root: string;
  readonly #argv: readonly [string, ...string[]];
  readonly #folder: string;
  readonly #sent = new Map<string, ReadonlySet<string>>();

  /** @param argv how compose is started: `docker compose`, or its binary */
  constructor(root: string, argv: readonly [string, ...string[]]) {
    this.#root = root;
    this.#argv = argv;
    this.#folder = join(root, ".dsmil/bench/compose");
    mkdirSync(join(this.#folder, "bin"), { recursive: true });
    // The docker client starts `ssh` by name and takes no options for it.
    const ssh = `#!/bin/sh\nexec /usr/bin/ssh -F '${join(root, ".dsmil/ssh/config")}' "$@"\n`;
    writeFileSync(join(this.#folder, "bin/ssh"), ssh, { mode: 0o755 });
  }

  async apply(workload: Workload): Promise<void> {
    await Promise.all(
      workload.nodes.map(async (node) => {
        const placed = onNode(workload, node);
        // It has no means to bring files to a remote node: those that are new go before it.
        const sent = this.#sent.get(node);
        const fresh = placed.filter(({ plan }) => !sent?.has(plan.name));
        if (fresh.length > 0) await sendFiles(this.#root, node, fresh);
        this.#sent.set(node, new Set(placed.map(({ plan }) => plan.name)));
        writeFileSync(this.#file(node), JSON.stringify(composeFile(placed, workload), null, 1));
        await this.#compose(node, ["up", "--detach", "--wait", "--remove-orphans"]);
      }),
    );
  }

  /** Compose has no dry run that tells: bringing up what is up changes nothing and asks every container. */
  async verify(workload: Workload): Promise<void> {
    await this.apply(workload);
  }

  async destroy(workload: Workload): Promise<void> {
    await Promise.all(
      workload.nodes.map(async (node) => {
        await this.#compose(node, ["down", "--volumes", "--timeout", "1"]);
        await removeFiles(this.#root, node);
      }),
    );
    this.#sent.clear();
  }

  #file = (node: string): string => join(this.#folder, `${node}.json`);

  async #compose(node: string, args: readonly string[]): Promise<void> {
    await run([...this.#argv, "--project-name", "bench", "--file", this.#file(node), "--progress", "quiet", ...args], {
      cwd: this.#folder,
      env: {
        DOCKER_HOST: `ssh://${node}`,
        PATH: `${join(this.#folder, "bin")}:${process.env.PATH ?? ""}`,
        COMPOSE_PARALLEL_LIMIT: "-1",
      },
    });
  }
}

/** The same containers as infra/components/service-container.ts makes; JSON is YAML. */
function composeFile(placed: readonly Placed[], { image }: Workload): unknown {
  return {
    services: Object.fromEntries(placed.map((one) => [one.plan.name, service(one, image)])),
    networks: {
      [NETWORK]: {
        name: NETWORK,
        driver: "bridge",
        driver_opts: { "com.docker.network.bridge.enable_icc": "false" },
        ipam: { config: [{ subnet: SUBNET, gateway: SUBNET.replace(/0\/\d+$/, "1") }] },
      },
    },
    volumes: Object.fromEntries(placed.map(({ volume }) => [volume.name, { name: volume.name }])),
  };
}

function service({ plan }: Placed, image: string): unknown {
  return {
    container_name: plan.name,
    hostname: plan.name,
    image,
    user: `${SERVICE_UID}:${SERVICE_UID}`,
    init: true,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges"],
    restart: "always",
    mem_limit: `${plan.memoryMiB}m`,
    memswap_limit: `${plan.memoryMiB}m`,
    cpus: plan.cpus,
    environment: plan.env,
    labels: plan.labels,
    networks: [NETWORK],
    volumes: plan.mounts.map(({ type, source, target, readOnly }) => ({ type, source, target, read_only: readOnly })),
    logging: { driver: "json-file", options: { tag: plan.logTag, "max-size": "10m", "max-file": "3" } },
    // Compose waits for the engine's own check, whose first run is one interval after the start: as short as it goes.
    healthcheck: { test: ["CMD", ...plan.health.argv], interval: "1s", timeout: "5s", retries: 3, start_period: "5s" },
    stop_grace_period: `${plan.stopSeconds}s`,
  };
}
