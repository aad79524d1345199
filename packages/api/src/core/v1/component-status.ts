import { type Infer, list, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { componentStatusColumns } from "./quota-tables.ts";

export const ComponentStatus = struct("core/v1.ComponentStatus", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  conditions: opt(
    2,
    list(
      ref<ComponentCondition>(() => ComponentCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface ComponentStatus extends Infer<typeof ComponentStatus> {}

export const ComponentCondition = struct("core/v1.ComponentCondition", {
  type: req(1, string, "", { known: ["Healthy"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  message: opt(3, string, ""),
  error: opt(4, string, ""),
});
export interface ComponentCondition extends Infer<typeof ComponentCondition> {}

export const componentStatuses = resource<ComponentStatus>({
  group: "",
  version: "v1",
  kind: "ComponentStatus",
  plural: "componentstatuses",
  shortNames: ["cs"],
  namespaced: false,
  verbs: ["get", "list"],
  schema: ComponentStatus,
  storage: false,
  columns: componentStatusColumns,
});
