// The memory driver passes the suite of all drivers.
import { storeSuite } from "../store.suite.ts";
import { memoryStore } from "./memory-store.ts";

storeSuite("memory store", () => ({ open: async (options) => memoryStore(options) }));
