import { type Infer, list, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { componentStatusColumns } from "./quota-tables.ts";

export const ComponentStatus = struct(
  "core/v1.ComponentStatus",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    conditions: opt(
      2,
      list(
        ref<ComponentCondition>(() => ComponentCondition),
        { keys: ["type"] },
      ),
      "Findings on the component.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "Health of a part of the control plane; old, use the health endpoints." },
);
export interface ComponentStatus extends Infer<typeof ComponentStatus> {}

export const ComponentCondition = struct(
  "core/v1.ComponentCondition",
  {
    type: req(1, string, "What the finding is about; only Healthy is in use.", { known: ["Healthy"] }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    message: opt(3, string, "What the component says."),
    error: opt(4, string, "What went wrong."),
  },
  { doc: "A finding on a component." },
);
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
  deprecationWarning: "v1 ComponentStatus is deprecated in v1.19+",
});
