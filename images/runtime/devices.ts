/** Devices that others address, or know as the sender, by their number; the manifest's list has all there are. */
export const DEVICES = {
  /** Speaks for users: each of its messages says for whom. */
  l7Router: 43,
  /** Runs of agents, calls of tools. */
  agents: 48,
  toolExecutor: 49,
  /** Documents and passages. */
  knowledge: 50,
  /** Tells whether a prompt may reach a language model. */
  promptDefence: 51,
  /** SOC router: what is known of an event; takes health. */
  socRouter: 52,
  soar: 58,
  /** NC3 gate: keeps the state of a tenant's emergency stop. */
  stopGate: 61,
} as const;
