import { ObjectMeta } from "../meta/v1/object-meta.ts";
import { typeMeta } from "../meta/v1/type-meta.ts";
import { invalid } from "../schema/field-error.ts";
import { type Infer, inline, opt, req, type Rule, type Struct, struct } from "../schema/struct.ts";
import {
  bool,
  bytes,
  double,
  duration,
  fieldsV1,
  int32,
  int64,
  intOrString,
  type Json,
  json,
  list,
  map,
  microTime,
  oneOf,
  quantity,
  rawExtension,
  ref,
  string,
  time,
} from "../schema/type.ts";

/** A kind with a field of every type, for tests. */
export const Widget = struct("test.example.com/v1.Widget", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "Standard metadata.",
  ),
  spec: req(
    2,
    ref<WidgetSpec>(() => WidgetSpec),
    "What is wanted.",
  ),
  status: opt(
    3,
    ref<WidgetStatus>(() => WidgetStatus),
    "What is.",
    { emitEmpty: true },
  ),
});
export interface Widget extends Infer<typeof Widget> {}

const minimumFits: Rule<WidgetSpec> = (self, _old, path) =>
  (self.minReplicas ?? 0) > Math.max(self.replicas ?? 0, 0)
    ? [invalid([...path, "minReplicas"], self.minReplicas, "must not exceed replicas")]
    : [];

export const WidgetSpec = struct(
  "test.example.com/v1.WidgetSpec",
  {
    replicas: opt(1, int32, "How many.", { keepZero: true, default: 1, minimum: 0 }),
    minReplicas: opt(2, int32, "At least so many."),
    selector: opt(3, map(string, "atomic"), "Which."),
    parts: req(
      4,
      list(
        ref<Part>(() => Part),
        { keys: ["name"] },
      ),
      "Parts.",
      { patch: "merge", patchKey: "name" },
    ),
    policy: opt(5, oneOf("Always", "Never"), "When.", { default: "Always" }),
    strategy: opt(
      6,
      ref<Strategy>(() => Strategy),
      "How.",
      { emitEmpty: true, patch: "retainKeys" },
    ),
    paused: opt(7, bool, "Holds it."),
    security: opt(
      8,
      ref<Security>(() => Security),
      "Rights.",
    ),
    tags: opt(9, list(string, "set"), "Tags.", { patch: "merge" }),
    limits: opt(10, map(quantity), "Limits."),
    hostname: opt(11, string, "Name of the host.", { format: "dns1123Label", maxLength: 63 }),
    className: opt(12, string, "Class.", { immutable: true, keepZero: true }),
  },
  { rules: [minimumFits] },
);
export interface WidgetSpec extends Infer<typeof WidgetSpec> {}

const Source = struct("test.example.com/v1.Source", {
  empty: opt(
    1,
    ref<Security>(() => Security),
    "An empty one.",
  ),
  path: opt(2, string, "A path.", { keepZero: true }),
});

export const Part = struct("test.example.com/v1.Part", {
  name: req(1, string, "Name."),
  image: opt(2, string, "Image."),
  ports: opt(
    3,
    list(
      ref<Port>(() => Port),
      { keys: ["port", "protocol"] },
    ),
    "Ports.",
    { patch: "merge", patchKey: "port" },
  ),
  args: opt(4, list(string), "Arguments."),
  resources: opt(
    5,
    ref<Resources>(() => Resources),
    "Resources.",
    { emitEmpty: true },
  ),
  ...inline(6, Source),
});
export interface Part extends Infer<typeof Part> {}

export const Port = struct("test.example.com/v1.Port", {
  name: opt(1, string, "Name."),
  port: req(2, int32, "Number.", { minimum: 1, maximum: 65535 }),
  protocol: opt(3, oneOf("TCP", "UDP"), "Protocol.", { default: "TCP" }),
  target: opt(4, intOrString, "Target.", { emitEmpty: true }),
});
export interface Port extends Infer<typeof Port> {}

export const Resources = struct("test.example.com/v1.Resources", {
  limits: opt(1, map(quantity), "Limits."),
});
export interface Resources extends Infer<typeof Resources> {}

export const Strategy = struct("test.example.com/v1.Strategy", {
  type: opt(1, oneOf("Recreate", "Rolling"), "Type.", { default: "Rolling" }),
  rolling: opt(
    2,
    ref<Rolling>(() => Rolling),
    "Rolling.",
  ),
});
export interface Strategy extends Infer<typeof Strategy> {}

export const Rolling = struct("test.example.com/v1.Rolling", {
  maxSurge: opt(1, intOrString, "Surge.", { keepZero: true }),
});
export interface Rolling extends Infer<typeof Rolling> {}

export const Security = struct("test.example.com/v1.Security", {
  user: opt(1, int64, "User.", { keepZero: true }),
});
export interface Security extends Infer<typeof Security> {}

export const WidgetStatus = struct("test.example.com/v1.WidgetStatus", {
  replicas: req(1, int32, "How many there are."),
  phase: opt(2, oneOf("Ready", "Failed"), "Phase."),
  changed: opt(3, time, "When it changed.", { emitEmpty: true }),
  probed: opt(4, microTime, "When it was probed.", { keepZero: true }),
});
export interface WidgetStatus extends Infer<typeof WidgetStatus> {}

/** A struct of the rarer types. */
export const Bundle = struct("test.example.com/v1.Bundle", {
  data: opt(1, map(bytes), "Data."),
  blob: opt(2, bytes, "Blob."),
  count: opt(3, int64, "Count."),
  ratio: opt(4, double, "Ratio.", { keepZero: true }),
  window: req(5, duration, "Window."),
  fields: opt(6, fieldsV1, "Fields.", { keepZero: true }),
  extension: opt(7, rawExtension, "Extension.", { emitEmpty: true }),
  anything: opt(8, json, "Anything.", { keepZero: true }),
  verbs: opt(9, list(string, "atomic", true), "Verbs."),
  numbers: opt(10, list(int64), "Numbers."),
  size: opt(11, quantity, "Size.", { keepZero: true }),
  names: req(12, list(string), "Names.", { mayBeEmpty: true }),
  inner: opt(
    13,
    ref<Bundle>((): Struct => Bundle),
    "Another one.",
  ),
});
/** Written out, because it contains itself. */
export interface Bundle {
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly blob?: string | undefined;
  readonly count?: number | undefined;
  readonly ratio?: number | undefined;
  readonly window: string;
  readonly fields?: object | undefined;
  readonly extension?: object | undefined;
  readonly anything?: Json | undefined;
  readonly verbs?: readonly string[] | undefined;
  readonly numbers?: readonly number[] | undefined;
  readonly size?: string | undefined;
  readonly names: readonly string[];
  readonly inner?: Bundle | undefined;
}

/** The smallest widget that passes. */
export function widget(spec: object = {}, rest: object = {}): Readonly<Record<string, unknown>> {
  const parts = [{ name: "a", image: "one" }];
  return {
    kind: "Widget",
    apiVersion: "test.example.com/v1",
    metadata: { name: "w", namespace: "default" },
    spec: { parts, ...spec },
    ...rest,
  };
}
