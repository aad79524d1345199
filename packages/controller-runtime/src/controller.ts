import type { ApiObject, DeleteOptions, ObjectKey, Resource } from "@skates/apimachinery";
import type { Lister } from "./lister.ts";

/** Updates carry the resourceVersion the plan was made from: a conflict means plan again. */
export type Action =
  | { readonly do: "create" | "update" | "updateStatus"; readonly resource: Resource; readonly object: ApiObject }
  | {
      readonly do: "patch" | "apply";
      readonly resource: Resource;
      readonly key: ObjectKey;
      readonly body: unknown;
      readonly subresource?: string | undefined;
    }
  | {
      readonly do: "delete";
      readonly resource: Resource;
      readonly key: ObjectKey;
      readonly uid: string;
      readonly options?: Partial<DeleteOptions> | undefined;
    }
  | {
      readonly do: "event";
      readonly about: ApiObject;
      readonly type: "Normal" | "Warning";
      readonly reason: string;
      readonly message: string;
    };

export interface ActionFailure {
  readonly action: Action;
  readonly error: Error;
}

/** Stages run in order, the actions of one stage in parallel with slow start; the first failure drops the rest. */
export interface Plan {
  readonly stages: readonly (readonly Action[])[];
  readonly requeueAfterMs?: number | undefined;
}

/** What a controller watches, and which keys of its own a change concerns. */
export interface Watch {
  readonly resource: Resource;
  /** `old` is the object before the change, absent when it was added; both are given for updates. */
  keys(object: ApiObject, old: ApiObject | undefined): readonly ObjectKey[];
  readonly indexes?: Readonly<Record<string, (object: ApiObject) => readonly string[]>> | undefined;
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
