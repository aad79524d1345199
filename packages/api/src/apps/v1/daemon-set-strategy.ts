import { equalValues, type Strategy } from "@skates/apimachinery";
import { templateWarnings } from "../../core/v1/pod-warnings.ts";
import type { DaemonSet } from "./daemon-set.ts";
import { daemonSetErrors } from "./set-rules.ts";

/** Counts changes of the template; upstream keeps it although revisions have replaced it, and clients see it. */
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** Where daemon sets depart from the conventions. */
export const daemonSetStrategy: Strategy<DaemonSet> = {
  prepare: (next, old) => withGeneration(next, templateGeneration(next, old)),
  validate: daemonSetErrors,
  warnings: (next, old) => templateWarnings(next.spec.template, old?.spec.template),
};

function templateGeneration(next: DaemonSet, old: DaemonSet | undefined): number {
  if (old === undefined) return Math.max(generationOf(next), 1);
  return generationOf(old) + Number(!equalValues(next.spec.template, old.spec.template));
}

function generationOf({ metadata: { annotations } }: DaemonSet): number {
  const text = annotations?.[TEMPLATE_GENERATION] ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function withGeneration(set: DaemonSet, generation: number): DaemonSet {
  const { annotations } = set.metadata;
  const text = String(generation);
  if (generation === 0 || annotations?.[TEMPLATE_GENERATION] === text) return set;
  return { ...set, metadata: { ...set.metadata, annotations: { ...annotations, [TEMPLATE_GENERATION]: text } } };
}
