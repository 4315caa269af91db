// What curves over time have in common: their values as they come, and the ticks of their axes.

const STEPS = [6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 12096e5, 2629800e3, 7889400e3, 15778800e3, 31557600e3, 63115200e3, 157788e6];

function unpack(curve) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  if (!curve) return {t: new Float64Array(0), v: new Float32Array(0), f: new Uint8Array(0)};
  return {t: new Float64Array(bytes(curve.t)), v: new Float32Array(bytes(curve.v)), f: new Uint8Array(bytes(curve.f))};
}

function digits(value) {
  const size = Math.abs(value);
  return size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size)));
}

function niceStep(span, count) {
  const raw = span / count, power = 10 ** Math.floor(Math.log10(raw)), share = raw / power;
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

/** What a time says at an axis whose ticks are so many milliseconds apart. */
function label(zone, ms, step) {
  const at = pieces(ms, zone);
  if (step >= 31557600e3) return at.year;
  if (step >= 2629800e3) return `${at.year}-${at.month}`;
  if (step >= 864e5) return `${at.month}-${at.day}`;
  return at.hour === "00" && at.minute === "00" ? `${at.month}-${at.day}` : `${at.hour}:${at.minute}`;
}

/** Times of an axis of at most `room` ticks, whole in the zone, and how far apart they are. */
function ticks(zone, first, last, room) {
  const step = STEPS.find((s) => (last - first) / s <= room) || STEPS[STEPS.length - 1];
  const off = shift((first + last) / 2, zone) * 6e4;
  const found = [];
  if (step < 2629800e3) {
    for (let t = Math.ceil((first + off) / step) * step - off; t <= last; t += step) found.push(t);
  } else {
    const months = Math.max(1, Math.round(step / 2629800e3));
    const begin = new Date(first + off);
    for (let m = Math.ceil((begin.getUTCFullYear() * 12 + begin.getUTCMonth() + 0.01) / months) * months; ; m += months) {
      const t = Date.UTC(Math.floor(m / 12), m % 12, 1) - off;
      if (t > last) break;
      found.push(t);
    }
  }
  return [found, step];
}
