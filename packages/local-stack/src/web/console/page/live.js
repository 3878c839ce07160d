/** Owns asking the stack how it is, every second, for as long as the page is open: a stack that comes back is noticed. */
import { fetchFigures } from './api.js';

const POLL_MILLIS = 1000;

/**
 * @param {(figures: any) => Promise<void>} onFigures undefined when the stack did not answer
 * @returns {() => Promise<void>} asks at once, for what has just been changed
 */
export function watchStack(onFigures) {
  let timer = 0;
  const ask = async () => {
    clearTimeout(timer);
    try {
      await onFigures(await fetchFigures());
    } finally {
      // Whoever asked at once, meanwhile, has set it too.
      clearTimeout(timer);
      timer = window.setTimeout(ask, POLL_MILLIS);
    }
  };
  ask();
  return ask;
}
