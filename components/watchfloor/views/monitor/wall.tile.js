// One tile: who, how much, how old, how bad, whither. Drawn on a canvas; text is drawn, never parsed.

const SIZES = { // in pixels at a text of 14
  small: {w: 168, h: 54, plot: 0}, medium: {w: 236, h: 118, plot: 46}, large: {w: 348, h: 186, plot: 100},
};
const INKS = {Extreme: "#B3124E", Severe: "#A85400", Moderate: "#7A6200", Minor: "#0B5CAD", Unknown: "#55616D"}; // lines on white

function figure(value) {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return number(value, digits).replace("-", "−");
}

function slope(rate) {
  const size = Math.abs(rate);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size === 0 ? 0 : Math.min(6, 1 - Math.floor(Math.log10(size)));
  return (rate < 0 ? "−" : "+") + number(size, Math.max(0, digits));
}

function ageText(ms, t) {
  const s = Math.max(0, ms / 1000);
  if (s < 90) return t("wall.s", {n: Math.round(s)});
  if (s < 5400) return t("time.min", {n: Math.round(s / 60)});
  return s < 172800 ? t("time.h", {n: Math.round(s / 3600)}) : t("time.d", {n: Math.round(s / 86400)});
}

function etaText(hours, t) {
  return hours < 1 ? t("time.min", {n: Math.max(1, Math.round(hours * 60))}) : t("time.h", {n: hours < 10 ? hours.toFixed(1) : Math.round(hours)});
}

/** All that a tile says, as words: for the tile, the table and the screen reader. */
function sayings(roster, board, row, now, language, t) {
  const station = roster.stations[row];
  const time = board.time[row];
  const never = !(time === time);
  const silent = isSilent(board, station, row, now);
  const level = LEVELS[board.level[row]];
  const state = board.state[row];
  const value = board.value[row];
  const unit = station.units ? ` ${station.units}` : "";
  const rate = board.rate[row];
  const arrow = silent || !(rate === rate) ? "" : state & RISING ? "▲" : state & FALLING ? "▼" : "▶";
  const limit = board.next[row] < station.limits.length && board.eta[row] === board.eta[row] && !silent ? station.limits[board.next[row]] : null;
  const flag = board.flag[row];
  const odd = !never && flag >= 2 ? t(flag === 2 ? "wall.suspect" : flag === 9 ? "wall.missing" : "wall.bad") : "";
  return {
    station, level, silent, never, flag, odd,
    title: language === "zh" && station.titleZh ? station.titleZh : station.title,
    value: value === value ? figure(value) : "–",
    unit: station.units,
    age: never ? "" : ageText(now - time, t),
    word: level ? t(level) : silent || flag >= 3 ? "" : station.limits.length ? t("wall.below") : t("wall.nolimits"),
    still: silent ? (never ? t("wall.never") : t("wall.silent", {age: ageText(now - time, t)})) : "",
    arrow, trend: arrow ? (arrow === "▶" ? t("wall.steady") : `${slope(rate)}${unit}${t("wall.per")}`) : "",
    ahead: limit ? t("wall.ahead", {name: limit[1], time: etaText(board.eta[row], t)}) : "",
    limit,
  };
}

const measured = new Map(); // text cut to a width, by font

/** Cut a text to a width; with `ending`, a number at its end stays: "Slope, prism 3" and "Slope, prism 4" differ there alone. */
function cut(c, text, width, ending = false) {
  const key = `${c.font}|${Math.round(width)}|${ending}|${text}`;
  let found = measured.get(key);
  if (found === undefined) {
    found = text;
    if (c.measureText(text).width > width) {
      let last = ending ? (/(?:\S{1,8}\s)?\S{0,4}\d\S{0,2}$/.exec(text) || [""])[0] : "";
      if (c.measureText(`…${last}`).width > width / 2) last = "";
      let low = 0, high = text.length - last.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (c.measureText(`${text.slice(0, middle)}…${last}`).width <= width) low = middle; else high = middle - 1;
      }
      found = low ? `${text.slice(0, low).replace(/[\s,]+$/, "")}…${last}` : "";
    }
    if (measured.size > 20000) measured.clear();
    measured.set(key, found);
  }
  return found;
}

const shapes = new Map();

function drawSign(c, severity, x, y, size, look) {
  if (!shapes.has(severity)) shapes.set(severity, SHAPES[severity].map((d) => new Path2D(d)));
  c.save();
  c.translate(x, y);
  c.scale(size / 16, size / 16);
  shapes.get(severity).forEach((path, place) => {
    if (place) { c.strokeStyle = "#111"; c.lineWidth = 1.6; c.stroke(path); return; }
    c.fillStyle = look.levels[severity];
    c.fill(path);
    c.strokeStyle = "rgb(0 0 0 / 55%)";
    c.lineWidth = 1;
    c.stroke(path);
  });
  c.restore();
}

/** Draw one tile into a rectangle. */
function drawTile(c, x, y, w, h, told, board, row, now, asked, look) {
  const e = look.em; // pixels of the text
  const pad = 0.55 * e;
  const small = asked.size === "small";
  c.fillStyle = look.panel;
  c.fillRect(x, y, w, h);
  if (told.level) {
    c.fillStyle = look.levels[told.level];
    c.fillRect(x, y, 0.3 * e, h);
  }
  c.strokeStyle = told.level ? look.inks[told.level] : told.silent || told.flag >= 3 ? look.late : look.line;
  c.lineWidth = 1;
  c.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  const left = x + pad + 0.35 * e, right = x + w - pad;
  c.textBaseline = "alphabetic";
  // First line: shape, name, level in words
  let at = left;
  const first = y + 1.35 * e;
  if (told.level) { drawSign(c, told.level, at, first - 0.82 * e, 0.95 * e, look); at += 1.25 * e; }
  let stop = right;
  if (!small) {
    const chip = told.still || told.word || told.odd;
    c.font = `600 ${0.8 * e}px ${look.font}`;
    const room = Math.min(c.measureText(chip).width, 0.5 * w);
    const shown = cut(c, chip, room + 1);
    if (told.level && !told.still) {
      c.fillStyle = look.levels[told.level];
      c.fillRect(stop - room - 0.7 * e, first - 0.92 * e, room + 0.7 * e, 1.2 * e);
      c.fillStyle = "#111";
      c.fillText(shown, stop - room - 0.35 * e, first - 0.06 * e);
      stop -= room + 1.1 * e;
    } else {
      c.fillStyle = told.word && !told.still ? look.muted : look.late;
      c.fillText(shown, stop - room, first);
      stop -= room + 0.6 * e;
    }
  }
  c.font = `600 ${0.93 * e}px ${look.font}`;
  c.fillStyle = look.text;
  c.fillText(cut(c, told.title, stop - at, true), at, first);
  // Second line: value and unit, trend, age
  const second = y + (small ? 3.0 : 3.25) * e;
  c.font = `650 ${(small ? 1.15 : 1.55) * e}px ${look.font}`;
  c.fillStyle = told.silent || told.flag >= 3 ? look.muted : look.text;
  c.fillText(told.value, left, second);
  at = left + c.measureText(told.value).width + 0.3 * e;
  c.font = `${0.86 * e}px ${look.font}`;
  c.fillStyle = look.muted;
  c.fillText(told.unit, at, second);
  at += c.measureText(told.unit).width + 0.6 * e;
  const age = told.still ? (small ? told.still : "") : told.age;
  c.fillStyle = told.silent ? look.late : look.muted;
  const shown = cut(c, age, Math.max(0, right - at));
  const long = c.measureText(shown).width;
  c.fillText(shown, right - long, second);
  stop = right - long - 0.5 * e;
  if (small) {
    if (told.odd) { c.fillStyle = look.late; c.fillText(cut(c, told.odd, stop - at), at, second); }
    else {
      if (told.arrow && told.arrow !== "▶") { c.fillStyle = look.text; c.fillText(told.arrow, at, second); at += 1.2 * e; }
      if (told.level && stop - at > 2.4 * e) { c.fillStyle = look.inks[told.level]; c.fillText(cut(c, told.word, stop - at), at, second); }
    }
    if (told.silent) hatch(c, x, y, w, h, look, 0.35);
    return;
  }
  if (told.odd) {
    c.fillStyle = look.late;
    c.fillText(cut(c, `⚑ ${told.odd}`, stop - at), at, second);
  } else if (told.trend) {
    c.fillStyle = told.arrow === "▶" ? look.muted : look.text;
    c.fillText(cut(c, `${told.arrow} ${told.trend}`, stop - at), at, second);
  }
  const foot = told.ahead ? 1.25 * e : 0.35 * e;
  drawSpark(c, left, y + 3.75 * e, right - left, h - 3.75 * e - foot - 0.25 * e, told, board, row, now, asked, look);
  if (told.ahead) {
    c.font = `600 ${0.82 * e}px ${look.font}`;
    c.fillStyle = look.inks[LEVELS[told.limit[0]]];
    c.fillText(cut(c, told.ahead, right - left), left, y + h - 0.55 * e);
  }
}

function hatch(c, x, y, w, h, look, alpha) {
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.globalAlpha = alpha;
  c.strokeStyle = look.late;
  c.lineWidth = 1;
  c.beginPath();
  for (let at = -h; at < w; at += 8) { c.moveTo(x + at, y + h); c.lineTo(x + at + h, y); }
  c.stroke();
  c.restore();
}

/** The line of the last hours or days, true to its lowest and highest values, with the thresholds that are near. */
function drawSpark(c, x, y, w, h, told, board, row, now, asked, look) {
  const {station} = told;
  const span = board.width * board.step;
  let low = Infinity, high = -Infinity, some = 0;
  eachColumn(board, row, (time, least, most, odd) => {
    if (!(least === least)) return;
    some += 1;
    if (odd) return;
    if (least < low) low = least;
    if (most > high) high = most;
  });
  if (low > high) { low = board.value[row]; high = low; }
  if (!(low === low)) { low = 0; high = 1; }
  const reach = Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  const near = station.limits.filter((limit) => limit[2] >= low - 1.2 * reach && limit[2] <= high + 1.2 * reach);
  for (const limit of near) { low = Math.min(low, limit[2]); high = Math.max(high, limit[2]); }
  const pad = Math.max((high - low) * 0.08, reach * 0.08);
  low -= pad; high += pad;
  const px = (time) => x + w - ((now - time) / span) * w;
  const py = (value) => y + h - ((value - low) / (high - low)) * h;
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.strokeStyle = look.grid;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(x, Math.round(y + h) - 0.5);
  c.lineTo(x + w, Math.round(y + h) - 0.5);
  c.stroke();
  c.setLineDash([4, 3]);
  for (const limit of near) {
    c.strokeStyle = look.inks[LEVELS[limit[0]]];
    c.lineWidth = 1.2;
    c.beginPath();
    c.moveTo(x, py(limit[2]));
    c.lineTo(x + w, py(limit[2]));
    c.stroke();
  }
  c.setLineDash([]);
  // A line joins columns unless values are missing between them
  const apart = Math.max(2.1 * board.step, station.interval ? 3.2 * station.interval * 1000 : 0);
  const dot = w / board.width;
  c.strokeStyle = told.silent ? look.muted : look.accent;
  c.lineWidth = 1.4;
  c.beginPath();
  let before = null;
  eachColumn(board, row, (time, least, most, odd) => {
    if (odd || !(least === least)) { if (!odd) before = null; return; }
    const at = px(time), up = py(most), down = py(least);
    if (before !== null && time - before <= apart) c.lineTo(at, (up + down) / 2);
    else { c.moveTo(at - Math.min(1, dot / 2), (up + down) / 2); c.lineTo(at + Math.min(1, dot / 2), (up + down) / 2); }
    if (down - up > 0.8) { c.moveTo(at, up); c.lineTo(at, down); c.moveTo(at, (up + down) / 2); }
    before = time;
  });
  c.stroke();
  // What its source or a check calls suspect or bad is drawn as such, never as part of the line
  c.strokeStyle = look.late;
  c.lineWidth = 1.5;
  c.beginPath();
  eachColumn(board, row, (time, least, most, odd) => {
    if (!odd) return;
    const at = px(time);
    const to = least === least ? Math.min(y + h - 3, Math.max(y + 3, py((least + most) / 2))) : y + h - 3;
    c.moveTo(at - 2.5, to - 2.5); c.lineTo(at + 2.5, to + 2.5);
    c.moveTo(at - 2.5, to + 2.5); c.lineTo(at + 2.5, to - 2.5);
  });
  c.stroke();
  if (asked.size === "large") labels(c, x, y, w, near, py, look);
  c.restore();
  if (told.silent) {
    const since = board.time[row] === board.time[row] ? Math.max(x, px(board.time[row])) : x;
    hatch(c, since, y, x + w - since, h, look, 0.7);
  }
  if (!some && told.never) {
    c.font = `${0.86 * look.em}px ${look.font}`;
    c.fillStyle = look.muted;
    c.fillText(cut(c, told.still, w), x + 4, y + h / 2);
  }
}

/** Names and values of the thresholds, on their lines. */
function labels(c, x, y, w, near, py, look) {
  c.font = `${0.74 * look.em}px ${look.font}`;
  let last = Infinity;
  for (const limit of [...near].sort((a, b) => a[2] - b[2])) {
    const at = py(limit[2]);
    if (last - at < 0.95 * look.em) continue;
    last = at;
    const text = cut(c, `${limit[1]} ${figure(limit[2])}`, w / 2);
    const long = c.measureText(text).width;
    c.fillStyle = look.panel;
    c.fillRect(x, at - 0.45 * look.em, long + 6, 0.9 * look.em);
    c.fillStyle = look.inks[LEVELS[limit[0]]];
    c.fillText(text, x + 3, at + 0.27 * look.em);
  }
}
