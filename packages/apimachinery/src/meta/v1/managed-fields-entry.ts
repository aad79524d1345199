import { type Infer, opt, struct } from "../../schema/struct.ts";
import { fieldsV1, string, time } from "../../schema/type.ts";

export const ManagedFieldsEntry = struct("meta/v1.ManagedFieldsEntry", {
  manager: opt(1, string, ""),
  operation: opt(2, string, "", { known: ["Apply", "Update"] }),
  apiVersion: opt(3, string, ""),
  time: opt(4, time, "", { keepZero: true }),
  fieldsType: opt(6, string, ""),
  fieldsV1: opt(7, fieldsV1, "", { keepZero: true }),
  subresource: opt(8, string, ""),
});
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}
