import type { Container, Model } from "../model/types.ts";

/** The only container of a shared service; throws where the manifest has none. */
export function containerOf(model: Pick<Model, "containers">, service: string): Container {
  const found = model.containers.find((container) => container.service === service);
  if (found === undefined)
    throw new Error(`the manifest has no service ${service}; its configuration cannot be rendered`);
  return found;
}
