import {
  type Infer,
  list,
  map,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { resourceDefaults } from "./pod-defaults.ts";
import { resourceRules } from "./resource-rules.ts";

export const VolumeResourceRequirements = struct(
  "core/v1.VolumeResourceRequirements",
  {
    limits: opt(1, map(quantity), "At most so much."),
    requests: opt(2, map(quantity), "At least so much."),
  },
  (): AnyStructOptions => ({ defaults: resourceDefaults, doc: "How large a volume is to be." }),
);
export interface VolumeResourceRequirements extends Infer<typeof VolumeResourceRequirements> {}

export const ResourceRequirements = struct(
  "core/v1.ResourceRequirements",
  {
    limits: opt(1, map(quantity), "At most so much of each resource."),
    requests: opt(2, map(quantity), "At least so much of each resource; the limit by default."),
    claims: opt(
      3,
      list(
        ref<ResourceClaim>(() => ResourceClaim),
        { keys: ["name"] },
      ),
      "Claims of the pod that are used here.",
      { gate: "DynamicResourceAllocation" },
    ),
  },
  (): AnyStructOptions => ({
    defaults: resourceDefaults,
    rules: [resourceRules],
    doc: "What is needed and what may be used.",
  }),
);
export interface ResourceRequirements extends Infer<typeof ResourceRequirements> {}

export const ResourceClaim = struct(
  "core/v1.ResourceClaim",
  {
    name: req(1, string, "What the pod calls the claim."),
    request: opt(2, string, "Which request of it; all when empty."),
  },
  { doc: "A claim of the pod that a container uses." },
);
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}
