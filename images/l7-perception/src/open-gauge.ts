import { Gauge, type Registry } from "prom-client";

/** `dsmil_perception_open`. @param open read when metrics are asked for */
export function addOpenGauge(registry: Registry, open: () => number): void {
  new Gauge({
    name: "dsmil_perception_open",
    help: "Pictures and sounds that are decoded or wait for it",
    registers: [registry],
    collect() {
      this.set(open());
    },
  });
}
