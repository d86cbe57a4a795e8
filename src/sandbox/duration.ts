const pattern =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/u;
const mostYears = 100;

/**
 * Adds an ISO 8601 duration, such as `PT6M`, `P181D` or `P2Y`, to an instant.
 *
 * @returns undefined when the text is not a duration, or one beyond a hundred years
 */
export function addDuration(from: Date, text: string): Date | undefined {
  const parts = pattern.exec(text);
  if (parts === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const end = new Date(from);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  end.setUTCMonth(end.getUTCMonth() + months);
  end.setTime(end.getTime() + (((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds) * 1000);
  const latest = new Date(from);
  latest.setUTCFullYear(latest.getUTCFullYear() + mostYears);
  return end <= latest ? end : undefined;
}
