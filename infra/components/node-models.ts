import * as pulumi from "@pulumi/pulumi";
import { MODELS_FOLDER } from "../model/containers/paths.ts";
import type { Container, Model, Node } from "../model/types.ts";
import { type FetchedModel, fetchedModel } from "../models/fetched-model.ts";
import { type ModelVersion, modelRelease, type OneFileModel } from "../models/model-release.ts";
import { operatorModel } from "../models/operator-model.ts";
import { type FileArgs, LargeFiles, ModelOnNode, NodeFiles } from "../provider/index.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";

export interface NodeModelsArgs {
  readonly model: Model;
  readonly node: Node;
  /** Project folder. */
  readonly root: string;
  /** Text of model.sig, from the stack that has the signer. */
  readonly signature: (release: Pick<ModelVersion, "name" | "version" | "digest">) => pulumi.Input<string>;
}

/** The models that services of a node load, each version in a folder of its own. Services watch them; nothing restarts. */
export class NodeModels extends pulumi.ComponentResource {
  private readonly folder: NodeFiles | undefined;
  private readonly versions = new Map<string, readonly pulumi.Resource[]>();

  constructor(args: NodeModelsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:NodeModels", "models", {}, opts);
    const { model, node, root, signature } = args;
    const here = model.containers.filter((c) => c.node === node.id);
    const names = [...new Set(here.flatMap(({ models = [] }) => models))].sort();
    if (names.length > 0) {
      const place = { node: node.id, path: MODELS_FOLDER };
      this.folder = new NodeFiles("models", { ...place, files: KEPT_FOLDER }, { parent: this });
      for (const name of names) {
        const own = operatorModel(root, name);
        const fetched = own ? undefined : fetchedModel(root, name);
        const resources = fetched
          ? this.fetched(node, fetched, signature)
          : this.version(node, own ?? modelRelease(root, name), signature);
        this.versions.set(name, resources);
      }
    }
    this.registerOutputs({});
  }

  /** What a container must wait for. */
  requirements({ models = [] }: Container): pulumi.Resource[] {
    return [...(models.length > 0 ? [this.folder] : []), ...models.flatMap((name) => this.versions.get(name))].filter(
      (resource) => resource !== undefined,
    );
  }

  /**
   * A version whose one file goes beside its texts, and not through the state, which then holds its digest: it comes first, so
   * that nobody finds a model.json without it. The version is part of its name: the next one is laid before this one goes.
   */
  private version(
    node: Node,
    { file, source, bytes, sha384, ...version }: OneFileModel,
    signature: NodeModelsArgs["signature"],
  ): readonly pulumi.Resource[] {
    const { name } = version;
    const args = { node: node.id, name, version: version.version, file, sha384, bytes, source };
    const content = new ModelOnNode(`${name}-${version.version}`, args, { parent: this });
    return [this.texts(node, version, signature, { others: [file] }, content)];
  }

  /** A version of several files that are fetched into the project's cache. */
  private fetched(
    node: Node,
    { source, files, ...version }: FetchedModel,
    signature: NodeModelsArgs["signature"],
  ): readonly pulumi.Resource[] {
    const laid = this.texts(node, version, signature);
    // A folder of its own: what is in the other is owned as a whole.
    const place = { node: node.id, path: `${pathOf(version)}/content`, source, files };
    // After the folder around it, so that it goes before that one.
    return [laid, new LargeFiles(`${version.name}-${version.version}`, place, { parent: this, dependsOn: laid })];
  }

  private texts(
    node: Node,
    version: ModelVersion,
    signature: NodeModelsArgs["signature"],
    more: { readonly others?: string[] } = {},
    after: pulumi.Resource[] | pulumi.Resource = [],
  ): pulumi.Resource {
    const files: Record<string, FileArgs> = {
      "model.json": { content: version.manifest, mode: "0444" },
      "model.sig": { content: signature(version), mode: "0444" },
    };
    const place = { node: node.id, path: pathOf(version), files, ...more };
    return new NodeFiles(`${version.name}-${version.version}`, place, { parent: this, dependsOn: after });
  }
}

const pathOf = ({ name, version }: ModelVersion): string => `${MODELS_FOLDER}/${name}/${version}`;
