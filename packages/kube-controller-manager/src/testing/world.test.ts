// What stands between controllers and server sees watches that were open before it came, and no longer sees them once it is gone.
import type { EncodedEvent, Filter } from "@skates/apimachinery";
import { afterEach, expect, test } from "vitest";
import { namespaces } from "@skates/api/core/v1";
import { namespace, startWorld, type World } from "./world.ts";

let world: World;
afterEach(() => world.stop());

test("watches go through what is set later, and past what is taken away", async () => {
  world = await startWorld();
  const seen: string[] = [];
  const filter: Filter = (next) => async (request) => {
    const response = await next(request);
    const { body } = response;
    if (request.path !== "/api/v1/namespaces" || body.kind !== "events") return response;
    const told = async function* (): AsyncGenerator<readonly EncodedEvent[]> {
      for await (const batch of body.events) {
        seen.push(...batch.map(({ type }) => type).filter((type) => type === "ADDED"));
        yield batch;
      }
    };
    return { ...response, body: { ...body, events: told() } };
  };
  await world.create(namespaces, namespace("before"));
  await world.pass(1);
  world.interfere = filter;
  await world.pass(1);
  await world.create(namespaces, namespace("during"));
  await world.pass(1);
  expect(seen).toEqual(["ADDED"]);
  world.interfere = undefined;
  await world.pass(1);
  await world.create(namespaces, namespace("after"));
  await world.pass(1);
  expect(seen).toEqual(["ADDED"]);
});
