import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { Performance } from '../faces/perform.ts';
import type { DocumentOrder } from './document.ts';
import type { Face } from './face.ts';
import type { VideoOrder } from './film.ts';

export type DrawingOrder =
  | ({ what: 'document' } & DocumentOrder)
  | ({ what: 'video' } & VideoOrder)
  | { what: 'poses'; face: Face }
  | ({ what: 'act' } & Performance);
const orderShape = z.custom<DrawingOrder>((order) => z.object({ what: z.string() }).safeParse(order).success);

async function draw(order: DrawingOrder): Promise<Buffer> {
  switch (order.what) {
    case 'document':
      return (await import('./photograph.ts')).photographDocument(order);
    case 'video':
      return (await import('./film.ts')).film(order);
    case 'poses':
      return inJson((await import('../faces/pictures.ts')).drawPoses(order.face));
    case 'act': {
      const { performAct } = await import('../faces/pictures.ts');
      const frames = await performAct(order);
      return inJson(Promise.resolve(frames.map((frame) => frame.toString('base64'))));
    }
  }
}

async function inJson(drawn: Promise<unknown>): Promise<Buffer> {
  return Buffer.from(JSON.stringify(await drawn));
}

const drawn = await draw(orderShape.parse(JSON.parse((await buffer(process.stdin)).toString())));
// What made a video keeps threads for some seconds.
process.stdout.end(drawn, () => process.exit());
