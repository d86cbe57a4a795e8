/** What pictures are decoded to, and what that may take. */
export const decodingLimits = {
  /** Of a frame as it is kept, written anew. */
  keptLongSide: 1280,
  /** Of a frame as it is looked at: a face that fills half of it has some 300 pixels, models take 256 at most. */
  seenLongSide: 640,
  /** Of a photo of a document, in which the face is a tenth of the width and more. */
  portraitLongSide: 1600,
  /** As evidence is kept: 3000 by 3000 pixels at most. */
  portraitPixels: 25_000_000,
  portraitBytes: 16 * 1024 * 1024,
  work: { processes: 2, queue: 12, taskSeconds: 20, heapMb: 64, memoryMb: 300 },
} as const;
