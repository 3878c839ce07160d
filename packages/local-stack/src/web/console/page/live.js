/** Polls the stack every second for as long as the page is open: a stack that comes back is noticed. */
import { fetchMetrics } from './api.js';

const POLL_MILLIS = 1000;

/**
 * @param {(metrics: any) => Promise<void>} onMetrics undefined when the stack did not answer
 * @returns {() => Promise<void>} asks at once, for what has just been changed
 */
export function watchStack(onMetrics) {
  let timer = 0;
  const ask = async () => {
    clearTimeout(timer);
    try {
      await onMetrics(await fetchMetrics());
    } finally {
      // Whoever asked at once, meanwhile, has set it too.
      clearTimeout(timer);
      timer = window.setTimeout(ask, POLL_MILLIS);
    }
  };
  ask();
  return ask;
}
