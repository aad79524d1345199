import { equalValues, isRecord, type JsonPatchOperation } from "@skates/apimachinery";

/** A JSON patch that makes `next` of `before`: member by member, lists as a whole. */
export function jsonDifference(before: unknown, next: unknown, path = ""): readonly JsonPatchOperation[] {
  if (equalValues(before, next)) return [];
  if (!isRecord(before) || !isRecord(next)) return [{ op: path === "" ? "add" : "replace", path, value: next }];
  const names = new Set([...Object.keys(before), ...Object.keys(next)]);
  return [...names].flatMap((name): readonly JsonPatchOperation[] => {
    const at = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const [was, is] = [before[name], next[name]];
    if (is === undefined) return was === undefined ? [] : [{ op: "remove", path: at }];
    return was === undefined ? [{ op: "add", path: at, value: is }] : jsonDifference(was, is, at);
  });
}
