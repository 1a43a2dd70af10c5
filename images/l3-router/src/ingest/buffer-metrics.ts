import { Counter, Gauge, type Registry } from "prom-client";

/** What is read when metrics are asked for. */
export interface BufferState {
  readonly waiting: () => number;
  readonly bytes: () => number;
  /** Seconds. */
  readonly oldest: () => number;
}

/** `dsmil_buffer_*`: how full the buffer is. */
export function addBufferGauges(registry: Registry, { waiting, bytes, oldest }: BufferState): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge("dsmil_buffer_events", "Events in the buffer that are not on the stream", waiting);
  gauge("dsmil_buffer_bytes", "Bytes of events that the buffer holds", bytes);
  gauge("dsmil_buffer_oldest_seconds", "Age of the oldest event that is not on the stream", oldest);
}

/** `dsmil_buffer_drained_total`. */
export function drainedCounter(registry: Registry): Counter {
  return new Counter({
    name: "dsmil_buffer_drained_total",
    help: "Events that went from the buffer to the stream, repeats after a lost connection among them",
    registers: [registry],
  });
}
