import {
  type Infer,
  ref,
  req,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { ObjectReference } from "./object-reference.ts";
import { bindingRules } from "./binding-rules.ts";

export const Binding = struct(
  "core/v1.Binding",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    target: req(
      2,
      ref<ObjectReference>(() => ObjectReference),
      "The node.",
    ),
  },
  (): AnyStructOptions => ({ doc: "Ties a pod to a node.", rules: [bindingRules] }),
);
export interface Binding extends Infer<typeof Binding> {}

export const bindings = resource<Binding>({
  group: "",
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  verbs: ["create"],
  schema: Binding,
  storage: false,
});
