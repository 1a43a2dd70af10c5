import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Device } from "../devices/device.ts";

/** Who looks at pictures, and listens: speech (46) is kept by the container of vision (45). */
export const PERCEPTION: Device = {
  ...{ device: 45, type: TYPES.L7_SERVICE_REQ, name: "vision and speech service" },
  // A file is decoded for 6 s at most, and some may wait before it; a transcript of 20 s has some 3 KiB.
  ...{ deadlineMs: 20_000, maxAnswer: 128 * 1024 },
};

/** Models that requests may name; whether they are loaded, the answer tells. */
export const VISION_MODEL = "l7-vision";
export const SPEECH_MODEL = "l7-speech";
