import type * as pulumi from "@pulumi/pulumi";
import type { Container } from "../model/types.ts";

/** What a health gate has to know of a container: how it is asked, and which instance of it counts. */
export function gated({ name, health }: Container, instance: pulumi.Input<string>) {
  const { kind, port, path, argv } = health;
  return {
    name,
    instance,
    kind,
    port,
    ...(path && { path }),
    ...(kind === "exec" && { argv: [...argv] }),
  };
}
