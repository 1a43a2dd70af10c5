/** How far a container was read: a time, and how many lines of that very time. */
export class Position {
  #time: string;
  #count = 0;

  constructor(time: string) {
    this.#time = time;
  }

  get time(): string {
    return this.#time;
  }

  passed(time: string): void {
    this.#count = time === this.#time ? this.#count + 1 : 1;
    this.#time = time;
  }

  /** Tells the lines of a stream that begins at `time` again whether they are new. */
  resume(): (time: string) => boolean {
    const from = this.#time;
    let known = this.#count;
    return (time) => {
      if (time !== from || known === 0) return true;
      known -= 1;
      return false;
    };
  }
}
