/**
 * A command line for a node that kills the main process of a container, as a crash does; a `docker kill` would also keep
 * it from starting again.
 */
export function crashCommand(container: string): string[] {
  return ["sh", "-c", `kill -9 "$(docker inspect -f '{{.State.Pid}}' "$0")"`, container];
}
