/** Takes the messages that Cognito would send by email, and keeps the last of them until the stop. */
import { randomUUID } from 'node:crypto';

export interface InboxMessage {
  id: string;
  /** When it was sent, as ISO 8601. */
  sentAt: string;
  /** The address that Cognito would send it to. */
  to: string;
  username: string;
  /** "confirm the sign-up". */
  purpose: string;
  /** What the message is about: a code of six digits, or the temporary password of an invitation. */
  code: string;
  /** As ISO 8601. */
  expiresAt: string;
}

const KEPT_MESSAGES = 100;

export class Inbox {
  readonly #messages: InboxMessage[] = [];
  readonly #onMessage: (message: InboxMessage) => void;

  constructor(onMessage: (message: InboxMessage) => void = () => {}) {
    this.#onMessage = onMessage;
  }

  deliver(message: Omit<InboxMessage, 'id'>): void {
    const delivered = { id: randomUUID(), ...message };
    this.#messages.unshift(delivered);
    this.#messages.splice(KEPT_MESSAGES);
    this.#onMessage(delivered);
  }

  /** The last 100, the newest first. */
  messages(): readonly InboxMessage[] {
    return this.#messages;
  }
}
