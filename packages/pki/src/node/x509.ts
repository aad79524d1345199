/** The library; its parts are types here. */
export type X509 = typeof import("@peculiar/x509");

/** Loads the library when it is needed for the first time: a tenth of a second that a restart, with everything on disk, saves. */
export async function x509(): Promise<X509> {
  await import("reflect-metadata"); // the library needs it, but does not bring it
  return await import("@peculiar/x509");
}
