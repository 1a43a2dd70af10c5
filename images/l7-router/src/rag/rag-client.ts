import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DEVICES } from "../../../runtime/devices.ts";
import type { RagAnswers } from "../../../runtime/l7/rag/answer.ts";
import type { RagQuestion } from "../../../runtime/l7/rag/question.ts";
import type { Device } from "../devices/device.ts";
import type { DeviceClient } from "../devices/device-client.ts";
import type { ApiKey } from "../key-ring.ts";

type Operation = RagQuestion["op"];

/** Time in which an answer must be here, ms: a document of 200 chunks takes half a minute on half a core. */
const DEADLINES: Readonly<Record<Operation, number>> = {
  embed: 30_000,
  ingest: 50_000,
  list: 10_000,
  delete: 50_000,
  query: 15_000,
};

/** Asks the RAG engine (device 50) of a caller's tenant. */
export class RagClient {
  private readonly devices: DeviceClient;

  constructor(devices: DeviceClient) {
    this.devices = devices;
  }

  /** The answer, which is the caller's tenant's. @throws ApiError 403, 502, 503 or 504 */
  async ask<Op extends Operation>(
    caller: ApiKey,
    question: Extract<RagQuestion, { readonly op: Op }>,
  ): Promise<{ readonly tenant_id: string } & RagAnswers[Op]> {
    const device: Device = {
      ...{ device: DEVICES.knowledge, type: TYPES.L7_SERVICE_REQ, name: "RAG engine" },
      ...{ deadlineMs: DEADLINES[question.op], maxAnswer: 512 * 1024 },
    };
    return JSON.parse(await this.devices.ask(caller, device, question)) as { tenant_id: string } & RagAnswers[Op];
  }
}
