import { Checker } from "../../check.ts";
import type { ResourceHandler } from "../../handler.ts";
import { generate, publicKeyOf } from "../../pqc.ts";
import type { FleetRootKeyInputs, FleetRootKeyState } from "./args.ts";

export const fleetRootKey: ResourceHandler<FleetRootKeyInputs, FleetRootKeyState> = {
  token: "dsmil:index:FleetRootKey",
  outputs: ["publicKey", "seed"],
  secretOutputs: ["seed"],
  replaceOn: ["name"],
  id: ({ name }) => `fleet/${name}/root`,

  check(props) {
    const c = new Checker(props, ["name"]);
    c.text("name", /^[a-z][a-z0-9-]{0,31}$/, "the name of the fleet in lower case, such as dsmil");
    return c.failures;
  },

  async reconcile(inputs, old, ctx) {
    if (old) return { ...inputs, seed: old.seed, publicKey: publicKeyOf(old.seed) };
    ctx.progress("making the fleet's root key");
    return { ...inputs, ...generate() };
  },

  async read(id, old) {
    if (old === undefined) throw new Error(`${id}: a root key exists in state only and cannot be imported`);
    if (publicKeyOf(old.seed) !== old.publicKey) {
      throw new Error(`${id}: seed and public key in state do not belong together; restore the state from a backup`);
    }
    return old;
  },

  async remove() {},
};
