import { intOrPercent } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { available, type Change, type NodeScene, pairOn, type Scene } from "./change.ts";

/** Replaces pods of earlier templates, as many at a time as the strategy allows. */
export function rollingUpdate(scene: Scene): Change {
  const nodes = scene.nodes.filter(({ runs, pods }) => runs || pods.length > 0);
  const desired = nodes.filter(({ runs }) => runs).length;
  const bounds = scene.set.spec.updateStrategy?.rollingUpdate;
  const maxSurge = intOrPercent(bounds?.maxSurge ?? 0, desired, true);
  const maxUnavailable = intOrPercent(bounds?.maxUnavailable ?? 1, desired, true);
  if (maxSurge > 0) return surge(scene, nodes, { maxSurge, desired });
  return replace(scene, nodes, maxUnavailable === 0 ? 1 : maxUnavailable);
}

/** Deletes old pods; that new ones come is seen to elsewhere. Those that do not work are replaced at once. */
function replace(scene: Scene, nodes: readonly NodeScene[], maxUnavailable: number): Change {
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { pods } of nodes) {
    const pair = pairOn(scene, pods);
    const { next, old } = pair ?? {};
    if (old !== undefined && next === undefined) {
      if (available(scene, old)) candidates.push(old);
      else {
        broken.push(old);
        unavailable++;
      }
    } else if (next === undefined || old !== undefined || !available(scene, next)) unavailable++;
  }
  const more = Math.max(maxUnavailable - unavailable, 0);
  return { create: [], delete: [...broken, ...candidates.slice(0, more)], events: [] };
}

interface SurgeBounds {
  readonly maxSurge: number;
  readonly desired: number;
}

/** Makes new pods beside old ones, and deletes the old ones once the new ones work. */
function surge(scene: Scene, nodes: readonly NodeScene[], { maxSurge, desired }: SurgeBounds): Change {
  const doomed: Pod[] = [];
  const leaving: Pod[] = [];
  const replacing: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let working = 0;
  for (const { name, runs, pods } of nodes) {
    const pair = pairOn(scene, pods);
    if (pair === undefined) {
      surging++;
      continue;
    }
    const { next, old } = pair;
    const counted = old ?? next;
    if (counted !== undefined && available(scene, counted)) working++;
    if (old === undefined) continue;
    if (next !== undefined) {
      if (available(scene, next)) doomed.push(old);
      else surging++;
    } else if (!available(scene, old)) {
      if (runs) replacing.push(name);
      else doomed.push(old);
    } else if (runs) candidates.push(name);
    else leaving.push(old);
  }
  // Nodes that are no longer meant lose their pod only when enough others work.
  doomed.push(...leaving.slice(0, Math.max(working - desired, 0)));
  const more = Math.max(maxSurge - surging, 0);
  return { create: [...replacing, ...candidates.slice(0, more)], delete: doomed, events: [] };
}
