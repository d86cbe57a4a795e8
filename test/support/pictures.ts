import sharp from 'sharp';

/** A made-up picture with as many bytes as many edges take. @returns a JPEG */
export function drawPicture(
  size: { readonly width?: number; readonly height?: number } = {},
): Promise<Buffer> {
  const { width = 1200, height = 900 } = size;
  const stripes = Array.from(
    { length: 40 },
    (_, index) =>
      `<rect x="${(index * width) / 40}" width="${width / 80}" height="${height}" fill="hsl(${index * 9} 60% 45%)"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#ccc"/>${stripes.join('')}</svg>`;
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}
