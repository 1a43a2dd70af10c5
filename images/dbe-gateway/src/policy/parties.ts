import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { isForNodes, needsRoeToken } from "./exchange-types.ts";
import type { Facts, TenantPolicy } from "./facts.ts";
import { type Hop, serves } from "./hop.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

/** The node itself, on every node. */
const NODE = 0;

/** Whether the source device is the one that brought the message here, and lives where it came from. */
export function checkSource({ source }: Envelope, hop: Hop, { node, devices }: Facts): Verdict {
  if (hop.at === "local" && hop.from.device !== source) {
    const { container, device } = hop.from;
    return refuse("DEVICE_NOT_ALLOWED", `${container} is device ${device} and speaks as ${source}`);
  }
  if (source === NODE) return OK;
  const found = devices.get(source);
  // Who brought it was asked where it entered this node.
  if (hop.at === "delivery" && found !== undefined) return OK;
  const home = hop.at === "ingress" ? hop.peer : node;
  return found === home
    ? OK
    : refuse("DEVICE_NOT_ALLOWED", `device ${source} is of ${found ?? "no node"}, not of ${home}`);
}

/** Whether the source may speak for the tenant, by its folder and by the tenant's own list. */
export function checkSpeaksFor({ source }: Envelope, hop: Hop, policy: TenantPolicy): Verdict {
  const { tenant } = policy;
  if (hop.at === "local" && !serves(hop.from, tenant)) {
    return refuse("TENANT_MISMATCH", `${hop.from.container} does not speak for ${tenant}`);
  }
  if (source === NODE || !policy.devices || policy.devices.has(source)) return OK;
  return refuse("DEVICE_NOT_ALLOWED", `device ${source} may not speak for ${tenant}`);
}

/** Whether there is such a destination, where this hop leads, and for this tenant. */
export function checkDestination(message: Envelope, hop: Hop, policy: TenantPolicy, { node, devices }: Facts): Verdict {
  const { destination, type } = message;
  if (destination === NODE) {
    return isForNodes(type)
      ? checkReceiver(message, hop, policy)
      : refuse("NO_ROUTE", "a node answers ECHO_REQ and HEALTH only");
  }
  const home = devices.get(destination);
  if (home === undefined) return refuse("NO_ROUTE", `device ${destination} is on no node`);
  // A gate asks for its token before it tells whether anybody stands behind it.
  if (policy.devices && !policy.devices.has(destination) && !needsRoeToken(type)) {
    return refuse("TENANT_MISMATCH", `device ${destination} is not there for ${policy.tenant}`);
  }
  if (hop.at === "egress" && home !== hop.peer)
    return refuse("NO_ROUTE", `device ${destination} is not on ${hop.peer}`);
  if ((hop.at === "ingress" || hop.at === "delivery") && home !== node) {
    return refuse("NO_ROUTE", `device ${destination} is on ${home}, and ${node} passes nothing on`);
  }
  return checkReceiver(message, hop, policy);
}

function checkReceiver({ destination }: Envelope, hop: Hop, { tenant }: TenantPolicy): Verdict {
  if (hop.at !== "delivery") return OK;
  const { container, device } = hop.to;
  if (device !== destination) return refuse("NO_ROUTE", `${container} is device ${device}, not ${destination}`);
  return serves(hop.to, tenant) ? OK : refuse("TENANT_MISMATCH", `${container} does not take messages of ${tenant}`);
}
