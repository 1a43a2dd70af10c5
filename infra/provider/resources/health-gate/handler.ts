import { Checker, fields } from "../../check.ts";
import { type ResourceHandler, UNKNOWN } from "../../handler.ts";
import type { HealthGateInputs } from "./args.ts";
import { waitForAll } from "./gate.ts";

export const healthGate: ResourceHandler<HealthGateInputs, HealthGateInputs> = {
  token: "dsmil:index:HealthGate",
  outputs: [],
  secretOutputs: [],
  replaceOn: ["node"],
  id: ({ node, containers }) => `${node}/health/${containers.map(({ name }) => name).join(",")}`,

  check(props) {
    const c = new Checker(props, ["node", "containers", "timeoutSeconds"]);
    c.node();
    c.integer("timeoutSeconds", 1, 3600);
    for (const [i, container] of c.list("containers").entries()) {
      if (container === UNKNOWN) continue;
      const at = `containers[${i}]`;
      const { name, instance, kind, port, path, argv } = fields(container);
      c.text(`${at}.name`, /^[A-Za-z0-9][\w.-]*$/, "the name of a container", name);
      c.text(`${at}.instance`, /^[0-9a-f]{12,64}$/, "the id of a container", instance);
      c.text(`${at}.kind`, /^(https?|tcp|exec)$/, "http, https, tcp or exec", kind);
      if (kind === "exec" && (!Array.isArray(argv) || argv.length === 0)) c.fail(`${at}.argv`, "must be a command");
      if (port === undefined) c.fail(`${at}.port`, "is missing; give the port inside the container");
      c.integer(`${at}.port`, 1, 65535, port);
      if (path !== undefined) c.text(`${at}.path`, /^\/\S*$/, "a path such as /healthz", path);
    }
    return c.failures;
  },

  async reconcile(inputs, _old, ctx) {
    await waitForAll(inputs, ctx);
    return inputs;
  },

  // A gate is an event, not a thing: there is nothing to look at and nothing to remove.
  async read(id, old) {
    if (old === undefined) throw new Error(`${id}: a health gate cannot be imported; create it`);
    return old;
  },
  async remove() {},
};
