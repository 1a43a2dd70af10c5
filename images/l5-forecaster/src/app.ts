import { decodeEvent, MAX_EVENT_LENGTH } from "../../runtime/event-codec.ts";
import { latencyCheck } from "../../runtime/latency-check.ts";
import { LatencyWindow } from "../../runtime/latency-window.ts";
import { BatchModel } from "../../runtime/models/batch-model.ts";
import { putSeriesFeatures, SERIES_COLUMNS, SERIES_FEATURES } from "../../runtime/models/features/series-features.ts";
import { pause } from "../../runtime/pause.ts";
import { StreamTail } from "../../runtime/stream-tail.ts";
import { StreamWriter } from "../../runtime/stream-writer.ts";
import type { TenantService } from "../../runtime/tenant-service.ts";
import type { L5Config } from "./config.ts";
import { type Forecast, toForecast } from "./forecast.ts";
import { Signals } from "./signals.ts";

/** Layer 5 answers within 200 ms (Phase 5 §6.1). */
const OBJECTIVE_MS = 200;

/** The model that forecasts; models/l5-forecaster made it. */
const MODEL = {
  name: "l5-forecaster",
  features: "series-v1",
  width: SERIES_FEATURES.length,
  columns: SERIES_COLUMNS,
};

/**
 * L5 forecaster (devices 33 to 35): counts what L4_OUT brings, from the stream's start on, and tells every minute on
 * L5_OUT and under GET /v1/forecasts what the next hour brings. Without the model there is no forecast.
 */
export async function createForecaster(service: TenantService, config: L5Config): Promise<void> {
  const { log, metrics, signal } = service;
  const { tenant, device, layer } = config.identity;
  const model = new BatchModel(service, MODEL, config.models);
  await model.start();
  const signals = new Signals();
  const writer = new StreamWriter(service.writer);
  const latency = new LatencyWindow();
  service.health.add(latencyCheck(latency, OBJECTIVE_MS));
  let latest: readonly Forecast[] = [];

  async function forecast(): Promise<void> {
    const begun = performance.now();
    const ready = signals.series(Date.now());
    const answers = await model.ask(ready, ({ series }, out, at) => putSeriesFeatures(series, out, at));
    latest = answers
      ? ready.map((one, at) => toForecast(one.name, one.device, one.series, answers.row(at), answers.model))
      : [];
    if (latest.length > 0) {
      const made = { tenant_id: tenant, ts: new Date().toISOString(), source_device: device, source_layer: layer };
      await writer.append([{ key: config.streams.l5Out, event: JSON.stringify({ ...made, forecasts: latest }) }]);
      latency.record(performance.now() - begun);
    }
    // Also where there is not enough past yet: a layer that looks and finds nothing is not one that is silent.
    metrics.processed("L5_FORECAST", latest.length, (performance.now() - begun) / 1000);
  }

  const tail = new StreamTail(service, "l4_out", config.streams.l4Out, (text, at) => {
    if (text.length > MAX_EVENT_LENGTH) return;
    const decoded = decodeEvent(text, tenant);
    if (decoded.ok) signals.add(decoded.value, at, Date.now());
    else metrics.rejected(decoded.reason);
  });
  service.health.add({
    name: "forecasts",
    weight: "warning",
    read: () => ({ value: latest.length > 0 ? latest.length : "not enough past yet, or no model", ok: true }),
  });
  service.http.get("/v1/forecasts", async () => ({ tenant_id: tenant, forecasts: latest }));
  service.loop(tail.run(signal));
  service.loop(
    (async () => {
      while (!signal.aborted) {
        await pause(config.everyMs, signal);
        if (signal.aborted || !tail.caughtUp) continue;
        await forecast().catch((error: Error) => log.warn({ reason: error.message }, "forecast not published"));
      }
    })(),
  );
}
