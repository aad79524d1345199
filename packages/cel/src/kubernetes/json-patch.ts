import type { Library } from "../declaration.ts";
import { global, text } from "../standard/overload.ts";
import { stringType } from "../type.ts";

/** `jsonpatch.escapeKey(key)`: a key as a part of a JSON pointer. */
export const jsonPatchLibrary: Library = {
  name: "kubernetes.jsonpatch",
  functions: [
    {
      name: "jsonpatch.escapeKey",
      overloads: [
        global("string_jsonpatch_escapeKey_string", {
          params: [stringType],
          result: stringType,
          run: (key) => text(key).replace(/[~/]/g, (char) => (char === "~" ? "~0" : "~1")),
        }),
      ],
    },
  ],
};
