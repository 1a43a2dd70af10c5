/** Where a worker is. */
export interface WorkerAddress {
  readonly device: number;
  /** `http://10.212.1.27:8047` */
  readonly url: string;
}

/** Form of the variable WORKERS: `47@http://10.212.1.27:8047,44@…`; those of the first device are asked first. */
export const WORKERS_FORM = /^(\d{1,3}@http:\/\/[a-z0-9.-]+:\d{1,5}(,|$))*$/;

/** Reads WORKERS, whose form was checked. */
export function workersIn(text: string): WorkerAddress[] {
  return text
    .split(",")
    .filter((one) => one !== "")
    .map((one) => {
      const [device = "", url = ""] = one.split("@");
      return { device: Number(device), url };
    });
}
