import { isDeepStrictEqual } from "node:util";
import { Checker } from "../../check.ts";
import { type HandlerContext, type ResourceHandler, UNKNOWN } from "../../handler.ts";
import { run, said } from "../../run.ts";
import type { NodeNetworkInputs, NodeNetworkState } from "./args.ts";
import { type FoundNetwork, inspectNetwork } from "./engine.ts";

const INPUTS = ["node", "name", "subnet", "gateway", "options", "labels"];
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;
const NUMBER = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ADDRESS = `${NUMBER}(\\.${NUMBER}){3}`;

export const nodeNetwork: ResourceHandler<NodeNetworkInputs, NodeNetworkState> = {
  token: "dsmil:index:NodeNetwork",
  outputs: ["networkId"],
  secretOutputs: [],
  replaceOn: INPUTS,
  id: ({ node, name }) => `${node}/network/${name}`,

  check(props) {
    const c = new Checker(props, INPUTS);
    c.node();
    c.text("name", NAME, "a network name of letters, digits and _.-");
    c.text("subnet", new RegExp(`^${ADDRESS}/([89]|[12]\\d|30)$`), "an IPv4 subnet such as 10.210.1.0/24");
    c.text("gateway", new RegExp(`^${ADDRESS}$`), "an IPv4 address such as 10.210.1.1");
    for (const property of ["options", "labels"]) {
      if (props[property] === undefined) continue;
      for (const [key, value] of c.map(property)) {
        if (value !== UNKNOWN && typeof value !== "string")
          c.fail(`${property}[${JSON.stringify(key)}]`, "must be text");
      }
    }
    return c.failures;
  },

  async reconcile(inputs, _old, ctx) {
    const link = await ctx.connect(inputs.node);
    const found = await inspectNetwork(link, inputs.node, inputs.name);
    if (found !== undefined) {
      if (matches(inputs, found)) return { ...inputs, networkId: found.networkId };
      await removeOther(inputs, found, ctx);
    }
    ctx.progress(`creating network ${inputs.name} on ${inputs.node}`);
    const { name, subnet, gateway, options = {}, labels = {} } = inputs;
    const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
      Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
    const argv = ["docker", "network", "create", "--driver", "bridge", "--subnet", subnet, "--gateway", gateway];
    const made = await run(link, `create network ${name} on ${inputs.node}`, [
      ...argv,
      ...pairs("--opt", options),
      ...pairs("--label", labels),
      name,
    ]);
    return { ...inputs, networkId: made.trim() };
  },

  async read(id, old, ctx) {
    const [, node = "", name = ""] = /^([^/]+)\/network\/([^/]+)$/.exec(id) ?? [];
    if (name === "") throw new Error(`"${id}" is no id of NodeNetwork: give <node>/network/<name>`);
    const found = await inspectNetwork(await ctx.connect(node), node, name);
    if (found === undefined) return undefined;
    const { containers: _attached, options = {}, labels = {}, ...seen } = found;
    if (old !== undefined && matches(old, found)) return { ...old, networkId: found.networkId };
    const given = (kind: "options" | "labels", values: Readonly<Record<string, string>>) =>
      Object.keys(values).length > 0 || old?.[kind] !== undefined ? { [kind]: values } : {};
    return { node, ...seen, ...given("options", options), ...given("labels", labels) };
  },

  async remove(_id, old, ctx) {
    ctx.progress(`removing network ${old.name} from ${old.node}`);
    const link = await ctx.connect(old.node);
    const result = await link.exec(["docker", "network", "rm", old.name], { timeoutMs: 60_000 });
    if (result.code === 0 || /no such network|network \S+ not found/i.test(result.stderr)) return;
    throw new Error(`cannot remove network ${old.name} from ${old.node}: ${said(result)}`);
  },
};

const matches = (inputs: NodeNetworkInputs, found: FoundNetwork): boolean =>
  found.subnet === inputs.subnet &&
  found.gateway === inputs.gateway &&
  isDeepStrictEqual(found.options, inputs.options ?? {}) &&
  isDeepStrictEqual(found.labels, inputs.labels ?? {});

/** Makes way for ours. A network that containers use is not taken from them. */
async function removeOther(inputs: NodeNetworkInputs, found: FoundNetwork, ctx: HandlerContext): Promise<void> {
  if (found.containers.length > 0) {
    throw new Error(
      `network ${inputs.name} on ${inputs.node} is another one (${found.subnet}) and in use by ` +
        `${found.containers.join(", ")}: remove these containers, or give the network another name`,
    );
  }
  await nodeNetwork.remove(nodeNetwork.id(inputs), { ...inputs, networkId: found.networkId }, ctx);
}
