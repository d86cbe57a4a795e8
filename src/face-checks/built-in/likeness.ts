/**
 * How alike two descriptors are, 0 to 1: the cosine of the angle between them, after the root of each number was taken. Without
 * the roots a few large numbers, which say how somebody is lit and not who they are, outweigh all others.
 */
export function likenessOf(one: Float32Array, other: Float32Array): number {
  let [both, left, right] = [0, 0, 0];
  for (let at = 0; at < one.length; at += 1) {
    const [a, b] = [Math.max(0, one[at] ?? 0), Math.max(0, other[at] ?? 0)];
    both += Math.sqrt(a * b);
    left += a;
    right += b;
  }
  return left === 0 || right === 0 ? 0 : both / Math.sqrt(left * right);
}
