/**
 * Colours as browsers write them, as sRGB numbers: parsed once per theme, so that a paint only hands on prepared
 * strings.
 */

/** Red, green, blue from 0 to 255, not rounded. */
export type Rgb = readonly [number, number, number];

/** Lightness 0 to 1, chroma, hue in degrees. */
export type Oklch = readonly [number, number, number];

/** Lightness 0 to 1, green to red, blue to yellow: the middle of two colours also looks like their middle. */
export type Oklab = readonly [number, number, number];

/** Takes oklch(), rgb(), color(srgb …) and #rrggbb; @returns undefined for anything else. Alpha is not looked at. */
export function parseOklch(text: string): Oklch | undefined {
  const numbers = numbersOf(text);
  if (/^oklch\(/i.test(text) && numbers.length >= 3) {
    const [lightness, chroma, hue] = numbers;
    return [/^oklch\(\s*[\d.]+%/i.test(text) ? lightness / 100 : lightness, chroma, hue];
  }
  const rgb = parseRgb(text);
  return rgb && rgbToOklch(rgb);
}

export function parseRgb(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (hex) return [parseInt(hex[1], 16), parseInt(hex[2], 16), parseInt(hex[3], 16)];
  const numbers = numbersOf(text);
  if (numbers.length < 3) return undefined;
  const [a, b, c] = numbers;
  if (/^rgba?\(/i.test(text)) return [a, b, c];
  if (/^color\(srgb /i.test(text)) return [a * 255, b * 255, c * 255];
  if (/^oklch\(/i.test(text)) return oklchToRgb(parseOklch(text)!);
  return undefined;
}

export function oklchToOklab([lightness, chroma, hue]: Oklch): Oklab {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

export function oklchToRgb(colour: Oklch): Rgb {
  return oklabToRgb(oklchToOklab(colour));
}

/** Out of gamut each channel is clipped, as canvases do. */
export function oklabToRgb([lightness, a, b]: Oklab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function rgbToOklch([red, green, blue]: Rgb): Oklch {
  const [r, g, b] = [decoded(red), decoded(green), decoded(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const hue = (Math.atan2(bb, a) * 180) / Math.PI;
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, Math.hypot(a, bb), (hue + 360) % 360];
}

/** Contrast by WCAG 2: 1 to 21; readable text needs 4.5. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * decoded(red) + 0.7152 * decoded(green) + 0.0722 * decoded(blue);
}

/**
 * `share` of `over` on `ground`, channel by channel, as tests/app/tokens.test.ts proves its contrasts. Of two colours
 * in
 * OKLab: what looks so far between them.
 */
export function blend(ground: Rgb, over: Rgb, share: number): Rgb {
  return [
    ground[0] + (over[0] - ground[0]) * share,
    ground[1] + (over[1] - ground[1]) * share,
    ground[2] + (over[2] - ground[2]) * share,
  ];
}

/** #rrggbb: what canvases parse fastest. */
export function cssColour(rgb: Rgb): string {
  return `#${rgb
    .map((channel) =>
      Math.round(Math.min(255, Math.max(0, channel)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function numbersOf(text: string): number[] {
  return (text.replace(/^[a-z]+\((srgb )?/i, '').match(/-?[\d.]+(e-?\d+)?/gi) ?? []).map(Number);
}

function encoded(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  return 255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055);
}

function decoded(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}
