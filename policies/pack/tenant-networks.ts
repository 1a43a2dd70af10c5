import { containerOf, label, list } from "./container.ts";
import type { Policy } from "./policy.ts";

/** The bridge driver's option that lets containers reach each other. */
const ICC = "com.docker.network.bridge.enable_icc";

export const tenantNetworks: Policy = {
  name: "tenant-networks",
  description: "Tenants' containers are only on networks where containers cannot reach each other.",
  validate(resource, report, { quietNetworks }) {
    const { type, name, props } = resource;
    if (type === "dsmil:index:NodeNetwork" && quietNetworks.includes(String(props.name ?? name))) {
      const options = (props.options ?? {}) as Readonly<Record<string, string>>;
      if (options[ICC] !== "false") report("containers on it could reach each other, tenants' among them");
    }
    const container = containerOf(resource);
    const tenant = container && label(container, "dsmil.tenant");
    if (!container || tenant === undefined || tenant === "shared") return;
    for (const network of list(container.networksAdvanced))
      if (!quietNetworks.includes(network.name))
        report(`it is ${tenant}'s and on ${network.name}, where containers reach each other`, "networks");
  },
};
