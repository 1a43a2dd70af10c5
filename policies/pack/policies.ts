import { capabilities } from "./capabilities.ts";
import { engineSocket } from "./engine-socket.ts";
import { healthCheck } from "./health-check.ts";
import { hostNetwork } from "./host-network.ts";
import { labels } from "./labels.ts";
import { logTag } from "./log-tag.ts";
import { memoryLimit } from "./memory-limit.ts";
import type { Policy } from "./policy.ts";
import { privileges } from "./privileges.ts";
import { publicPorts } from "./public-ports.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { restartPolicy } from "./restart-policy.ts";
import { tenantCredentials } from "./tenant-credentials.ts";
import { tenantMounts } from "./tenant-mounts.ts";
import { tenantNetworks } from "./tenant-networks.ts";

/** Every policy of the pack. All are mandatory. */
export const POLICIES: readonly Policy[] = [
  ...[restartPolicy, healthCheck, memoryLimit, logTag, labels],
  ...[readOnlyRoot, privileges, capabilities, engineSocket],
  ...[hostNetwork, publicPorts],
  ...[tenantMounts, tenantNetworks, tenantCredentials],
];
