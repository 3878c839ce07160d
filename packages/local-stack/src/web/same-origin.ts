/** Checks whether a page made a request, and whether it is one of this server. */
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

/**
 * True when the browser says that a page of somewhere else made the request. Not for curl and tests, which have no page behind
 * them, and not for an address that a person has typed in.
 */
export function isOfAnotherPage(headers: IncomingHttpHeaders): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true;
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
}
