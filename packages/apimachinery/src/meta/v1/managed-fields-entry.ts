import { type Infer, opt, struct } from "../../schema/struct.ts";
import { fieldsV1, string, time } from "../../schema/type.ts";

export const ManagedFieldsEntry = struct(
  "meta/v1.ManagedFieldsEntry",
  {
    manager: opt(1, string, "Name of the program or person that manages the fields."),
    operation: opt(2, string, "How they came to be managed: by Apply or by Update.", { known: ["Apply", "Update"] }),
    apiVersion: opt(3, string, "Version of the object that the fields are written in."),
    time: opt(4, time, "When the entry was made or last changed.", { keepZero: true }),
    fieldsType: opt(6, string, "Form of the fields; FieldsV1 is the only one there is."),
    fieldsV1: opt(7, fieldsV1, "The fields, as a tree of path elements.", { keepZero: true }),
    subresource: opt(8, string, "The subresource through which the fields were written, if any."),
  },
  { doc: "The fields that one manager has written." },
);
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}
