/** One line for each message of the user pool, in the terminal that has no mailbox. */
import type { InboxMessage } from './cognito/inbox.js';

export function formatMessage({ to, purpose, code, expiresAt }: InboxMessage): string {
  return `Inbox: ${code} for ${to}, to ${purpose}. Valid until ${new Date(expiresAt).toLocaleString()}.`;
}
