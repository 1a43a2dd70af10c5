import { tokenText } from "../model/names.ts";
import type { Device, Model } from "../model/types.ts";
import { page, table } from "./markdown.ts";

/** Text of docs/reference/devices.md. */
export function devicesPage(model: Model): string {
  const served = model.devices.filter(({ id }) => servicesOf(model, id).length > 0).length;
  const parts = model.layers
    .map((layer) => ({ layer, devices: model.devices.filter((device) => device.layer === layer.id) }))
    .filter(({ devices }) => devices.length > 0)
    .map(({ layer, devices }) => `## ${layer.id} ${layer.name}\n\n${deviceTable(model, devices)}`);
  return page(
    "Devices",
    `${model.devices.length} devices, of which ${served} have a service of their own.\n${ABOUT}`,
    ...parts,
  );
}

const ABOUT = `A device's first token on the bus is 0x8000 + 3 × its number. \`memory\` is the device's; each container that serves it is
limited to what stands beside it.`;

function deviceTable(model: Model, devices: readonly Device[]): string {
  const rows = devices.map((device) => {
    const services = servicesOf(model, device.id);
    const containers = model.containers.filter((c) => c.device === device.id).length;
    return [
      String(device.id),
      device.role,
      device.node,
      tokenText(device.tokenIdBase),
      `${device.memoryMiB} MiB`,
      services.map((id) => `\`${id}\``).join(", ") || "-",
      containers > 0 ? `${containers} × ${device.containerMemoryMiB} MiB, ${device.cpus} cores` : "-",
    ];
  });
  return table(["device", "role", "node", "token", "memory", "service", "containers"], rows);
}

const servicesOf = ({ services }: Model, device: number): string[] =>
  services.filter((service) => service.device === device).map(({ id }) => id);
