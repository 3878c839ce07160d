/** What AWS's documentation leaves open about pinning: one setting each. */

export interface PinSettings {
  /**
   * Whether settings that end with the transaction pin: SET LOCAL, SET TRANSACTION, SET CONSTRAINTS. The documentation
   * lists "using SET commands" for PostgreSQL, and exempts SET LOCAL for MySQL only.
   * @default true
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
   */
  setLocalPins: boolean;
  /** Whether set_config(…, true), the function form of SET LOCAL, pins. @default true */
  setConfigLocalPins: boolean;
  /**
   * Whether a protocol-level statement with a name pins. Since November 2023 RDS Proxy shares connections between clients
   * of the extended protocol; the documentation does not say whether that holds for named statements.
   * @default true
   */
  namedStatementsPin: boolean;
}

/** Everything that may pin does: code that passes with these does not pin in AWS, whichever way AWS decides. */
export const CAUTIOUS_PIN_SETTINGS: Readonly<PinSettings> = {
  setLocalPins: true,
  setConfigLocalPins: true,
  namedStatementsPin: true,
};
