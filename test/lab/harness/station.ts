import { join } from "node:path";
import { build } from "esbuild";
import { BUNDLE_OPTIONS } from "../../../infra/images/bundle-options.ts";
import { until } from "./bus.ts";
import { root, run } from "./dsmil.ts";
import { onNode, onNodeOk } from "./fleet.ts";

const NAME = "lab-station";
const FOLDER = `/var/lib/dsmil/dbe/${NAME}`;
const APP = "/var/lib/lab-station";

/** A tenant of the tests' own, that the manifest does not know: it may speak with devices that no service has. */
const TENANT = "LAB";
const POLICY = { tenant: TENANT, roe_level: "ANALYSIS_ONLY", compartments: ["SOC"], classification: "RESTRICTED" };
const POLICY_FOLDER = `/etc/dsmil/dbe/tenants/${TENANT.toLowerCase()}`;

/** What became of a message. Times in ms since 1970. */
export interface Sent {
  readonly id: string;
  readonly begun: number;
  readonly ended: number;
  /** `ok`, or the reason. */
  readonly outcome: string;
}

/** A container of a test's own that talks on the bus: it takes messages, and sends them if it is told where to. */
export class Station {
  readonly node: string;

  /** Starts one; with `to`, it sends a steady stream to that device until `finish`. */
  static async start(node: string, device: number, to?: number): Promise<Station> {
    const station = new Station(node);
    await station.remove();
    const identity = JSON.stringify({ container: NAME, service: "station", device, tenants: [TENANT] });
    await onNodeOk(node, "sh", "-c", LAY, FOLDER, identity, APP, POLICY_FOLDER, JSON.stringify(POLICY));
    const text = await program();
    const put = await run("ssh", ["-F", `${root}/.dsmil/ssh/config`, node, `cat > ${APP}/station.mjs`], {
      stdin: text,
    });
    if (put.code !== 0) throw new Error(put.stderr);
    const image = await onNodeOk(node, "sh", "-c", "docker images -q dsmil-node-base | head -n 1");
    const mounts = ["-v", `${FOLDER}:/run/dbe`, "-v", `${APP}:/app:ro`];
    const how = ["-d", "--name", NAME, "--restart", "always", "--network", "none", "--user", "10001:10001"];
    const command = ["/usr/local/bin/node", "/app/station.mjs", TENANT, ...(to === undefined ? [] : [String(to)])];
    await onNodeOk(node, "docker", "run", ...how, ...mounts, image.trim(), ...command);
    await until("a station", async () => (await onNode(node, "test", "-S", `${FOLDER}/inbox.sock`)).code === 0);
    await until("served", async () => (await onNode(node, "test", "-S", `${FOLDER}/gateway.sock`)).code === 0);
    return station;
  }

  private constructor(node: string) {
    this.node = node;
  }

  /** Ids of what was delivered to it, in order. */
  async delivered(): Promise<string[]> {
    return this.#lines("delivered");
  }

  /** What it has sent, as far as it is settled. */
  async sent(): Promise<Sent[]> {
    const lines = (await this.#lines("sent")).map((line) => line.split(" "));
    return lines.map(([id = "", begun, ended, outcome = ""]) => ({
      ...{ id, begun: Number(begun), ended: Number(ended), outcome },
    }));
  }

  /** Sends no more and waits until all is settled; what became of it. */
  async finish(): Promise<Sent[]> {
    await onNodeOk(this.node, "touch", `${FOLDER}/stop`);
    await until("settled", async () => (await onNode(this.node, "test", "-e", `${FOLDER}/done`)).code === 0, 90);
    return this.sent();
  }

  async remove(): Promise<void> {
    await onNodeOk(
      this.node,
      "sh",
      "-c",
      `docker rm -f ${NAME} >/dev/null 2>&1; rm -rf ${FOLDER} ${APP} ${POLICY_FOLDER}`,
    );
  }

  async #lines(name: string): Promise<string[]> {
    const text = await onNodeOk(this.node, "sh", "-c", `cat ${FOLDER}/${name} 2>/dev/null || true`);
    return text.split("\n").filter((line) => line !== "");
  }
}

/** The folder as the deployer lays it (infra/components/bus-folder.ts): root's, sticky, the services' group may add. */
const LAY = `
  install -d -m 1770 -o 0 -g 10001 "$0" && install -d -m 0755 "$2" "$3" || exit 1
  printf %s "$4" > "$3/.policy" && mv "$3/.policy" "$3/policy.json" || exit 1
  printf %s "$1" > "$0/.identity" && chmod 0444 "$0/.identity" && mv "$0/.identity" "$0/identity.json"`;

async function program(): Promise<string> {
  const entryPoints = [join(root, "test/lab/harness/station-program.ts")];
  const external = [...BUNDLE_OPTIONS.external];
  const { outputFiles } = await build({ ...BUNDLE_OPTIONS, external, entryPoints, write: false, logLevel: "error" });
  return outputFiles[0]?.text ?? "";
}
