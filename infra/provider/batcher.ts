/** Requests that arrive close together and are answered by one piece of work; a failure is everyone's. */
export class Batcher<Q, A> {
  readonly #windowMs: number;
  readonly #work: (requests: readonly Q[]) => Promise<readonly A[]>;
  #waiting: { request: Q; resolve(answer: A): void; reject(error: unknown): void }[] = [];

  /**
   * @param windowMs how long the first request waits for others
   * @param work answers in the order of the requests
   */
  constructor(windowMs: number, work: (requests: readonly Q[]) => Promise<readonly A[]>) {
    this.#windowMs = windowMs;
    this.#work = work;
  }

  ask(request: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#waiting.length === 1) setTimeout(() => void this.#flush(), this.#windowMs);
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const answers = await this.#work(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, i) => {
        resolve(answers[i] as A);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
