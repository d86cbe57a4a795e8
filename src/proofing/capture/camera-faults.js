/** @returns {'denied' | 'missing' | 'busy' | 'unable'} why a browser gives no camera */
export function whyNoCamera({ name }) {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'unable';
}
