import * as pulumi from "@pulumi/pulumi";
import type { Model } from "../model/types.ts";
import { modelVersion } from "../models/model-release.ts";
import { operatorModel } from "../models/operator-model.ts";
import { ModelSigner } from "../provider/index.ts";

export interface ModelSignaturesArgs {
  readonly model: Model;
  /** Project folder. */
  readonly root: string;
  readonly rootSeed: pulumi.Input<string>;
}

/** Signs the models that the fleet's services load, each version once. The signing key stays in this stack. */
export class ModelSignatures extends pulumi.ComponentResource {
  /** SHA-384 of a model.json in hex → text of its model.sig. */
  readonly signatures: pulumi.Output<Record<string, string>>;

  constructor({ model, root, rootSeed }: ModelSignaturesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:ModelSignatures", "models", {}, opts);
    const names = [...new Set(model.containers.flatMap(({ models = [] }) => models))].sort();
    const models = Object.fromEntries(
      names.map((name) => [name, (operatorModel(root, name) ?? modelVersion(root, name)).manifest]),
    );
    this.signatures = new ModelSigner("models", { models, rootSeed }, { parent: this }).signatures;
    this.registerOutputs({});
  }
}
