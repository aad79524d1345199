import type { ApiObject } from "@skates/apimachinery";

/** Tells users what happens to an object. Best effort; never throws, never waits. */
export interface EventRecorder {
  event(about: EventSubject, type: "Normal" | "Warning", reason: string, message: string): void;
}

/** An object, and the part of it that is meant: `spec.containers{web}`. */
export interface EventSubject {
  readonly object: ApiObject;
  readonly fieldPath?: string | undefined;
}
