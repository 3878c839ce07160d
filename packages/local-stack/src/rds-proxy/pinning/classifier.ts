/** Tells whether RDS Proxy would pin the session that runs a statement, and why. */
import { loadSqlParser } from './grammar.js';
import { mayPin } from './may-pin.js';
import { normalizeStatement } from './normalize-statement.js';
import { MAX_TEXT_BYTES, type PinReason, pinReason } from './reasons.js';
import { findReasons } from './rules.js';
import type { PinSettings } from './settings.js';

/** Texts remembered: at most as many times 16 KB. A program has fewer; one that writes values into its SQL has no end. */
const MAX_REMEMBERED_TEXTS = 1_000;

const NO_REASONS: readonly PinReason[] = [];

export interface PinClassifier {
  /**
   * Every reason for which the session is pinned once this text has run; none when it is not.
   *
   * A text that does not parse has none: the server refuses it, and nothing of it runs.
   *
   * @param text of a Query or Parse message; may hold several statements
   * @param statementName of a Parse message. @default the unnamed statement
   */
  find(text: string, statementName?: string): readonly PinReason[];
}

/** Loads the parser, which takes tens of milliseconds: wait for it at the first client, not at the start. */
export async function loadPinClassifier(settings: PinSettings): Promise<PinClassifier> {
  const parse = await loadSqlParser();
  const remembered = new Map<string, readonly PinReason[]>();

  const findInText = (text: string): readonly PinReason[] => {
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
      // Not parsed: it is pinned already, and the time that parsing takes grows with the text.
      return [pinReason('longText', `a text of ${Buffer.byteLength(text)} bytes`)];
    }
    if (!mayPin(text)) return NO_REASONS;
    const normalized = normalizeStatement(text);
    const known = remembered.get(normalized);
    if (known !== undefined) return known;
    const reasons = findReasons(parse(normalized) ?? [], settings);
    // The first of a Map is the oldest. A text in steady use is parsed once more for every so many new ones.
    const [oldest] = remembered.keys();
    if (remembered.size >= MAX_REMEMBERED_TEXTS && oldest !== undefined) remembered.delete(oldest);
    remembered.set(normalized, reasons);
    return reasons;
  };

  return {
    find(text, statementName = '') {
      const reasons = findInText(text);
      if (statementName === '' || !settings.namedStatementsPin) return reasons;
      return [pinReason('namedStatement', 'a named statement'), ...reasons];
    },
  };
}
