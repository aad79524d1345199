/** Plays, for tests, what stands on both sides of attaching: the attacher of a driver, and the kubelets that mount. */
import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { type VolumeAttachment, volumeAttachments } from "@skates/api/storage/v1";
import { formatTime } from "@skates/apimachinery";
import { assert } from "@skates/component-base";
import type { World } from "./world.ts";

export interface StorageActors {
  /** What the attacher answers; undefined: it attaches. */
  attachError: string | undefined;
  /** Nodes whose kubelet does and says nothing. */
  stuck: readonly string[];
  /** By node: what it has mounted. */
  readonly mounted: Map<string, Set<string>>;
  /** One turn of all. */
  act(): Promise<void>;
  /** What must always hold: who has the volume mounted has it attached, and nobody else has. */
  check(): Promise<void>;
}

/** For pods that all want the one volume of this name. */
export function storageActors(world: World, uniqueName: string): StorageActors {
  const mounted = new Map<string, Set<string>>();
  const actors: StorageActors = {
    attachError: undefined,
    stuck: [],
    mounted,
    async act() {
      await attach(world, actors.attachError);
      await mount(world, actors, uniqueName);
    },
    async check() {
      const has = (await world.list<VolumeAttachment>(volumeAttachments)).map(({ spec }) => spec.nodeName);
      const uses = [...mounted].filter(([, volumes]) => volumes.size > 0).map(([name]) => name);
      const robbed = uses.filter((name) => !has.includes(name));
      assert(robbed.length === 0, `a volume was taken from a node that uses it: ${robbed.join(", ")}`);
      assert(has.length <= 1, `a volume is on several nodes: ${has.join(", ")}`);
    },
  };
  return actors;
}

export async function patchNodeOf(world: World, name: string, body: object, subresource?: string): Promise<void> {
  const api = world.client.resource(nodes);
  const patch = { type: "merge", body } as const;
  if (subresource === undefined) await api.patch({ name }, patch, {}, world.signal);
  else await api.sub(subresource).patch({ name }, patch, {}, world.signal);
}

/** What is asked for is attached. What is deleted goes by itself: there are no finalizers. */
async function attach(world: World, attachError: string | undefined): Promise<void> {
  const api = world.client.resource<VolumeAttachment>(volumeAttachments);
  const status =
    attachError === undefined
      ? { attached: true }
      : { attached: false, attachError: { time: formatTime(0), message: attachError } };
  for (const one of await world.list<VolumeAttachment>(volumeAttachments)) {
    const known = one.status?.attached === true || JSON.stringify(one.status) === JSON.stringify(status);
    if (known || one.metadata.deletionTimestamp !== undefined) continue;
    await api.sub("status").patch(one.metadata, { type: "merge", body: { status } }, {}, world.signal);
  }
}

/** Kubelets say what they use, mount in another turn what they then may, and let go what no pod of theirs wants. */
async function mount(world: World, { stuck, mounted }: StorageActors, uniqueName: string): Promise<void> {
  const all = await world.list<Pod>(pods);
  for (const { metadata, status } of await world.list<Node>(nodes)) {
    const mine = mounted.get(metadata.name) ?? new Set();
    mounted.set(metadata.name, mine);
    if (stuck.includes(metadata.name)) continue;
    const wants = all.some(({ spec }) => spec.nodeName === metadata.name);
    const { volumesInUse = [], volumesAttached = [] } = status ?? {};
    if (!wants) mine.clear();
    const inUse = wants || mine.size > 0 ? [uniqueName] : [];
    if (JSON.stringify(inUse) !== JSON.stringify(volumesInUse))
      await patchNodeOf(world, metadata.name, { status: { volumesInUse: inUse } }, "status");
    else if (wants && volumesAttached.some(({ name }) => name === uniqueName)) mine.add(uniqueName);
  }
}
