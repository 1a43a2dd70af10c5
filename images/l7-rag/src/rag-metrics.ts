import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { EncoderSlot } from "./encoder/encoder-slot.ts";

/** What the RAG engine counts beside what all services do. */
export class RagMetrics {
  private readonly tokens: Counter;
  private readonly seconds: Histogram;
  private readonly tenant_id: string;

  constructor(registry: Registry, tenant: string, encoder: Pick<EncoderSlot, "waiting">) {
    const registers = [registry];
    this.tenant_id = tenant;
    this.tokens = new Counter({
      name: "dsmil_encoder_tokens_total",
      help: "Tokens that became vectors",
      labelNames: ["tenant_id"],
      registers,
    });
    this.seconds = new Histogram({
      name: "dsmil_encoder_text_seconds",
      help: "Time of one text's vector, without the wait for its turn",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    new Gauge({
      name: "dsmil_encoder_waiting",
      help: "Texts that wait for their turn",
      registers,
      collect() {
        this.set(encoder.waiting);
      },
    });
  }

  encoded(tokens: number, seconds: number): void {
    this.tokens.inc({ tenant_id: this.tenant_id }, tokens);
    this.seconds.observe(seconds);
  }
}
