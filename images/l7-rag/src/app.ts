import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { questionHandler } from "../../runtime/bus/question-handler.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { DEVICES } from "../../runtime/devices.ts";
import { RAG_LIMITS } from "../../runtime/l7/rag/limits.ts";
import { parseRagQuestion } from "../../runtime/l7/rag/question.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { RagConfig } from "./config.ts";
import { EncoderSlot } from "./encoder/encoder-slot.ts";
import { RagEngine } from "./engine.ts";
import { KnowledgeBase } from "./knowledge/knowledge-base.ts";
import { QdrantClient } from "./knowledge/qdrant-client.ts";
import { RagMetrics } from "./rag-metrics.ts";

/** The encoder writes for one text at a time; beyond these a question is refused with OVERLOADED at once. */
const CONCURRENCY = 8;

/** RAG engine (device 50): vectors of texts, and its tenant's documents found by what they mean. */
export function createRag(service: TenantService, config: RagConfig): void {
  const { health, metrics, log, signal } = service;
  const { identity, models, qdrant, busFolder: folder, maxChunks } = config;
  const { tenant } = identity;
  const encoder = new EncoderSlot(models, log);
  const client = new QdrantClient(qdrant);
  const knowledge = new KnowledgeBase({ client, tenant, collection: qdrant.collection, log });
  const counted = new RagMetrics(metrics.registry, tenant, encoder);
  const engine = new RagEngine({ encoder, knowledge, maxChunks, metrics: counted });
  const handler = questionHandler({
    ...{ tenant, answerType: TYPES.L7_SERVICE_RESP, maxBytes: RAG_LIMITS.bytes, counted: "L7_RAG", metrics, log },
    askers: [DEVICES.l7Router, DEVICES.agents],
    parse: parseRagQuestion,
    answer: async (question, { source }, abort) => {
      if (source === DEVICES.agents && question.op !== "query") {
        throw new DbeError("DEVICE_NOT_ALLOWED", `an agent may not ask for ${question.op}`);
      }
      return await engine.answer(question, abort);
    },
  });
  const inbox = new BusInbox({
    ...{ folder, log, concurrency: CONCURRENCY, maxPayload: RAG_LIMITS.bytes },
    handlers: { [TYPES.L7_SERVICE_REQ]: handler },
    // Laying the same document twice leaves it there once, deleting it twice leaves it away.
    repeatable: new Set([TYPES.L7_SERVICE_REQ]),
  });
  health.add({ name: "model", weight: "warning", read: () => encoder.check() });
  health.add({ name: "qdrant", weight: "warning", read: () => client.check() });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  service.loop(encoder.run(signal));
  service.loop(client.run(qdrant.collection, signal));
  service.loop(inbox.run(signal));
  service.atEnd(async () => client.close());
}
