/**
 * Reads the environment variable that gives reproducible builds their time.
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 *
 * @param epoch SOURCE_DATE_EPOCH: seconds since 1970. Empty is as good as absent.
 * @throws RangeError with the value and what is expected
 */
export function readSourceDate(epoch: string | undefined): Date | undefined {
  if (epoch === undefined || epoch === '') return undefined;
  const date = new Date(/^\d{1,12}$/.test(epoch) ? Number(epoch) * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new RangeError(
      `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}; expected seconds since 1970, or leave it out.`,
    );
  }
  return date;
}
