const mostDegrees = 12;
const stepDegrees = 0.5;

/**
 * By how much what is written on a picture is turned: lines that are level make rows that are all dark or all light.
 *
 * @param pixels one byte each, or `channels` bytes of which the first counts
 * @returns degrees, clockwise; between -12 and 12
 */
export function angleOf(
  pixels: Uint8Array,
  {
    width,
    height,
    channels = 1,
  }: { readonly width: number; readonly height: number; readonly channels?: number },
): number {
  const edges = findEdges(pixels, { width, height, channels });
  let best = { angle: 0, sharpness: sharpnessAt(edges, { width, height }, 0) * 1.02 };
  for (let angle = -mostDegrees; angle <= mostDegrees; angle += stepDegrees) {
    const sharpness = sharpnessAt(edges, { width, height }, angle);
    if (sharpness > best.sharpness) best = { angle, sharpness };
  }
  return best.angle;
}

/** Where it gets darker or lighter from left to right: on letters, and not along the edge of a card. */
function findEdges(
  pixels: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
): Uint8Array {
  const edges = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 1; x < width; x += 1) {
      const at = y * width + x;
      edges[at] = Math.abs((pixels[at * channels] ?? 0) - (pixels[(at - 1) * channels] ?? 0));
    }
  return edges;
}

function sharpnessAt(
  edges: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  degrees: number,
): number {
  const slope = Math.tan((degrees * Math.PI) / 180);
  const spare = Math.ceil(Math.abs(slope) * width) + 1;
  const rows = new Float64Array(height + 2 * spare);
  for (let x = 0; x < width; x += 1) {
    const shift = Math.round(spare - (x - width / 2) * slope);
    for (let y = 0; y < height; y += 1) {
      const row = y + shift;
      rows[row] = (rows[row] ?? 0) + (edges[y * width + x] ?? 0);
    }
  }
  let sharpness = 0;
  for (let row = 1; row < rows.length; row += 1) sharpness += ((rows[row] ?? 0) - (rows[row - 1] ?? 0)) ** 2;
  return sharpness;
}
