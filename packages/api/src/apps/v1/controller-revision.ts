import {
  type Infer,
  int64,
  opt,
  rawExtension,
  ref,
  req,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { controllerRevisionColumns } from "./workload-tables.ts";
import { controllerRevisionErrors } from "./set-rules.ts";

export const ControllerRevision = struct(
  "apps/v1.ControllerRevision",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    data: opt(2, rawExtension, "The state.", { emitEmpty: true }),
    revision: req(3, int64, "Its number; the higher, the later."),
  },
  { doc: "A past state of a daemon set or stateful set; it does not change." },
);
export interface ControllerRevision extends Infer<typeof ControllerRevision> {}

export const controllerRevisions = resource<ControllerRevision>({
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  schema: ControllerRevision,
  storage: "controllerrevisions",
  storageVersionHash: "85nkx63pcBU=",
  columns: controllerRevisionColumns,
  strategy: { validate: controllerRevisionErrors },
});
