/** Something that the person at the keyboard can put right. Its text holds names and never a value of a secret. */
export class SqlSecretError extends Error {
  override readonly name = 'SqlSecretError';
}
