/** Why a node is out of the question, or (from `prepare`) all of them are. */
export interface Rejection {
  /** In upstream's words: each is counted over the nodes and told in events and conditions. */
  readonly reasons: readonly string[];
  /** False where removing pods from the node would not help. */
  readonly resolvable: boolean;
}

/** `undefined`: nothing speaks against the node. */
export type Verdict = Rejection | undefined;

/** A rejection that lasts as long as the pods on the node stay. */
export function unschedulable(...reasons: readonly string[]): Rejection {
  return { reasons, resolvable: true };
}

/** A rejection that no removal of pods can lift. */
export function unresolvable(...reasons: readonly string[]): Rejection {
  return { reasons, resolvable: false };
}
