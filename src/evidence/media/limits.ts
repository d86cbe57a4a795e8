/** How large what somebody sends may be; why each number is what it is stands in docs/decisions/0037. */
export const limits = {
  imageBytes: 10 * 1024 * 1024,
  /** Of a picture of which only parts need to be in memory at a time. */
  imagePixels: 50_000_000,
  /** Of a picture that its decoder holds whole: what it takes of memory, in bytes. */
  wholeImageBytes: 75_000_000,
  /** Of a HEIC that is decoded as large as it is; a larger one is halved, tile by tile. */
  heicPixelsWhole: 16_000_000,
  /** Of one tile. */
  heicTilePixelsWhole: 8_000_000,
  imageShortSide: 800,
  /** Of a picture as it is kept, in pixels: print on a card that fills it is some 30 pixels high. */
  keptLongSide: 3000,
  videoBytes: 60 * 1024 * 1024,
  /** Of one frame as it comes: 4096 by 2304. */
  videoPixels: 9_437_184,
  videoShortSide: 240,
  leastSeconds: 3,
  /** Recording stops at 30 seconds, and takes a moment to do so. */
  mostSeconds: 31.5,
  keptVideo: { longSide: 1280, shortSide: 720, framesPerSecond: 30, bitsPerSecond: 1_600_000 },
  /** What a process that decodes a picture may take. */
  imageWork: { queue: 20, taskSeconds: 60, heapMb: 64, memoryMb: 300 },
  videoWork: { queue: 20, taskSeconds: 150, heapMb: 96, memoryMb: 450 },
} as const;
