import type { Level } from "../../../images/runtime/logs/level.ts";
import type { Container } from "../../model/types.ts";

/** Which lines are wanted. */
export interface LogFilter {
  /** Of this level or a more urgent one. */
  readonly level?: Level;
  /** That this expression finds something in. */
  readonly grep?: RegExp;
  readonly since: Date;
  /** Lines in all, the latest. */
  readonly limit: number;
}

/** One line of a container. */
export interface LogLine {
  /** RFC 3339 with nine digits, UTC. */
  readonly time: string;
  readonly node: string;
  readonly service: string;
  readonly container: string;
  /** Tenant id; absent where the container is of no one tenant. */
  readonly tenant?: string;
  readonly layer?: string;
  readonly device?: number;
  readonly level: Level;
  readonly line: string;
}

/** Something that could not be read, for people. */
export type LogProblem = { readonly node: string; readonly problem: string };

/** Where lines come from: the containers that are wanted. */
export type LogSource = Pick<Container, "name" | "service" | "node" | "tenant" | "layer" | "device">;
