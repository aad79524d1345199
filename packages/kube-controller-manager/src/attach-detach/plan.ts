import { isNodeReady, type Node, nodes, type Pod } from "@skates/api/core/v1";
import { type VolumeAttachment, volumeAttachments } from "@skates/api/storage/v1";
import type { ObjectKey } from "@skates/apimachinery";
import { type Action, creation, deletion, NOTHING, type Plan } from "@skates/controller-runtime";
import { tell } from "../persistent-volume/storage-view.ts";
import { type Attachable, attachable, type AttachView, isShared, needsAttach, podsWanting } from "./attach-view.ts";

const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
const MANAGED = "volumes.kubernetes.io/controller-managed-attach-detach";

/**
 * Attaches one volume to the nodes on which pods want it, and detaches it from the others. The key is a volume: where it may be on one
 * node only, that is decided in one place. All that must be known is in the API, so that this can end after any of its actions.
 */
export function planVolume(view: AttachView, key: ObjectKey, nowMs: number): Plan {
  const attachments = view.attachments.by("volume", key.name);
  const wanted = attachable(view.volumes.get(key));
  if (wanted === undefined) return NOTHING;
  const pods = needsAttach(view, wanted) ? podsWanting(view, wanted) : new Map<string, readonly Pod[]>();
  const names = [...new Set([...pods.keys(), ...attachments.map(({ spec }) => spec.nodeName)])].sort();
  const places = names.map((name): Place => {
    const node = view.nodes.get({ name });
    const attachment = attachments.find(({ metadata }) => metadata.name === wanted.attachmentOn(name));
    return { id: `${wanted.uniqueName} ${name}`, name, node, pods: pods.get(name) ?? [], attachment };
  });
  const part: VolumePart = { view, wanted, places, holders: holdersOf(wanted, places, attachments), nowMs };
  return joined(places.map((place) => planPlace(part, place)));
}

/** A node that has the volume, or whose pods want it. */
interface Place {
  readonly id: string;
  readonly name: string;
  readonly node: Node | undefined;
  /** Those that want the volume there. */
  readonly pods: readonly Pod[];
  readonly attachment: VolumeAttachment | undefined;
}

interface VolumePart {
  readonly view: AttachView;
  readonly wanted: Attachable;
  readonly places: readonly Place[];
  /** Nodes that keep others from a volume which only one may have. */
  readonly holders: readonly string[];
  readonly nowMs: number;
}

/** Whoever has it; where nobody has, the node whose pod was there first. */
function holdersOf(
  { volume }: Attachable,
  places: readonly Place[],
  has: readonly VolumeAttachment[],
): readonly string[] {
  if (isShared(volume)) return [];
  if (has.length > 0) return has.map(({ spec }) => spec.nodeName);
  const oldest = ({ pods }: Place): string =>
    pods.map(({ metadata }) => metadata.creationTimestamp ?? "").sort()[0] ?? "";
  const able = places.filter((place) => place.pods.length > 0 && isManaged(place));
  const [first] = able.toSorted((a, b) => (oldest(a) === oldest(b) ? 0 : oldest(a) < oldest(b) ? -1 : 1));
  return first === undefined ? [] : [first.name];
}

function isManaged({ node }: Place): boolean {
  return node?.metadata.annotations?.[MANAGED] === "true";
}

function planPlace(part: VolumePart, place: Place): Plan {
  const { memory } = part.view;
  const { attachment, id } = place;
  const unwanted = place.pods.length === 0;
  const sinceMs = memory.unwantedSinceMs(id, unwanted && attachment !== undefined, part.nowMs);
  if (attachment === undefined) {
    if (!unwanted) return attach(part, place);
    memory.forget(id);
    return NOTHING;
  }
  // On its way out: nothing is to be done before it is gone.
  if (attachment.metadata.deletionTimestamp !== undefined) return NOTHING;
  return unwanted ? detach(part, place, { attachment, sinceMs }) : report(part, place, attachment);
}

function attach({ view, wanted, places, holders }: VolumePart, place: Place): Plan {
  if (!isManaged(place)) return NOTHING;
  const { driver, volume, attachmentOn } = wanted;
  const { name } = volume.metadata;
  const others = holders.filter((holder) => holder !== place.name);
  if (others.length === 0) {
    const object: VolumeAttachment = {
      apiVersion: "storage.k8s.io/v1",
      kind: "VolumeAttachment",
      metadata: { name: attachmentOn(place.name) },
      spec: { attacher: driver, nodeName: place.name, source: { persistentVolumeName: name } },
    };
    return { stages: [[creation<VolumeAttachment>(volumeAttachments, object)]] };
  }
  const users = places.filter((other) => others.includes(other.name)).flatMap(({ pods }) => pods);
  return told(view, place, (pod) => `Multi-Attach error for volume "${name}" ${multiAttach(pod, users)}`);
}

/** In upstream's words; pods of other namespaces are counted and not named. */
function multiAttach({ metadata: { namespace } }: Pod, users: readonly Pod[]): string {
  const near = users.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name);
  const far = `${users.length - near.length} pod(s) in different namespaces`;
  if (users.length === 0) return "Volume is already exclusively attached to one node and can't be attached to another";
  if (near.length === 0) return `Volume is already used by ${far}`;
  const named = `Volume is already used by pod(s) ${near.sort().join(", ")}`;
  return near.length === users.length ? named : `${named} and ${far}`;
}

/** Tells the kubelet that it may mount, and the pods what came of it. */
function report({ view, wanted }: VolumePart, place: Place, { status }: VolumeAttachment): Plan {
  const { name } = wanted.volume.metadata;
  if (status?.attached !== true) {
    const message = status?.attachError?.message;
    if (message === undefined) return NOTHING;
    // Told again when the attacher has tried again.
    const at = status?.attachError?.time ?? "";
    return told(view, place, () => `AttachVolume.Attach failed for volume "${name}" : ${message}`, at);
  }
  view.memory.forget(place.id);
  const { node } = place;
  const attached = node?.status?.volumesAttached ?? [];
  if (node === undefined || attached.some((one) => one.name === wanted.uniqueName)) return NOTHING;
  const next = [...attached, { name: wanted.uniqueName, devicePath: "" }];
  const message = `AttachVolume.Attach succeeded for volume "${name}" `;
  const events = place.pods.map((pod) => tell(pod, "Normal", "SuccessfulAttachVolume", message));
  return { stages: [[attachedPatch(node, next)], events] };
}

function told({ memory }: AttachView, place: Place, messageFor: (pod: Pod) => string, round = ""): Plan {
  const events = place.pods.flatMap((pod): readonly Action[] => {
    const message = messageFor(pod);
    const news = memory.tell(place.id, `${pod.metadata.uid ?? ""} ${round} ${message}`);
    return news ? [tell(pod, "Warning", "FailedAttachVolume", message)] : [];
  });
  return { stages: [events] };
}

interface Leaving {
  readonly attachment: VolumeAttachment;
  readonly sinceMs: number;
}

/**
 * First the node's status says that the volume may no longer be mounted, then the attachment goes. The status is written only if it is
 * still as it was seen: a kubelet that began to use the volume meanwhile keeps it.
 */
function detach({ view, wanted, nowMs }: VolumePart, { node }: Place, { attachment, sinceMs }: Leaving): Plan {
  const gone = deletion<VolumeAttachment>(volumeAttachments, attachment);
  if (node === undefined) return { stages: [[gone]] };
  const { volumesInUse = [], volumesAttached = [] } = node.status ?? {};
  const leftMs = view.unmountMs === undefined ? undefined : sinceMs + view.unmountMs - nowMs;
  if (volumesInUse.includes(wanted.uniqueName) && !isLost(node, leftMs)) {
    return leftMs === undefined || leftMs <= 0 ? NOTHING : { stages: [], requeueAfterMs: leftMs };
  }
  const rest = volumesAttached.filter(({ name }) => name !== wanted.uniqueName);
  return { stages: [rest.length === volumesAttached.length ? [] : [attachedPatch(node, rest)], [gone]] };
}

/** Nobody waits any more for the node to unmount it: it was given up by hand, or it is not well and time is up. */
function isLost(node: Node, leftMs: number | undefined): boolean {
  if (node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true) return true;
  return leftMs !== undefined && leftMs <= 0 && !isNodeReady(node);
}

function attachedPatch(
  { metadata: { name, uid, resourceVersion } }: Node,
  volumesAttached: NonNullable<NonNullable<Node["status"]>["volumesAttached"]>,
): Action {
  const body = { metadata: { uid, resourceVersion }, status: { volumesAttached } };
  return { do: "patch", resource: nodes, key: { name }, patch: { type: "merge", body }, subresource: "status" };
}

/** The first stages of all together, then the second ones, and so on. */
function joined(plans: readonly Plan[]): Plan {
  const count = Math.max(0, ...plans.map(({ stages }) => stages.length));
  const stages = Array.from({ length: count }, (_, at) => plans.flatMap((plan) => plan.stages[at] ?? []));
  const times = plans.flatMap(({ requeueAfterMs }) => (requeueAfterMs === undefined ? [] : [requeueAfterMs]));
  return { stages, ...(times.length === 0 ? {} : { requeueAfterMs: Math.min(...times) }) };
}
