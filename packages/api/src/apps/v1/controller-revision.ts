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

export const ControllerRevision = struct("apps/v1.ControllerRevision", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  data: opt(2, rawExtension, "", { emitEmpty: true }),
  revision: req(3, int64, ""),
});
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
});
