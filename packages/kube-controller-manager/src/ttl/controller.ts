import type { ObjectKey } from "@skates/apimachinery";
import { type Node, nodes } from "@skates/api/core/v1";
import { type Controller, type Lister, NOTHING, type Plan, update, watch } from "@skates/controller-runtime";

export interface TtlHintView {
  readonly nodes: Lister<Node>;
}

const TTL_ANNOTATION = "node.alpha.kubernetes.io/ttl";

/** Upstream's steps, by number of nodes; they overlap, so that a cluster at a border does not go to and fro. */
const STEPS = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1_000, seconds: 30 },
  { from: 900, to: 2_000, seconds: 60 },
  { from: 1_800, to: Number.POSITIVE_INFINITY, seconds: 300 },
] as const;

const KNOWN = "ttl/known";

/** True for the sizes at which some step has just ended. */
function isBeyond(count: number): boolean {
  return STEPS.some(({ from, to }) => count === to + 1 || count === from - 1);
}

/** Tells kubelets for how long they may keep secrets and config maps without asking again: the larger the cluster, the longer. */
export const ttlController: Controller<TtlHintView> = {
  name: "ttl-controller",
  watches: [
    watch({
      resource: nodes,
      keys: ({ metadata: { name } }, old, listers) => {
        const all = listers.for(nodes);
        // One that comes or goes concerns all only where the cluster goes to another step.
        if (old !== undefined || !isBeyond(all.count(KNOWN, KNOWN))) return [{ name }];
        return [{ name }, ...all.list().map(({ metadata }) => ({ name: metadata.name }))];
      },
      // How many there are can be told without looking at any.
      indexes: { [KNOWN]: () => [KNOWN] },
    }),
  ],
  view: (listers) => ({ nodes: listers.for(nodes) }),
  plan: planTtlHint,
};

/** Writes the annotation of a node where it is another one. */
export function planTtlHint({ nodes: all }: TtlHintView, key: ObjectKey): Plan {
  const node = all.get(key);
  if (node === undefined) return NOTHING;
  const known = node.metadata.annotations?.[TTL_ANNOTATION];
  const seconds = String(ttlSeconds(all.count(KNOWN, KNOWN), known));
  if (known === seconds) return NOTHING;
  const annotations = { ...node.metadata.annotations, [TTL_ANNOTATION]: seconds };
  return { stages: [[update(nodes, { ...node, metadata: { ...node.metadata, annotations } })]] };
}

/** The step that a cluster of this size is on; it stays on its step as long as that reaches. */
export function ttlSeconds(count: number, known: string | undefined): number {
  const current = STEPS.find(({ seconds, from, to }) => String(seconds) === known && count >= from && count <= to);
  return (current ?? STEPS.find(({ to }) => count <= to) ?? STEPS[0]).seconds;
}
