import type { ApiObject, DeleteOptions, ObjectKey, Resource } from "@skates/apimachinery";
import type { Patch } from "@skates/client";
import type { KeysOf, Lister } from "./lister.ts";

/** Something to be told about an object, as an Event. */
export interface Announcement {
  readonly about: ApiObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  /** `{name}` stands for the name of the object that was written. */
  readonly message: string;
  /** The part of the object that is meant: `spec.containers{web}`. */
  readonly fieldPath?: string | undefined;
}

/** Updates carry the resourceVersion the plan was made from: a conflict means plan again. */
export type Action =
  | {
      readonly do: "create" | "update" | "updateStatus";
      readonly resource: Resource;
      readonly object: ApiObject;
      /** Written to instead of the object itself: `finalize`, `eviction`. Not for `updateStatus`. */
      readonly subresource?: string | undefined;
      /** Told once the write has succeeded. */
      readonly announce?: Announcement | undefined;
    }
  | {
      readonly do: "patch";
      readonly resource: Resource;
      readonly key: ObjectKey;
      readonly patch: Patch;
      readonly subresource?: string | undefined;
      readonly announce?: Announcement | undefined;
    }
  | {
      readonly do: "delete";
      readonly resource: Resource;
      readonly key: ObjectKey;
      /** An object of that name with another uid is left alone; the deletion counts as done. */
      readonly uid: string;
      readonly options?: Partial<DeleteOptions> | undefined;
      readonly announce?: Announcement | undefined;
    }
  | ({ readonly do: "event" } & Announcement);

export interface ActionFailure {
  readonly action: Action;
  readonly error: Error;
}

/** Stages run in order, the actions of one stage in parallel with slow start; the first failure drops the rest. */
export interface Plan {
  readonly stages: readonly (readonly Action[])[];
  readonly requeueAfterMs?: number | undefined;
  /**
   * Where many such plans of one key follow each other, some are left out for the next: all that they do is to tell. Always so for plans
   * that write statuses and nothing else.
   */
  readonly mayWait?: boolean | undefined;
}

/** The plan that does nothing. */
export const NOTHING: Plan = { stages: [] };

/** What a controller watches, and which keys of its own a change concerns. */
export interface Watch<T extends ApiObject = ApiObject> {
  readonly resource: Resource<T>;
  /**
   * `old` is the object before the change, absent when it was added or deleted. `listers` know what is there now: an object that was
   * deleted is no longer in them.
   */
  keys(object: T, old: T | undefined, listers: Listers): readonly ObjectKey[];
  readonly indexes?: Readonly<Record<string, KeysOf<NoInfer<T>>>> | undefined;
}

export interface Listers {
  for<T extends ApiObject>(resource: Resource<T>): Lister<T>;
}

/** `plan` is pure: same view, key, time and failures, same plan. Waiting is `requeueAfterMs`; only errors back off. */
export interface Controller<View> {
  readonly name: string;
  readonly watches: readonly Watch[];
  view(listers: Listers): View;
  /** `failures`: what went wrong with the last plan for this key, so that it can be reported or avoided. */
  plan(view: View, key: ObjectKey, nowMs: number, failures: readonly ActionFailure[]): Plan;
}

/** A watch of one kind among those of a controller. */
export function watch<T extends ApiObject>(options: Watch<T>): Watch {
  return options;
}
