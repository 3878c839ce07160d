/** Renders what a person should know of the RDS Proxy emulator as it happens: refusals, ends with an error, and pins. */
import type { RdsProxyEvent } from './rds-proxy/server.js';

/** @returns a function that makes a text of an event, or nothing of one that is as it should be; it counts the pins */
export function createProxyEventFormatter(): (event: RdsProxyEvent) => string | undefined {
  let pinCount = 0;
  return (event) => {
    if (event.type === 'pinned') {
      pinCount += 1;
      const { statement, user, reason, construct, fix } = event.pin;
      return [
        `RDS Proxy would pin the session of ${user} (${pinCount} ${pinCount === 1 ? 'statement' : 'statements'} so far): ${construct}`,
        `  statement: ${statement}`,
        `  reason:    ${reason}`,
        `  fix:       ${fix}`,
      ].join('\n');
    }
    // The client receives the message; the reason is for the log alone.
    if (event.type === 'refused') return `RDS Proxy refused a connection: ${joinTexts(event.message, event.reason)}`;
    if (event.type === 'closed' && event.message !== undefined) {
      return `RDS Proxy ended a connection of ${event.user}: ${joinTexts(event.message, event.reason)}`;
    }
    return undefined;
  };
}

function joinTexts(...texts: string[]): string {
  return [...new Set(texts.filter((text) => text !== ''))].join(' ');
}
