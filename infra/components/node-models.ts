import * as pulumi from "@pulumi/pulumi";
import { MODELS_FOLDER } from "../model/containers/paths.ts";
import type { Container, Model, Node } from "../model/types.ts";
import { fetchedModel } from "../models/fetched-model.ts";
import { type ModelVersion, modelRelease } from "../models/model-release.ts";
import { type OperatorModel, operatorModel } from "../models/operator-model.ts";
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
        this.versions.set(name, own ? this.operators(node, own, signature) : this.version(node, root, name, signature));
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

  /** The version is part of its name: the next one is laid before this one goes. */
  private version(
    node: Node,
    root: string,
    name: string,
    signature: NodeModelsArgs["signature"],
  ): readonly pulumi.Resource[] {
    const fetched = fetchedModel(root, name);
    const release = fetched ?? modelRelease(root, name);
    const { version, manifest } = release;
    const path = `${MODELS_FOLDER}/${name}/${version}`;
    const files: Record<string, FileArgs> = {
      "model.json": { content: manifest, mode: "0444" },
      "model.sig": { content: signature(release), mode: "0444" },
    };
    if ("content" in release) {
      files[release.file] = { content: release.content.toString("base64"), encoding: "base64", mode: "0444" };
    }
    const laid = new NodeFiles(`${name}-${version}`, { node: node.id, path, files }, { parent: this });
    if (!fetched) return [laid];
    // A folder of its own: what is in the other is owned as a whole, and contents of this size stay out of the state.
    const place = { node: node.id, path: `${path}/content`, source: fetched.source, files: fetched.files };
    // After the folder around it, so that it goes before that one.
    return [laid, new LargeFiles(`${name}-${version}`, place, { parent: this, dependsOn: laid })];
  }

  /** An operator's own model: the large file first, so that nobody finds a model.json without it. */
  private operators(
    node: Node,
    model: OperatorModel,
    signature: NodeModelsArgs["signature"],
  ): readonly pulumi.Resource[] {
    const { name, version, manifest, file, source, bytes, sha384 } = model;
    const args = { node: node.id, name, version, file, sha384, bytes, source };
    const large = new ModelOnNode(`${name}-${version}`, args, { parent: this });
    const files = {
      "model.json": { content: manifest, mode: "0444" },
      "model.sig": { content: signature(model), mode: "0444" },
    } as const;
    const path = `${MODELS_FOLDER}/${name}/${version}`;
    const place = { node: node.id, path, files, others: [file] };
    return [new NodeFiles(`${name}-${version}`, place, { parent: this, dependsOn: large })];
  }
}
