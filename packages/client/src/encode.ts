import { type ApiObject, encodeJson, jsonText, type RequestBody, type Struct } from "@skates/apimachinery";
import { textBody } from "./request.ts";

/** How objects are put into requests. `schema` is absent for the bodies of subresources. */
export type Encode = (object: ApiObject, schema: Struct | undefined) => RequestBody;

/** For servers in the same process: the object itself. */
export const typedBody: Encode = (object) => ({ kind: "object", object });

/** For servers behind a wire: JSON. */
export const wireBody: Encode = (object, schema) =>
  textBody(schema === undefined ? jsonText(object) : encodeJson(schema, object), "application/json");
