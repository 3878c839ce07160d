/** Formats numbers and durations. */

/** @param {number | undefined} millis a dash when there is none */
export function duration(millis) {
  if (millis === undefined || millis === null) return '–';
  if (millis >= 1000) return `${(millis / 1000).toFixed(2)} s`;
  return `${millis.toFixed(millis < 10 ? 1 : 0)} ms`;
}

/** With separators between thousands, as the browser's language has them. */
export function count(number) {
  return number.toLocaleString();
}

/** @returns {string} as `1 row` or `2 rows` */
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** @param {string} iso a time of today, most likely */
export function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour12: false });
}

/** The lower middle one; undefined when there is none. */
export function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
