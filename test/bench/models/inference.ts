import { LoadedModel } from "../../../images/runtime/models/loaded-model.ts";
import { readModel, versionsIn } from "../../../images/runtime/models/model-folder.ts";
import { openOnnxSession } from "../../../images/runtime/models/onnx-session.ts";
import { modelNames } from "../../../infra/models/model-release.ts";
import { PROJECT } from "../../services/support/model-fleet.ts";

/** Time of one inference, µs. */
export interface Inference {
  readonly model: string;
  readonly rows: number;
  readonly p50: number;
  readonly p99: number;
}

const TIMES = 2000;

/** Every model of the project with one row, and with as many as a read of a stream brings. */
export async function timeInference(dir: string, root: string): Promise<Inference[]> {
  const measured: Inference[] = [];
  for (const name of modelNames(PROJECT)) {
    const [version] = await versionsIn(`${dir}/models/${name}`);
    const { manifest, content } = await readModel(`${dir}/models/${name}/${version}`, root, Date.now());
    const model = new LoadedModel(manifest, await openOnnxSession(content, manifest));
    await model.prove();
    const width = manifest.selfTest.inputs[0]?.length ?? 0;
    for (const rows of [1, 128]) measured.push({ model: name, rows, ...(await times(model, rows, width)) });
    await model.retire();
  }
  return measured;
}

async function times(model: LoadedModel, rows: number, width: number): Promise<{ p50: number; p99: number }> {
  const input = Float32Array.from({ length: rows * width }, (_, at) => (at % 7 === 0 ? 1 : 0));
  const taken = new Float64Array(TIMES);
  for (let time = 0; time < TIMES; time++) {
    const begun = performance.now();
    await model.infer(input, rows);
    taken[time] = (performance.now() - begun) * 1000;
  }
  taken.sort();
  return { p50: taken[TIMES / 2] ?? 0, p99: taken[Math.floor(TIMES * 0.99)] ?? 0 };
}
