import { Checker } from "../../check.ts";
import type { ResourceHandler } from "../../handler.ts";
import { said } from "../../run.ts";
import type { ImageOnNodeInputs, ImageOnNodeState } from "./args.ts";
import { idsOnNode } from "./engine.ts";
import { ensureImage } from "./loader.ts";

const refOf = ({ name, tag }: ImageOnNodeInputs): string => `${name}:${tag}`;

export const imageOnNode: ResourceHandler<ImageOnNodeInputs, ImageOnNodeState> = {
  token: "dsmil:index:ImageOnNode",
  outputs: ["imageId"],
  secretOutputs: [],
  replaceOn: ["node", "name", "tag"],
  // Containers move to the new image in between; only then can the old one go.
  createBeforeDelete: true,
  id: (inputs) => `${inputs.node}/image/${refOf(inputs)}`,

  check(props) {
    const c = new Checker(props, ["node", "name", "tag"]);
    c.node();
    c.text("name", /^[a-z0-9]+([._/-][a-z0-9]+)*$/, "an image name without tag, such as dsmil-redis");
    c.text("tag", /^[\w][\w.-]{0,127}$/, "an image tag, such as v5.0-0123456789ab");
    return c.failures;
  },

  async reconcile(inputs, _old, ctx) {
    return { ...inputs, imageId: await ensureImage(inputs.node, refOf(inputs), ctx) };
  },

  async read(id, old, ctx) {
    const inputs = old ?? parseId(id);
    const ids = await idsOnNode(await ctx.connect(inputs.node), inputs.node, [refOf(inputs)]);
    const imageId = ids.get(refOf(inputs));
    // Another image under our tag is as good as none: creation brings the right one.
    if (imageId === undefined || (old && old.imageId !== imageId)) return undefined;
    return old ?? { ...inputs, imageId };
  },

  async remove(_id, old, ctx) {
    ctx.progress(`removing ${refOf(old)} from ${old.node}`);
    const link = await ctx.connect(old.node);
    const result = await link.exec(["docker", "image", "rm", refOf(old)], { timeoutMs: 120_000 });
    if (result.code === 0 || /no such image/i.test(result.stderr)) return;
    if (!/conflict|is being used|must be forced/i.test(result.stderr)) {
      throw new Error(`cannot remove ${refOf(old)} from ${old.node}: ${said(result)}`);
    }
    ctx.warn(`${refOf(old)} stays on ${old.node}, a container outside of this stack uses it: ${said(result)}`);
  },
};

function parseId(id: string): ImageOnNodeInputs {
  const [, node, name, tag] = /^([^/]+)\/image\/(.+):([^:]+)$/.exec(id) ?? [];
  if (node === undefined || name === undefined || tag === undefined) {
    throw new Error(`"${id}" is no id of ImageOnNode: give <node>/image/<name>:<tag>`);
  }
  return { node, name, tag };
}
