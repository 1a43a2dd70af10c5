import { feedsFolder } from "../../model/containers/l8-signals.ts";
import { coalitionFolder } from "../../model/containers/l9-coalition.ts";
import type { Container, Tenant } from "../../model/types.ts";
import type { Attempt, Layer, Plan, Probe } from "../types.ts";
import type { Pair } from "./pair.ts";

const BUSYBOX = "/bin/busybox";
/** Folders with a file that names its tenant, beside the credentials. */
const OF_TENANTS = [
  { what: "feeds", folderOf: feedsFolder, file: "feeds.json" },
  { what: "partners", folderOf: coalitionFolder, file: "partners.json" },
] as const;

/** What a tenant's containers see of another tenant: files, environment, network. */
export function planEngine(pair: Pair): Plan {
  const mine = containersOf(pair, pair.attacker);
  const theirs = containersOf(pair, pair.victim);
  return {
    attempts: [
      ...mine.flatMap((container) => onContainer(pair, container)),
      ...delivered(pair, mine),
      ...mine.flatMap((from) => theirs.filter((to) => to.node === from.node).map((to) => dial(pair, from, to))),
    ],
    setup: [],
    teardown: [],
  };
}

const containersOf = ({ model }: Pair, { id }: Tenant): Container[] => model.containers.filter((c) => c.tenant === id);

/** The folder of the node that holds a container's credentials, and where the container sees it. */
function secretsOf(container: Container, tenant: string) {
  return container.mounts.find((m) => m.type === "bind" && m.source.endsWith(`/tenants/${tenant}`));
}

function onContainer(pair: Pair, container: Container): Attempt[] {
  const { victim, attacker } = pair;
  const own = secretsOf(container, attacker.id);
  if (own === undefined) return [];
  const { node, name } = container;
  const inspect = (format: string): string[] => ["docker", "container", "inspect", "--format", format, name];
  const inside = (...argv: string[]): Extract<Probe, { kind: "exec" }> => ({
    kind: "exec",
    node,
    argv: ["docker", "exec", name, BUSYBOX, ...argv],
  });
  const theirs = own.source.replace(/[^/]+$/, victim.id);
  const seen = { refusals: ["not_seen"], leaks: ["seen"], works: ["seen"] };
  const ran = { refusals: ["exit 1"], leaks: ["exit 0"], works: ["exit 0"] };
  const mounts = inspect("{{range .Mounts}}{{.Source}} {{end}}");
  const env = inspect("{{range .Config.Env}}{{println .}}{{end}}");
  return [
    attempt(pair, "files", `mounts of ${name}`, name, {
      attack: { kind: "exec", node, argv: mounts, seeks: theirs },
      control: { kind: "exec", node, argv: mounts, seeks: own.source },
      ...seen,
    }),
    attempt(pair, "files", `environment of ${name}`, name, {
      attack: { kind: "exec", node, argv: env, seeks: victim.prefix },
      control: { kind: "exec", node, argv: env, seeks: attacker.prefix },
      ...seen,
    }),
    attempt(pair, "files", `read ${theirs} in ${name}`, name, {
      attack: inside("cat", `${theirs}/redis_password`),
      control: inside("cat", `${own.target}/redis_password`),
      ...ran,
    }),
    ...OF_TENANTS.flatMap(({ what, folderOf, file }) => {
      const laid = container.mounts.find(({ source }) => source === folderOf(attacker.id));
      if (laid === undefined) return [];
      const read = inside("cat", `${laid.target}/${file}`);
      return [
        attempt(pair, "files", `read ${folderOf(victim.id)} in ${name}`, name, {
          attack: inside("cat", `${folderOf(victim.id)}/${file}`),
          control: read,
          ...ran,
        }),
        attempt(pair, "files", `${what} of ${victim.id} among those of ${name}`, name, {
          attack: { ...read, seeks: `"tenant": "${victim.prefix}"` },
          control: { ...read, seeks: `"tenant": "${attacker.prefix}"` },
          ...seen,
        }),
      ];
    }),
    attempt(pair, "files", `reach the engine from ${name}`, name, {
      attack: inside("test", "-e", "/var/run/docker.sock"),
      control: inside("test", "-e", own.target),
      ...ran,
    }),
  ];
}

/** Files delivered for the attacker, on every node that has some, must hold nothing of the victim's. */
function delivered(pair: Pair, containers: readonly Container[]): Attempt[] {
  const { model, victim, attacker } = pair;
  const folders = new Map<string, string>();
  for (const container of containers) {
    const found = secretsOf(container, attacker.id);
    if (found) folders.set(`${container.node}:${found.source}`, container.node);
  }
  const router = model.containers.find((c) => c.service === "l7-router");
  if (router && attacker.apiKeys.length > 0)
    folders.set(`${router.node}:/etc/dsmil/l7/tenants/${attacker.id}`, router.node);
  return [...folders].map(([key, node]) => {
    const path = key.slice(node.length + 1);
    return attempt(pair, "files", `secrets of ${victim.id} in ${path} on ${node}`, "files on the node", {
      attack: { kind: "holds", node, path, secretsOf: victim.id },
      refusals: ["not_held"],
      leaks: ["held"],
      control: { kind: "holds", node, path, secretsOf: attacker.id },
      works: ["held"],
    });
  });
}

function dial(pair: Pair, from: Container, to: Container): Attempt {
  const { node } = from;
  const port = to.health.port;
  return attempt(pair, "network", `connect ${from.name} to ${to.name}:${port}`, from.name, {
    attack: { kind: "dial", node, from: from.name, to: to.name, port },
    refusals: ["blocked"],
    leaks: ["connected"],
    control: { kind: "dial", node, to: to.name, port },
    works: ["connected"],
  });
}

function attempt(
  { victim, attacker }: Pair,
  layer: Layer,
  what: string,
  credential: string,
  rest: Pick<Attempt, "attack" | "refusals" | "leaks" | "control" | "works">,
): Attempt {
  return {
    id: `${layer}/${attacker.id}→${victim.id}/${what}`,
    layer,
    victim: victim.id,
    attacker: attacker.id,
    credential,
    what,
    remedy: `a container or file of ${attacker.id} differs from the manifest: \`bin/dsmil up\` puts it right; replace ${victim.id}'s credentials if they were readable`,
    ...rest,
  };
}
