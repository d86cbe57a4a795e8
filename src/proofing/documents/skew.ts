interface Size {
  readonly width: number;
  readonly height: number;
}

const mostDegrees = 12;
const stepDegrees = 0.5;
/** A little better is no reason to turn a picture. */
const worthTurning = 1.02;
/** Nor is somewhat better, to lay it on its other side. */
const worthLaying = 1.3;

/**
 * By how much what is written on a picture is turned: lines that are level make rows that are all dark or all light.
 *
 * @param pixels one byte each
 * @returns degrees, clockwise; between -12 and 12
 */
export function findSkew(pixels: Uint8Array, size: Size): number {
  return bestAngle(findEdges(pixels, size), size).degrees;
}

/** Whether the lines of writing on a picture go from top to bottom, and not from left to right. */
export function areLinesUpright(pixels: Uint8Array, { width, height }: Size): boolean {
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) turned[x * height + (height - 1 - y)] = pixels[y * width + x] ?? 0;
  const level = { width, height };
  const upright = { width: height, height: width };
  return (
    bestAngle(findEdges(turned, upright), upright).sharpness >
    bestAngle(findEdges(pixels, level), level).sharpness * worthLaying
  );
}

function bestAngle(edges: Uint8Array, size: Size): { readonly degrees: number; readonly sharpness: number } {
  let best = { degrees: 0, sharpness: sharpnessAt(edges, size, 0) * worthTurning };
  for (let degrees = -mostDegrees; degrees <= mostDegrees; degrees += stepDegrees) {
    const sharpness = sharpnessAt(edges, size, degrees);
    if (sharpness > best.sharpness) best = { degrees, sharpness };
  }
  return best;
}

/** Where it gets darker or lighter from left to right: on letters, and not along the edge of a card. */
function findEdges(pixels: Uint8Array, { width, height }: Size): Uint8Array {
  const edges = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 1; x < width; x += 1) {
      const at = y * width + x;
      edges[at] = Math.abs((pixels[at] ?? 0) - (pixels[at - 1] ?? 0));
    }
  return edges;
}

function sharpnessAt(edges: Uint8Array, { width, height }: Size, degrees: number): number {
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
