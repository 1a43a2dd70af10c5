import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Device } from "../devices/device.ts";

const agent = { device: 48, type: TYPES.L7_SERVICE_REQ, name: "agent runtime" } as const;

/** The tenant's agent runtime, by what it is asked. */
export const AGENT_DEVICE = {
  catalogue: { ...agent, deadlineMs: 8000, maxAnswer: 64 * 1024 },
  // The tool runs for 3 s and may wait for others before; its output has 64 KiB at most.
  tool: { ...agent, deadlineMs: 18_000, maxAnswer: 80 * 1024 },
  // 30 s, and the last records.
  run: { ...agent, deadlineMs: 40_000, maxAnswer: 160 * 1024 },
} as const satisfies Readonly<Record<string, Device>>;
