import { LatencyWindow } from "../latency-window.ts";
import { type ModelIdentity, type ModelManifest, SELF_TEST_TOLERANCE } from "./manifest.ts";
import type { Session } from "./onnx-session.ts";

/** Most rows of one inference. */
export const MAX_ROWS = 4096;
/** Runs before a model counts as loaded: the first ones are slow. */
const WARM_UPS = 3;

/** A model that answers. */
export class LoadedModel {
  readonly identity: ModelIdentity;
  readonly latency = new LatencyWindow();
  private readonly manifest: ModelManifest;
  private readonly session: Session;
  private readonly width: number;
  private running = 0;
  private retired = false;

  constructor(manifest: ModelManifest, session: Session) {
    this.identity = { name: manifest.name, version: manifest.version };
    this.manifest = manifest;
    this.session = session;
    this.width = manifest.selfTest.inputs[0]?.length ?? 0;
  }

  /**
   * Answers `count` rows; one row of `columns` values each.
   * @throws Error when the rows do not fit, or the answer is no set of finite numbers of that size
   */
  async infer(rows: Float32Array, count: number): Promise<Float32Array> {
    if (count < 1 || count > MAX_ROWS || rows.length !== count * this.width) {
      throw new Error(`${count} rows of ${rows.length} values; 1 to ${MAX_ROWS} rows of ${this.width} are taken`);
    }
    this.running += 1;
    const begun = performance.now();
    try {
      const answer = await this.session.run(rows, count);
      if (answer.length !== count * this.manifest.columns.length || !answer.every(Number.isFinite)) {
        throw new Error("the model's answer is not made of as many finite numbers as it has columns");
      }
      this.latency.record(performance.now() - begun);
      return answer;
    } finally {
      this.running -= 1;
      if (this.retired && this.running === 0) await this.session.release();
    }
  }

  /**
   * Runs the self-test, several times as a warm-up.
   * @throws Error when an answer differs from what the training program computed
   */
  async prove(): Promise<void> {
    const { inputs, outputs } = this.manifest.selfTest;
    const rows = Float32Array.from(inputs.flat());
    const expected = outputs.flat();
    for (let run = 0; run < WARM_UPS; run++) {
      const answer = await this.infer(rows, inputs.length);
      const far = expected.some((value, at) => Math.abs(value - (answer[at] ?? Number.NaN)) > SELF_TEST_TOLERANCE);
      if (far || expected.length !== answer.length) throw new Error("the model's self-test gives other answers");
    }
  }

  /** No more inferences come; frees the session after the one that runs. */
  async retire(): Promise<void> {
    this.retired = true;
    if (this.running === 0) await this.session.release();
  }
}
