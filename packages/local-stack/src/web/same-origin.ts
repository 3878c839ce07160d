/** Checks that a page of this server made a request. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * True when the browser says so itself. A request without either header, as curl's, has no page behind it and is no
 * same-origin one.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined && fetchSite !== 'same-origin') return false;
  return headers.origin === `http://${headers.host}`;
}
