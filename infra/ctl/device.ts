import type { Command } from "commander";
import { DEVICE, type DeviceAnswer } from "../../images/runtime/control/answers.ts";
import { containerTable } from "./containers.ts";
import { gather, WHOLE } from "./gather.ts";
import { clean } from "./paint.ts";
import { printJson, sessionOf } from "./session.ts";
import { bytes } from "./units.ts";

/** `dsmilctl device show` */
export function registerDevice(program: Command): void {
  program
    .command("device")
    .description("Devices of the fleet.")
    .command("show")
    .description("Show a device, and the containers that speak for it.")
    .argument("<id>", "0 to 103")
    .option("--json", "print JSON")
    .addHelpText("after", WHOLE)
    .action(async (id: string, { json }: { readonly json?: boolean }, command: Command) => {
      const session = sessionOf(command);
      const told = await gather<DeviceAnswer>(session, `/v1/devices/${encodeURIComponent(id)}`, DEVICE);
      const containers = told.flatMap(({ node, answer }) => answer.containers.map((one) => ({ ...one, node })));
      const [first] = told;
      if (first === undefined) return;
      if (json) return printJson({ ...first.answer, containers });
      const { layer, role, node, memoryMiB, tokens } = first.answer;
      const { paint, width } = session;
      const line = `${layer} on ${node}, ${bytes(memoryMiB * 1024 * 1024)}, tokens ${tokens.join(" ")}`;
      process.stdout.write(`${paint.bold(`device ${first.answer.id}`)}  ${clean(role)}\n${clean(line)}\n\n`);
      process.stdout.write(`${containerTable(containers, paint, width)}\n`);
    });
}
