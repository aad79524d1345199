/** Types of events.k8s.io/v1. */
export { Event, EventSeries, events } from "./event.ts";
