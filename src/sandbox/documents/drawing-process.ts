import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { DocumentOrder } from './document.ts';
import type { VideoOrder } from './film.ts';

export type DrawingOrder = ({ what: 'document' } & DocumentOrder) | ({ what: 'video' } & VideoOrder);
const orderShape = z.custom<DrawingOrder>((order) => z.object({ what: z.string() }).safeParse(order).success);

const order = orderShape.parse(JSON.parse((await buffer(process.stdin)).toString()));
const drawn =
  order.what === 'document'
    ? await (await import('./photograph.ts')).photographDocument(order)
    : await (await import('./film.ts')).film(order);
// What made a video keeps threads for some seconds.
process.stdout.end(drawn, () => process.exit());
