import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** Counts for operators, in Prometheus' text format at `/metrics`. Labels are never personal. */
export interface Metrics {
  readonly registry: Registry;
  /** HTTP requests by route pattern, method and status class. */
  readonly requestSeconds: Histogram<'route' | 'method' | 'status'>;
  /** Requests that this platform makes to other systems, by system, what for, and what came of it (a status, or a word). */
  readonly outgoingSeconds: Histogram<'system' | 'operation' | 'result'>;
  /** Answers of other systems that an operator has to look at, by what they said. */
  readonly outgoingFaults: Counter<'system' | 'operation' | 'reason'>;
  /** Things that people and services did, by the type of their audit event. */
  readonly events: Counter<'type'>;
}

/**
 * Between two samples of the event loop. Each wakes the process: at ten milliseconds, which is usual, that was a third of all
 * that it did at rest. What is measured has the time between two samples in it.
 */
const msBetweenSamples = 100;

/** Creates the registry, with the process's own figures (memory, event loop, garbage collection). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: msBetweenSamples });
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'bevan_http_request_seconds',
      help: 'Time from a request’s arrival to its answer, in seconds.',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    }),
    outgoingSeconds: new Histogram({
      name: 'bevan_outgoing_request_seconds',
      help: 'Time from a request to another system to the end of its answer, in seconds.',
      labelNames: ['system', 'operation', 'result'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
      registers: [registry],
    }),
    outgoingFaults: new Counter({
      name: 'bevan_outgoing_faults_total',
      help: 'Answers of other systems that refuse our requests or can’t be read: an operator has to look at them.',
      labelNames: ['system', 'operation', 'reason'],
      registers: [registry],
    }),
    events: new Counter({
      name: 'bevan_events_total',
      help: 'Audit events written, by type.',
      labelNames: ['type'],
      registers: [registry],
    }),
  };
}
