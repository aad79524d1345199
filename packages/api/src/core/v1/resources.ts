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
    limits: opt(1, map(quantity), ""),
    requests: opt(2, map(quantity), ""),
  },
  (): AnyStructOptions => ({ defaults: resourceDefaults }),
);
export interface VolumeResourceRequirements extends Infer<typeof VolumeResourceRequirements> {}

export const ResourceRequirements = struct(
  "core/v1.ResourceRequirements",
  {
    limits: opt(1, map(quantity), ""),
    requests: opt(2, map(quantity), ""),
    claims: opt(
      3,
      list(
        ref<ResourceClaim>(() => ResourceClaim),
        { keys: ["name"] },
      ),
      "",
      { gate: "DynamicResourceAllocation" },
    ),
  },
  (): AnyStructOptions => ({ defaults: resourceDefaults, rules: [resourceRules] }),
);
export interface ResourceRequirements extends Infer<typeof ResourceRequirements> {}

export const ResourceClaim = struct("core/v1.ResourceClaim", {
  name: req(1, string, ""),
  request: opt(2, string, ""),
});
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}
