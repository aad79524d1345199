import { type DeleteOptions, isStatus } from "@skates/apimachinery";
import { deleteObject } from "./delete.ts";
import { listParameters } from "./list-parameters.ts";
import { type Listed, listObjects, type ReadCall } from "./read.ts";
import type { WriteCall } from "./write-call.ts";

/** Objects deleted at a time. */
const WORKERS = 8;

/** Deletes what a list would show, each object by its own rules; what others delete meanwhile is no failure. Gives the list. */
export async function deleteCollection(
  call: WriteCall,
  {
    options,
    query,
    read,
  }: { readonly options: DeleteOptions; readonly query: URLSearchParams; readonly read: ReadCall },
): Promise<Listed> {
  const listed = await listObjects(read, query, listParameters(query, false));
  const queue = listed.entries[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let item = queue.next(); item.done !== true; item = queue.next()) {
      const { name, namespace = "" } = item.value.object.metadata;
      try {
        await deleteObject({ ...call, name, namespace }, options);
      } catch (error) {
        if (!isStatus(error, "NotFound")) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return listed;
}
