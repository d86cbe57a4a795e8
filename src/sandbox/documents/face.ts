import { createHash } from 'node:crypto';

/** A face that is drawn, and belongs to nobody. The same seed is the same face. */
export interface Face {
  readonly skin: string;
  readonly hair: string;
  readonly style: HairStyle;
  readonly beard: 'none' | 'stubble' | 'full' | 'moustache';
  readonly glasses: 'none' | 'round' | 'square';
  readonly eyes: string;
  /** In years. */
  readonly age: number;
  /** How wide against an average one. */
  readonly width: number;
  readonly clothes: string;
  readonly hasFreckles: boolean;
}

const hairStyles = [
  'short',
  'long',
  'curly',
  'bob',
  'bun',
  'bald',
  'parted',
  'coils',
  'headscarf',
  'turban',
] as const;
type HairStyle = (typeof hairStyles)[number];

const skins = ['#f6d7c3', '#efc4a4', '#e0a983', '#c98d64', '#a86b45', '#8a5433', '#6b3f26', '#4d2c1b'];
const darkHairs = ['#1d1713', '#2b2b33', '#3a2618'];
const hairs = ['#1d1713', '#3a2618', '#6a4426', '#a8713a', '#d4aa62', '#8f3b1f', '#2b2b33'];
const greys = ['#b9b6b0', '#dedbd6', '#8d8a86'];
const eyeColours = ['#4a2f1b', '#6b4a22', '#3c6b8a', '#4f7a4c', '#5d6b73'];
const cloths = ['#2f4a6d', '#6d2f4a', '#3f5d3a', '#4a4a4a', '#7a5a2b', '#31616b', '#5b4a7d', '#a34b3a'];

/** @param seed whose face it is, such as the id of a made-up person */
export function faceOf(seed: string, wanted: Partial<Face> = {}): Face {
  const bytes = createHash('sha256').update(`face of ${seed}`).digest();
  const at = (index: number) => bytes[index] ?? 0;
  const pick = <T>(index: number, from: readonly [T, ...T[]]): T => from[at(index) % from.length] ?? from[0];
  const age = wanted.age ?? 18 + (at(0) % 66);
  const style = wanted.style ?? pick(1, hairStyles);
  const skin = wanted.skin ?? pick(2, asList(skins));
  // Pale hair and eyes are rare on dark skin; a face that nobody believes helps nobody.
  const isDark = skins.indexOf(skin) >= 4;
  const mayHaveBeard = ['short', 'bald', 'parted', 'turban', 'coils'].includes(style);
  return {
    skin,
    hair: pick(3, asList(age > 60 ? greys : isDark ? darkHairs : hairs)),
    style,
    beard: mayHaveBeard ? pick(4, ['none', 'none', 'stubble', 'full', 'moustache']) : 'none',
    glasses: pick(5, ['none', 'none', 'round', 'square']),
    eyes: pick(6, asList(isDark ? eyeColours.slice(0, 2) : eyeColours)),
    age,
    width: 0.92 + (at(7) % 17) / 100,
    clothes: pick(8, asList(cloths)),
    hasFreckles: at(9) % 5 === 0,
    ...wanted,
  };
}

function asList<T>(values: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = values;
  if (first === undefined) throw new RangeError('a list of nothing has nothing to pick');
  return [first, ...rest];
}

/** How a face is held in one moment of a video. */
export interface Pose {
  readonly areEyesShut?: boolean;
  /** 0 shut to 1 wide open */
  readonly mouth?: number;
}

/** A drawn face in two parts, of which one stays where it is when the head turns. */
export interface FaceLayers {
  readonly hairBehind: string;
  readonly body: string;
  readonly head: string;
}

/** @returns SVG in a box 300 wide and 390 high, head and shoulders, with nothing behind them */
export function drawFace(face: Face, pose: Pose = {}): string {
  const layers = drawLayers(face, pose);
  return `${layers.hairBehind}${layers.body}${layers.head}`;
}

/** @returns the same as {@link drawFace} does, in parts: one lies upon the other, in this order */
export function drawLayers(face: Face, pose: Pose = {}): FaceLayers {
  return {
    hairBehind: hairBehind(face),
    body: bodyOf(face),
    head: [
      bareHead(face),
      ageLines(face),
      freckles(face),
      beard(face),
      eyes(face, pose),
      `<path d="M150 172Q144 205 136 214Q150 224 164 214" fill="none" stroke="${shade(face.skin, -0.3)}" stroke-width="4" stroke-linecap="round"/>`,
      mouth(face, pose),
      hairInFront(face),
      glasses(face),
    ].join(''),
  };
}

function bodyOf({ skin, clothes }: Face): string {
  return [
    `<path d="M118 240L118 300Q150 330 182 300L182 240Z" fill="${shade(skin, -0.14)}"/>`,
    `<path d="M10 390C14 330 70 312 116 298Q150 326 184 298C230 312 286 330 290 390Z" fill="${clothes}"/>`,
    `<path d="M112 299Q150 350 188 299L196 303Q150 372 104 303Z" fill="${shade(clothes, -0.25)}"/>`,
  ].join('');
}

function bareHead({ skin, width }: Face): string {
  return [
    `<ellipse cx="${150 - 74 * width}" cy="182" rx="13" ry="22" fill="${shade(skin, -0.1)}"/>`,
    `<ellipse cx="${150 + 74 * width}" cy="182" rx="13" ry="22" fill="${shade(skin, -0.1)}"/>`,
    `<path d="M${150 - 73 * width} 160C${150 - 76 * width} 70 ${150 + 76 * width} 70 ${150 + 73 * width} 160C${150 + 72 * width} 235 ${150 + 40 * width} 276 150 278C${150 - 40 * width} 276 ${150 - 72 * width} 235 ${150 - 73 * width} 160Z" fill="${skin}"/>`,
    `<path d="M${150 + 73 * width} 160C${150 + 72 * width} 235 ${150 + 40 * width} 276 150 278C${150 + 30 * width} 250 ${150 + 60 * width} 215 ${150 + 56 * width} 130Z" fill="${shade(skin, -0.07)}"/>`,
  ].join('');
}

function eyes({ eyes: colour, skin, hair, style }: Face, { areEyesShut = false }: Pose): string {
  const brow = style === 'headscarf' || style === 'turban' ? '#2a1d14' : shade(hair, -0.15);
  return [118, 182]
    .map((x) => {
      const outer = x < 150 ? -1 : 1;
      const browLine = `<path d="M${x - outer * 17} 143Q${x} 131 ${x + outer * 19} 142" fill="none" stroke="${brow}" stroke-width="7" stroke-linecap="round"/>`;
      if (areEyesShut)
        return `${browLine}<path d="M${x - 17} 166Q${x} 176 ${x + 17} 166" fill="none" stroke="${shade(skin, -0.5)}" stroke-width="4"/>`;
      return `${browLine}<path d="M${x - 19} 166Q${x} 146 ${x + 19} 166Q${x} 182 ${x - 19} 166Z" fill="#fdfdfb"/><circle cx="${x}" cy="165" r="10" fill="${colour}"/><circle cx="${x}" cy="165" r="4.6" fill="#111"/><circle cx="${x + 3}" cy="161" r="2.4" fill="#fff"/><path d="M${x - 20} 166Q${x} 144 ${x + 20} 166" fill="none" stroke="#2a1d14" stroke-width="3.4"/>`;
    })
    .join('');
}

function mouth({ skin }: Face, { mouth: open = 0 }: Pose): string {
  const lips = mix(skin, '#a23b3b', 0.45);
  if (open < 0.08)
    return `<path d="M122 239Q136 233 150 237Q164 233 178 239Q150 255 122 239Z" fill="${lips}"/><path d="M122 239Q150 246 178 239" fill="none" stroke="${shade(lips, -0.35)}" stroke-width="2.5"/>`;
  const gap = 10 + 18 * open;
  return `<path d="M122 240Q150 ${230 - 4 * open} 178 240Q150 ${240 + gap + 10} 122 240Z" fill="${lips}"/><path d="M130 240Q150 236 170 240Q150 ${240 + gap} 130 240Z" fill="#4a1518"/><path d="M134 239Q150 236 166 239L164 243Q150 245 136 243Z" fill="#f7f3ee"/>`;
}

function ageLines({ age, skin }: Face): string {
  if (age < 45) return '';
  const strength = Math.min(0.5, (age - 40) / 80);
  const line = (d: string) =>
    `<path d="${d}" fill="none" stroke="${shade(skin, -0.4)}" stroke-width="2.4" stroke-opacity="${strength}" stroke-linecap="round"/>`;
  return [
    line('M112 118Q150 110 188 118'),
    line('M116 106Q150 99 184 106'),
    line('M128 216Q112 228 112 244'),
    line('M172 216Q188 228 188 244'),
    line('M98 182Q116 192 132 184'),
    line('M202 182Q184 192 168 184'),
    ...(age > 65
      ? [line('M84 168l-10 -6'), line('M84 174l-11 2'), line('M216 168l10 -6'), line('M216 174l11 2')]
      : []),
  ].join('');
}

function freckles({ hasFreckles, skin }: Face): string {
  if (!hasFreckles) return '';
  const spots = [
    [104, 196],
    [113, 204],
    [122, 197],
    [178, 197],
    [187, 205],
    [196, 196],
    [141, 190],
    [159, 191],
  ] as const;
  return spots.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.2" fill="${shade(skin, -0.25)}"/>`).join('');
}

function beard({ beard: kind, hair, width }: Face): string {
  const left = 150 - 72 * width;
  const right = 150 + 72 * width;
  const moustache = `<path d="M118 232Q134 218 150 224Q166 218 182 232Q164 232 150 231Q136 232 118 232Z" fill="${hair}"/>`;
  const jaw = `M${left} 178C${left + 2} 250 ${150 - 42 * width} 288 150 292C${150 + 42 * width} 288 ${right - 2} 250 ${right} 178C${right - 12} 214 190 222 176 222Q150 212 124 222C110 222 ${left + 12} 214 ${left} 178Z`;
  if (kind === 'moustache') return moustache;
  if (kind === 'stubble') return `<path d="${jaw}" fill="${hair}" fill-opacity="0.28"/>`;
  return kind === 'full' ? `<path d="${jaw}" fill="${hair}"/>${moustache}` : '';
}

function glasses({ glasses: kind }: Face): string {
  if (kind === 'none') return '';
  const frame = 'fill="#ffffff" fill-opacity="0.12" stroke="#25262b" stroke-width="4.5"';
  const lens = (x: number) =>
    kind === 'round'
      ? `<circle cx="${x}" cy="167" r="27" ${frame}/>`
      : `<rect x="${x - 28}" y="146" width="56" height="42" rx="9" ${frame}/>`;
  return `${lens(116)}${lens(184)}<path d="M143 163Q150 157 157 163M89 162L74 158M211 162L226 158" fill="none" stroke="#25262b" stroke-width="4.5"/>`;
}

function hairBehind({ style, hair, clothes }: Face): string {
  if (style === 'long')
    return `<path d="M62 170C50 40 250 40 238 170C240 250 252 300 258 350L200 350L100 350L42 350C50 300 60 250 62 170Z" fill="${shade(hair, -0.12)}"/>`;
  if (style === 'bob')
    return `<path d="M60 170C48 44 252 44 240 170Q246 240 232 276L68 276Q54 240 60 170Z" fill="${shade(hair, -0.12)}"/>`;
  if (style === 'curly') return puffs(hair, 34, 86, 0);
  if (style === 'coils') return puffs(hair, 26, 84, 1);
  if (style === 'bun') return `<circle cx="150" cy="56" r="36" fill="${shade(hair, -0.12)}"/>`;
  if (style === 'headscarf')
    return `<path d="M56 180C40 30 260 30 244 180C250 250 270 300 262 340Q150 380 38 340C30 300 50 250 56 180Z" fill="${shade(clothes, 0.25)}"/>`;
  return '';
}

/** Hair in curls: circles along the head, down to the ears or the shoulders. */
function puffs(hair: string, radius: number, reach: number, kind: 0 | 1): string {
  const circles: string[] = [];
  const [from, to] = kind === 1 ? [195, 345] : [150, 390];
  for (let angle = from; angle <= to; angle += 15) {
    const radians = (angle * Math.PI) / 180;
    const x = 150 + Math.cos(radians) * reach;
    const y = 160 + Math.sin(radians) * (reach + 4);
    circles.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${hair}"/>`);
  }
  return circles.join('');
}

function hairInFront({ style, hair, width, clothes }: Face): string {
  const left = 150 - 76 * width;
  const right = 150 + 76 * width;
  const cap = (d: string, colour = hair) => `<path d="${d}" fill="${colour}"/>`;
  switch (style) {
    case 'bald':
      return '';
    case 'short':
      return cap(
        `M${left} 158C${left - 10} 52 ${right + 10} 52 ${right} 158Q${right - 8} 128 196 112Q150 96 104 112Q${left + 8} 128 ${left} 158Z`,
      );
    case 'parted':
      return cap(
        `M${left} 166C${left - 12} 44 ${right + 14} 50 ${right} 166Q${right - 6} 124 176 104Q128 126 ${left + 10} 126Q${left + 2} 140 ${left} 166Z`,
      );
    case 'long':
    case 'bob':
      return cap(
        `M${left - 4} 190C${left - 16} 44 ${right + 16} 44 ${right + 4} 190Q${right + 2} 120 158 92Q104 106 ${left + 8} 140Q${left} 164 ${left - 4} 190Z`,
      );
    case 'bun':
      return cap(
        `M${left} 152C${left - 8} 56 ${right + 8} 56 ${right} 152Q${right - 10} 112 150 98Q${left + 10} 112 ${left} 152Z`,
      );
    case 'curly':
    case 'coils':
      return cap(`M${left} 146C${left} 58 ${right} 58 ${right} 146Q190 94 150 100Q110 94 ${left} 146Z`);
    case 'headscarf':
      return cap(
        `M${left - 8} 200C${left - 22} 44 ${right + 22} 44 ${right + 8} 200C${right + 6} 260 190 292 150 296C110 292 ${left - 6} 260 ${left - 8} 200ZM${left + 10} 170C${left + 12} 230 116 272 150 275C184 272 ${right - 12} 230 ${right - 10} 170C${right - 12} 76 ${left + 12} 76 ${left + 10} 170Z`,
        shade(clothes, 0.35),
      ).replace('<path', '<path fill-rule="evenodd"');
    case 'turban':
      return `${cap(`M${left - 6} 136C${left - 20} 10 ${right + 20} 10 ${right + 6} 136Q150 60 ${left - 6} 136Z`, shade(clothes, 0.2))}<path d="M${left + 2} 112Q150 30 ${right - 20} 52M${left + 22} 84Q150 84 ${right} 96" fill="none" stroke="${shade(clothes, -0.1)}" stroke-width="4"/>`;
  }
}

/** @param by from -1, black, to 1, white */
export function shade(colour: string, by: number): string {
  return mix(colour, by < 0 ? '#000000' : '#ffffff', Math.abs(by));
}

function mix(one: string, other: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [one, other].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round((a ?? 0) * (1 - share) + (b ?? 0) * share)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${parts.join('')}`;
}
