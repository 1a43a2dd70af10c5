import { createHash } from "node:crypto";
import { NO_ANSWER } from "../judge.ts";
import type { Answer, Probe } from "../types.ts";
import type { Credentials } from "./credentials.ts";
import type { Doors } from "./doors.ts";

type ExecProbe = Extract<Probe, { kind: "exec" }>;
type DialProbe = Extract<Probe, { kind: "dial" }>;
type HoldsProbe = Extract<Probe, { kind: "holds" }>;
type Ended = Awaited<ReturnType<Doors["exec"]>>;

/** Seconds that a dial from a container may take; a dropped packet is never answered. */
const DIAL_SECONDS = 1;
const BUSYBOX = "/bin/busybox";
/** Exit statuses of `timeout` when the time was over. */
const TIMED_OUT: ReadonlySet<number> = new Set([124, 143]);
/** Exit statuses of a command that could not start, or crashed. */
const NOT_RUN: ReadonlySet<number> = new Set([-1, 125, 126, 127, 134, 137, 139]);
/** How busybox wget words that nobody answered, and that no way leads there. */
const BLOCKED = /timed out|no route|unreachable/i;
/** Words of the engine when the container itself is the trouble. */
const NO_CONTAINER = /No such container|is not running|Error response from daemon|OCI runtime/i;

/** Runs probes on the nodes: engine, files, connections between containers. Output is never shown. */
export class NodeDriver {
  private readonly doors: Doors;
  private readonly credentials: Credentials;
  private readonly addresses = new Map<string, Promise<string>>();
  private readonly inspected = new Map<string, Promise<Ended>>();

  constructor(doors: Doors, credentials: Credentials) {
    this.doors = doors;
    this.credentials = credentials;
  }

  async exec({ node, argv, seeks }: ExecProbe): Promise<Answer> {
    const look = argv[1] === "container" && argv[2] === "inspect";
    const { code, stdout, stderr } = await (look ? this.inspection(node, argv) : this.doors.exec(node, argv));
    if (NO_CONTAINER.test(stderr)) return { class: NO_ANSWER, detail: oneLine(stderr) };
    if (seeks === undefined) return { class: `exit ${code}`, detail: oneLine(stderr) };
    if (code !== 0) return { class: NO_ANSWER, detail: oneLine(stderr) };
    return { class: stdout.includes(seeks) ? "seen" : "not_seen", detail: `searched for ${seeks}` };
  }

  async dial({ node, from, to, port }: DialProbe): Promise<Answer> {
    const host = await this.address(node, to);
    if (from === undefined) {
      await this.doors.reach(node, host, port);
      return { class: "connected", detail: `${node} → ${host}:${port}` };
    }
    // Not wget's own -T: with it this busybox crashes.
    const wget = [
      "timeout",
      String(DIAL_SECONDS),
      BUSYBOX,
      "wget",
      "-q",
      "-O",
      "/dev/null",
      `http://${host}:${port}/healthz`,
    ];
    const { code, stderr } = await this.doors.exec(node, ["docker", "exec", from, BUSYBOX, ...wget]);
    const detail = `${from} → ${host}:${port}: ${code === 0 ? "answered" : oneLine(stderr) || `exit ${code}`}`;
    if (NO_CONTAINER.test(stderr) || NOT_RUN.has(code)) return { class: NO_ANSWER, detail };
    // Whatever else the other side says, it was reached.
    return { class: TIMED_OUT.has(code) || BLOCKED.test(stderr) ? "blocked" : "connected", detail };
  }

  /** Searches for the secrets as they are and as hashes, which is how registries of API keys hold them. */
  async holds({ node, path, secretsOf }: HoldsProbe): Promise<Answer> {
    const { code, stdout, stderr } = await this.doors.exec(node, [
      "find",
      path,
      "-type",
      "f",
      "-exec",
      "cat",
      "{}",
      "+",
    ]);
    if (code !== 0) return { class: NO_ANSWER, detail: oneLine(stderr) };
    const values = [...this.credentials.valuesOf(secretsOf), ...this.credentials.adminValues()].filter((v) => v !== "");
    const held = values.some((value) => stdout.includes(value) || stdout.includes(sha256(value)));
    return { class: held ? "held" : "not_held", detail: `files below ${path} on ${node}` };
  }

  /** What a container was started with never changes: an attempt, its control and the other pairs' use one look. */
  private inspection(node: string, argv: readonly string[]): Promise<Ended> {
    const key = [node, ...argv].join("\n");
    const known = this.inspected.get(key);
    if (known) return known;
    const asked = this.doors.exec(node, argv);
    this.inspected.set(key, asked);
    const forget = (): void => void this.inspected.delete(key);
    asked.then(({ code }) => code !== 0 && forget(), forget);
    return asked;
  }

  /** A container's own address; looked up once. */
  private address(node: string, container: string): Promise<string> {
    const found = this.addresses.get(container) ?? this.inspect(node, container);
    this.addresses.set(container, found);
    return found;
  }

  private async inspect(node: string, container: string): Promise<string> {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
    const { code, stdout, stderr } = await this.doors.exec(node, [
      "docker",
      "container",
      "inspect",
      "--format",
      format,
      container,
    ]);
    const host = stdout.trim().split(/\s+/)[0];
    if (code !== 0 || !host)
      throw new Error(`${container} on ${node} has no address: ${oneLine(stderr) || "it does not run"}`);
    return host;
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const oneLine = (text: string): string => text.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
