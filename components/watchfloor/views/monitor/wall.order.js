// Which stations are shown, and in which order: worst first, and always the same order for the same facts.

const LEVELS = ["", "Unknown", "Minor", "Moderate", "Severe", "Extreme"];
const SILENT = 1, FLAGGED = 2, RISING = 4, FALLING = 8;
const SOON = 24; // hours

/** The roster as the server told it, with what is looked up often; a board's rows are its rows where both have one version. */
function readRoster(bytes) {
  const version = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(bytes.subarray(8)));
  const stations = told.stations.map((row) => {
    const [name, title, titleZh, units, field, kind, hazard, district, basin, interval, patience, lon, lat, limits] = row;
    return {
      name, title, titleZh, units: unitText(units), field, kind, hazard, district, basin, interval, patience: patience * 1000, lon, lat, limits,
      words: `${name} ${title} ${titleZh} ${field} ${kind} ${hazard} ${district} ${basin}`.toLowerCase(),
    };
  });
  return {stations, words: told.words || {}, version};
}

function unitText(units) {
  return units === "1" ? "" : units.replace(/\bpercent\b/, "%").replace(/\bdegC\b/, "°C").replace(/\bu(?=[gmL])/, "µ").replace(/\^2/g, "²").replace(/\^3/g, "³").replace(/\*\*2/g, "²").replace(/\*\*3/g, "³");
}

/** No value came for longer than the station allows: its own clock says so, without any message. */
function isSilent(board, station, row, now) {
  const time = board.time[row];
  return !(time === time) || now - time > station.patience;
}

/** The place in "worst first": a small number is worse. Within one, stations stand by name. */
function rankOf(board, station, row, now) {
  const level = board.level[row];
  const silent = isSilent(board, station, row, now);
  if (level) return (5 - level) * 2 + (silent ? 1 : 0);
  if (silent || board.flag[row] >= 3) return 12; // no value to go by is not calm
  const eta = board.eta[row];
  if (eta <= SOON) return 13 + (eta < 1 ? 0 : eta < 3 ? 1 : eta < 6 ? 2 : eta < 12 ? 3 : 4);
  return board.state[row] & FLAGGED ? 20 : 21;
}

function conditionsOf(board, station, row, now) {
  const silent = isSilent(board, station, row, now);
  const state = board.state[row];
  return {
    silent, flagged: Boolean(state & FLAGGED), rising: !silent && Boolean(state & RISING), falling: !silent && Boolean(state & FALLING),
    soon: !silent && board.eta[row] <= SOON, calm: !silent && !board.level[row] && !(state & FLAGGED) && !(board.eta[row] <= SOON),
  };
}

function inRing(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i], [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Whether a place lies in a GeoJSON Polygon or MultiPolygon. */
function within(area, x, y) {
  if (x === null || y === null) return false;
  const parts = area.type === "Polygon" ? [area.coordinates] : area.coordinates;
  return parts.some((rings) => inRing(rings[0], x, y) && !rings.slice(1).some((hole) => inRing(hole, x, y)));
}

/** Whether a station passes everything but levels and conditions. */
function passes(station, asked) {
  if (asked.hazards.length && !asked.hazards.includes(station.hazard || "other")) return false;
  if (asked.text && !asked.text.split(/\s+/).every((part) => station.words.includes(part))) return false;
  return !asked.area || within(asked.area, station.lon, station.lat);
}

/** Rows that pass, worst first, in groups, and how many there are of each sort. */
function arrange(roster, board, asked, now) {
  const counts = {all: 0, Extreme: 0, Severe: 0, Moderate: 0, Minor: 0, Unknown: 0, silent: 0, flagged: 0, rising: 0, falling: 0, soon: 0, calm: 0};
  const groups = new Map();
  const ranks = new Map();
  let shown = 0;
  roster.stations.forEach((station, row) => {
    if (row >= board.count || !passes(station, asked)) return;
    const held = conditionsOf(board, station, row, now);
    const level = LEVELS[board.level[row]];
    counts.all += 1;
    if (level) counts[level] += 1;
    for (const name of Object.keys(held)) if (held[name]) counts[name] += 1;
    const chosen = asked.severities.length || asked.conditions.length;
    if (chosen && !asked.severities.includes(level) && !asked.conditions.some((name) => held[name])) return;
    const group = asked.group === "none" ? "" : station[asked.group] || "";
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(row);
    ranks.set(row, rankOf(board, station, row, now));
    shown += 1;
  });
  const found = [...groups].map(([name, rows]) => ({name, rows: rows.sort((a, b) => ranks.get(a) - ranks.get(b) || a - b)}));
  // The worst group first; of two that are as bad, the one with the earlier name, and the nameless one last.
  const worst = (group) => ranks.get(group.rows[0]);
  found.sort((a, b) => worst(a) - worst(b) || (a.name === "") - (b.name === "") || (a.name < b.name ? -1 : 1));
  return {groups: found, counts, shown};
}
