/** Checks the Host header, so that a page whose name was rebound to 127.0.0.1 (DNS rebinding) gets no response. */

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * True for `localhost`, `127.0.0.1` and `[::1]`, with any port: a tunnel may end at another one.
 *
 * @param host the value of the Host header
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = host?.replace(/:\d{1,5}$/, '').toLowerCase();
  return name !== undefined && LOOPBACK_HOSTS.has(name);
}
