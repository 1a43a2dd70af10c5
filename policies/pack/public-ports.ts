import { containerOf, label, list } from "./container.ts";
import { EXCEPTIONS, excepted } from "./exceptions.ts";
import type { Policy } from "./policy.ts";

export const publicPorts: Policy = {
  name: "public-ports",
  description: "Ports are published on public_api_net and by the stated services only, and on the node's own address.",
  validate(resource, report, { addresses }) {
    const container = containerOf(resource);
    if (!container) return;
    const service = label(container, "dsmil.service");
    const open = list(container.networksAdvanced).some(({ name }) => name === "public_api_net");
    const stated = excepted(EXCEPTIONS.publishers, service) || (open && excepted(EXCEPTIONS.publicPublishers, service));
    const address = addresses[label(container, "dsmil.node") ?? ""];
    for (const { external, ip } of list(container.ports)) {
      if (!stated)
        report(
          open
            ? `it publishes port ${external ?? "?"}, which is stated for ${Object.keys(EXCEPTIONS.publicPublishers).join(", ")} only`
            : `it publishes port ${external ?? "?"} and is not on public_api_net`,
          "publish",
        );
      if (ip === undefined || ip !== address)
        report(
          `port ${external ?? "?"} is bound to ${ip ?? "every address"}; expected ${address ?? "the node's"}`,
          "publish",
        );
    }
  },
};
