import type { Opinion } from "../extenders/extenders.ts";
import type { Explanation } from "./explain-pod.ts";

/** The explanation with what extenders say of the nodes that the plugins left. */
export function withOpinions(explanation: Explanation, opinions: readonly Opinion[]): Explanation {
  const outright = [...explanation.outright];
  const ruledOut = [...explanation.ruledOut];
  let feasible = explanation.feasible;
  for (const { extender, rejections, scores, failure } of opinions) {
    const plugin = `extender ${extender}`;
    if (failure !== undefined) outright.push({ plugin, reasons: [failure] });
    const nodes = new Map<string, string[]>();
    const rejected = new Set<string>();
    for (const [{ name }, { reasons }] of rejections) {
      const reason = reasons.join(", ");
      nodes.set(reason, [...(nodes.get(reason) ?? []), name]);
      rejected.add(name);
    }
    if (nodes.size > 0) ruledOut.push({ plugin, nodes });
    const added = new Map([...scores].map(([node, score]) => [node.name, score]));
    feasible = feasible
      .filter(({ node }) => !rejected.has(node))
      .map((row) => {
        const score = added.get(row.node);
        if (score === undefined) return row;
        return { ...row, total: row.total + score, scores: { ...row.scores, [plugin]: score } };
      });
  }
  feasible = outright.length > 0 ? [] : feasible.toSorted((a, b) => b.total - a.total || (a.node < b.node ? -1 : 1));
  return { ...explanation, outright, ruledOut, feasible };
}
