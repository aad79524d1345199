import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import {
  type ApiObject,
  isRecord,
  isStatus,
  type ObjectKey,
  type OwnerReference,
  type Resource,
} from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf } from "@skates/component-base";
import { type Informers, keyWorker } from "@skates/controller-runtime";
import { customKind } from "../custom-kinds.ts";

/** How many pods an object wants, or why nobody can tell. */
export type Scale =
  | { readonly uid: string; readonly replicas: number; readonly problem?: undefined }
  | { readonly problem: string };

/** Objects of custom kinds that manage pods: their sizes are asked for when somebody wants to know. */
export interface OtherScales {
  /** `waiting`: the server is being asked; undefined: there is no such object. */
  scaleOf(owner: OwnerReference, namespace: string, nowMs: number): Scale | "waiting" | undefined;
}

export interface OtherScalesOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
}

/** What the server said counts for so long; nothing is asked for that nobody wants to know. */
const FRESH_MS = 5000;
const KNOWN_MAX = 10_000;
const WORKERS = 4;

interface Known {
  readonly atMs: number;
  readonly scale: Scale | undefined;
}

interface Wanted {
  readonly kind: Resource;
  readonly key: ObjectKey;
}

/** Reads the scale subresource of the owners of pods that are no kind of the cluster's own. */
export function otherScales({ client, informers, env }: OtherScalesOptions): Component & OtherScales {
  const definitions = informers.for(customResourceDefinitions);
  const known = new Map<string, Known>();
  const wanted = new Map<string, Wanted>();
  let ask: (id: string) => void = () => undefined;

  /** The kind, if it is known and its objects have a size; otherwise why not, in upstream's words. */
  function kindOf({ apiVersion, kind }: OwnerReference): Resource | string {
    const group = apiVersion.slice(0, Math.max(apiVersion.indexOf("/"), 0));
    const definition = definitions.list().find(({ spec }) => spec.group === group && spec.names.kind === kind);
    const found = definition === undefined ? undefined : customKind(definition);
    if (definition === undefined || found === undefined) {
      return `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
    }
    const version = definition.spec.versions.find(({ name }) => name === found.version);
    return version?.subresources?.scale === undefined
      ? `${found.plural}.${found.group} does not implement the scale subresource`
      : found;
  }

  const worker = keyWorker({
    name: "disruption-scales",
    env,
    workers: WORKERS,
    informers: [definitions],
    failure: "the size of an owner of pods could not be read",
    follow: (add) => {
      ask = (id) => add({ name: id });
      return [];
    },
    async work({ name: id }, signal) {
      const one = wanted.get(id);
      wanted.delete(id);
      if (one === undefined) return undefined;
      if (known.size >= KNOWN_MAX) known.clear();
      const scale = await readScale(client, one, signal);
      known.set(id, { atMs: env.clock.nowMs(), scale });
      return undefined;
    },
  });

  return {
    ...worker,
    scaleOf(owner, namespace, nowMs) {
      const kind = kindOf(owner);
      if (typeof kind === "string") return { problem: kind };
      const id = `${kind.plural}.${kind.group}/${namespace}/${owner.name}`;
      const seen = known.get(id);
      if (seen !== undefined && Math.abs(nowMs - seen.atMs) < FRESH_MS) return ofOwner(seen.scale, owner);
      if (!wanted.has(id)) {
        wanted.set(id, { kind, key: { namespace, name: owner.name } });
        ask(id);
      }
      return "waiting";
    },
  };
}

/** Another object has the name by now: the owner is gone. */
function ofOwner(scale: Scale | undefined, { uid }: OwnerReference): Scale | undefined {
  return scale === undefined || scale.problem !== undefined || scale.uid === uid ? scale : undefined;
}

async function readScale(client: Client, { kind, key }: Wanted, signal: AbortSignal): Promise<Scale | undefined> {
  try {
    const read: ApiObject = await client.resource<ApiObject>(kind).sub("scale").get(key, signal);
    const spec: unknown = "spec" in read ? read.spec : undefined;
    const replicas = isRecord(spec) ? spec["replicas"] : undefined;
    return { uid: read.metadata.uid ?? "", replicas: typeof replicas === "number" ? replicas : 0 };
  } catch (error) {
    signal.throwIfAborted();
    return isStatus(error, "NotFound") ? undefined : { problem: messageOf(error) };
  }
}
