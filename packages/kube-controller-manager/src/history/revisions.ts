import { type ApiObject, equalValues, isStatus, type JsonObject } from "@skates/apimachinery";
import { type ControllerRevision, controllerRevisions } from "@skates/api/apps/v1";
import type { PodTemplateSpec } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  creation,
  deletion,
  type Lister,
  update,
  controllerReference,
  controls,
} from "@skates/controller-runtime";
import { templateHash } from "../deployment/template-hash.ts";
import { keeps, revisionData } from "./revision-data.ts";

/** A workload whose past templates are kept. */
export interface Historian {
  readonly owner: ApiObject;
  readonly template: PodTemplateSpec;
  /** The label of a revision that holds the hash in its name. */
  readonly hashLabel: string;
  /** How often a name was taken by something else. */
  readonly collisions: number;
}

/** The revision of the template as it is now, the others, and what makes it so. */
export interface History {
  readonly current: ControllerRevision;
  /** All others, oldest first. */
  readonly old: readonly ControllerRevision[];
  readonly actions: readonly Action[];
}

/**
 * Finds the revision of the template among those of the workload, or makes it. One that is not the newest becomes the newest: so going
 * back to a template is a step forward in history. Of several alike the newest is taken.
 */
export function historyOf(historian: Historian, revisions: readonly ControllerRevision[]): History {
  const sorted = [...revisions].sort(byRevision);
  const data = revisionData(historian.template);
  const found = sorted.findLast((revision) => keeps(revision, data));
  const old = sorted.filter((revision) => revision !== found);
  const last = Number(old.at(-1)?.revision ?? 0);
  if (found === undefined) {
    const current = newRevision(historian, data, last + 1);
    return { current, old, actions: [creation(controllerRevisions, current)] };
  }
  if (Number(found.revision) > last) return { current: found, old, actions: [] };
  const current = { ...found, revision: last + 1 };
  return { current, old, actions: [update(controllerRevisions, current)] };
}

/** Of the other revisions those that keep the template as it is now, too: by whom or whatever they were made. */
export function duplicatesOf({ template }: Historian, { old }: History): readonly ControllerRevision[] {
  const data = revisionData(template);
  return old.filter((revision) => revision.metadata.deletionTimestamp === undefined && keeps(revision, data));
}

function newRevision(historian: Historian, data: JsonObject, revision: number): ControllerRevision {
  const { owner, template, hashLabel, collisions } = historian;
  const hash = templateHash(template, collisions);
  const { name, namespace, annotations } = owner.metadata;
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: revisionName(name, hash),
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      annotations,
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision,
  };
}

/** The longest part of the owner's name that leaves room for the hash. */
const PREFIX_MAX = 223;

function revisionName(owner: string, hash: string): string {
  return `${owner.slice(0, PREFIX_MAX)}-${hash}`;
}

/** Deletes the oldest of `unused` beyond `limit`. `unused` are revisions that no pod has, oldest first. */
export function historyCleanup(unused: readonly ControllerRevision[], limit: number): readonly Action[] {
  return unused
    .slice(0, Math.max(unused.length - limit, 0))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((revision) => deletion(controllerRevisions, revision));
}

/**
 * How often names were taken, if the last plan failed because the name of its new revision is that of another one. Undefined: no such
 * failure. The same number as before: it is our own, which the cache did not show yet.
 */
export function collisionsAfter(
  { owner, template, collisions }: Historian,
  lister: Lister<ControllerRevision>,
  failures: readonly ActionFailure[],
): number | undefined {
  const taken = failures.some(
    ({ action, error }) =>
      action.do === "create" && action.resource.plural === "controllerrevisions" && isStatus(error, "AlreadyExists"),
  );
  if (!taken) return undefined;
  const { name, namespace } = owner.metadata;
  const other = lister.get({ namespace, name: revisionName(name, templateHash(template, collisions)) });
  if (other === undefined) return collisions;
  const own = controls(owner, other) && equalValues(other.data, revisionData(template));
  return own ? collisions : collisions + 1;
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const difference = Number(a.revision) - Number(b.revision);
  if (difference !== 0) return difference;
  const [first = "", second = ""] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (first !== second) return first < second ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
