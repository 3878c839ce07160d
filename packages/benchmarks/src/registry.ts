/** Every benchmark, in the order in which they run. A new one is a file beside this and a line here. */
import type { Benchmark } from './benchmark.js';
import { burst } from './burst/burst.js';
import { coldPath } from './cold-path.js';
import { proxyLatency } from './proxy-latency.js';
import { proxyThroughput } from './proxy-throughput.js';
import { rlsLoad } from './rls-load/rls-load.js';
import { signers } from './signers.js';
import { startTime } from './start-time/start-time.js';
import { steadyLoad } from './steady-load/steady-load.js';
import { synthTime } from './synth/synth-time.js';
import { warmPath } from './warm-path/warm-path.js';
import { withUser } from './with-user.js';

export const BENCHMARKS: readonly Benchmark[] = [
  coldPath,
  signers,
  warmPath,
  withUser,
  burst,
  rlsLoad,
  steadyLoad,
  proxyLatency,
  proxyThroughput,
  startTime,
  synthTime,
];
