import type { EncodedEvent, Resource, Revision } from "@skates/apimachinery";
import type { CachedObject, View } from "./cached-object.ts";

/** An event with its frames for the wire, each made once however many watchers get it. */
export class SharedEvent implements EncodedEvent {
  readonly type: EncodedEvent["type"];
  readonly object: EncodedEvent["object"];
  readonly #frames = new Map<string, Uint8Array>();

  constructor(type: EncodedEvent["type"], object: EncodedEvent["object"]) {
    this.type = type;
    this.object = object;
  }

  /** The frame under a name, which `make` gives it the first time. */
  frame(name: string, make: () => Uint8Array): Uint8Array {
    let frame = this.#frames.get(name);
    if (frame === undefined) {
      frame = make();
      this.#frames.set(name, frame);
    }
    return frame;
  }
}

/** A change of one object: what is there now, what was there before. */
export class CacheEvent {
  readonly key: string;
  readonly revision: Revision;
  /** Absent: deleted. */
  readonly current: CachedObject | undefined;
  /** Absent: created. */
  readonly previous: CachedObject | undefined;
  #gone: CachedObject | undefined;
  #shared: { readonly type: string; readonly resource: Resource; readonly event: SharedEvent }[] = [];

  constructor(
    revision: Revision,
    change: {
      readonly key: string;
      readonly current: CachedObject | undefined;
      readonly previous: CachedObject | undefined;
    },
  ) {
    this.revision = revision;
    this.key = change.key;
    this.current = change.current;
    this.previous = change.previous;
  }

  /** What it holds in memory, roughly. */
  get sizeBytes(): number {
    return this.current?.json.length ?? this.previous?.json.length ?? 0;
  }

  /** Lets go of what was made for watchers; made again for those who come late. */
  cool(): void {
    this.#shared = [];
    this.#gone = undefined;
  }

  /** As watchers of a version get it. A deletion, also one from a selection, carries the last state under the new revision. */
  encoded(type: "ADDED" | "MODIFIED" | "DELETED", resource: Resource): SharedEvent | undefined {
    for (const made of this.#shared) if (made.type === type && made.resource === resource) return made.event;
    const view = this.#view(type === "DELETED", resource);
    if (view === undefined) return undefined;
    const event = new SharedEvent(type, view);
    this.#shared.push({ type, resource, event });
    return event;
  }

  #view(gone: boolean, resource: Resource): View | undefined {
    if (!gone) return this.current?.view(resource);
    this.#gone ??= this.previous?.at(this.revision);
    return this.#gone?.view(resource);
  }
}
