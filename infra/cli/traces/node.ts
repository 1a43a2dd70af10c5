import type { NodeConnection } from "../../access/connection.ts";
import type { NameMatcher, Trace } from "./trace.ts";

/** Folders that the platform writes to on a node. */
const FOLDERS = ["/etc/dsmil", "/opt/dsmil", "/var/lib/dsmil"] as const;

/** Kinds of engine objects: how they are listed and what says their name. */
const OBJECTS = [
  { kind: "container", list: ["ps", "-aq", "--no-trunc"] },
  { kind: "volume", list: ["volume", "ls", "-q"] },
  { kind: "network", list: ["network", "ls", "-q", "--no-trunc"] },
  { kind: "image", list: ["image", "ls", "-q", "--no-trunc"] },
] as const;

/** What `docker inspect` calls a thing. */
interface Inspected {
  readonly Name?: string;
  readonly Id?: string;
  readonly RepoTags?: readonly string[];
}

const EXEC = { timeoutMs: 30_000 };

/** Containers, volumes, networks and images with the name anywhere in what the engine says of them: labels, mounts, environment. */
export async function tracesInEngine(connection: NodeConnection, name: NameMatcher): Promise<Trace[]> {
  const place = `engine on ${connection.access.node}`;
  const traces: Trace[] = [];
  for (const { kind, list } of OBJECTS) {
    const listed = await run(connection, ["docker", ...list]);
    const ids = [...new Set(listed.split("\n").filter((id) => id !== ""))];
    if (ids.length === 0) continue;
    // What vanished between the two commands is no trace; the others are printed all the same.
    const { stdout } = await connection.exec(["docker", kind, "inspect", ...ids], EXEC);
    for (const object of JSON.parse(stdout || "[]") as Inspected[]) {
      if (!name.matches(JSON.stringify(object))) continue;
      const called = object.Name?.replace(/^\//, "") || object.RepoTags?.[0] || object.Id;
      traces.push({ place, what: `${kind} ${called}` });
    }
  }
  return traces;
}

/** Files and folders with the name in their path, and small text files with the name inside. */
export async function tracesInFiles(connection: NodeConnection, name: NameMatcher): Promise<Trace[]> {
  const place = `files on ${connection.access.node}`;
  const script = 'for d in "$@"; do if [ -d "$d" ]; then find "$d" -mindepth 1; fi; done';
  const paths = (await run(connection, ["sh", "-c", script, "sh", ...FOLDERS]))
    .split("\n")
    .filter((path) => path !== "");
  // Models and images are large and named by their paths; configuration, keys and registries are small.
  const inside =
    'for d in "$@"; do if [ -d "$d" ]; then find "$d" -type f -size -256k -exec grep -lIiE -e "$0" {} +; fi; done; true';
  const holding = await run(connection, ["sh", "-c", inside, name.pattern, ...FOLDERS]);
  const named = paths.filter(name.matches);
  const contents = holding.split("\n").filter((path) => path !== "" && !named.includes(path));
  return [
    ...named.map((path) => ({ place, what: path })),
    ...contents.map((path) => ({ place, what: `named in ${path}` })),
  ];
}

async function run(connection: NodeConnection, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await connection.exec(argv, EXEC);
  if (code === 0) return stdout;
  throw new Error(`${connection.access.node}: ${argv.slice(0, 3).join(" ")}: ${stderr.trim() || `exit ${code}`}`);
}
