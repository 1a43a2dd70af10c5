import { PolicyPack } from "@pulumi/policy";
import { loadModel } from "../../infra/model/load.ts";
import { readSource } from "../../infra/model/source.ts";
import { factsOf } from "./facts.ts";
import { place } from "./locate.ts";
import { POLICIES } from "./policies.ts";

const file = process.env.DSMIL_MANIFEST || "manifest.yaml";
const facts = factsOf(loadModel(file));
const source = readSource(file);

/** The pack as Pulumi's analyzer serves it: every policy mandatory, every violation with its place in the manifest. */
new PolicyPack("dsmil", {
  policies: POLICIES.map((policy) => ({
    name: policy.name,
    description: policy.description,
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, props }, report) => {
      const resource = { type, name, props };
      policy.validate(
        resource,
        (message, key) => report(`${message}${Array.isArray(source) ? "" : place(source, resource, key)}`),
        facts,
      );
    },
  })),
});
