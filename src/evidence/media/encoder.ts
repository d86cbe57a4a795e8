import { EncodedPacket } from 'mediabunny';
import { AV_OPT_SEARCH_CHILDREN, AV_OPT_TYPE_STRING, AV_PICTURE_TYPE_NONE } from 'node-av/constants';
import { Codec, CodecContext, Packet, type Frame } from 'node-av/lib';

type EncoderName = Parameters<typeof Codec.findEncoderByName>[0];

/** Takes frames and gives packets. */
export interface FrameEncoder {
  /** @param frame null at the end */
  encode(frame: Frame | null): EncodedPacket[];
  close(): void;
}

/**
 * @param options the encoder's own. They are set one by one: the bindings free a dictionary of options twice.
 * @throws when it can't be opened so
 */
export function openEncoder(
  name: EncoderName,
  configure: (context: CodecContext) => void,
  options: Readonly<Record<string, string>>,
): FrameEncoder {
  const codec = Codec.findEncoderByName(name);
  if (codec === null) throw new Error('no such encoder');
  const context = new CodecContext();
  context.allocContext3(codec);
  configure(context);
  for (const [option, value] of Object.entries(options)) {
    const set = context.setOption(option, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
    if (set < 0) throw new Error(`no such option: ${option}`);
  }
  if (context.open2Sync(codec) < 0) throw new Error('the encoder does not open');
  return {
    encode: (frame) => {
      if (frame !== null) frame.pictType = AV_PICTURE_TYPE_NONE;
      if (context.sendFrameSync(frame) < 0) throw new Error('the encoder takes no frame');
      return receive(context);
    },
    close: () => context.freeContext(),
  };
}

function receive(context: CodecContext): EncodedPacket[] {
  const { num, den } = context.timeBase;
  const seconds = (ticks: bigint): number => (Number(ticks) * num) / den;
  const packets: EncodedPacket[] = [];
  for (;;) {
    const packet = new Packet();
    packet.alloc();
    const received = context.receivePacketSync(packet);
    if (received >= 0) {
      const data = Uint8Array.from(packet.data ?? []);
      // An encoder's delay lies before the beginning.
      const from = Math.max(0, seconds(packet.pts));
      const type = packet.isKeyframe ? 'key' : 'delta';
      packets.push(new EncodedPacket(data, type, from, seconds(packet.duration)));
    }
    packet.free();
    if (received < 0) return packets;
  }
}
