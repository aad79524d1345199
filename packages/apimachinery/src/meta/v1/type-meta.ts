import { req } from "../../schema/struct.ts";
import { string } from "../../schema/type.ts";

/** `apiVersion` and `kind`, which every object that travels alone carries. In protobuf the envelope has them. */
export const typeMeta = {
  kind: req(0, string, "Which kind of object this is, in CamelCase; fixed for the object's life."),
  apiVersion: req(0, string, "APIVersion defines the group and version of the schema that this object is written in."),
} as const;
