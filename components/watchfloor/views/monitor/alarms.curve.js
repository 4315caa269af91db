// A small curve: values with gaps and flagged points, limits, stretches and samples of what fired.

const CURVE = {h: 220, left: 52, right: 8, top: 10, bottom: 36};

/** How wide a curve in a part is drawn: what there is room for. */
function roomOf(ctx, node) {
  return Math.min(1400, Math.max(280, Math.round(node.clientWidth || (ctx.root.clientWidth || 760) - 60)));
}

/** Have curves drawn again when the room for them has changed. */
function whenSized(ctx, node, work) {
  let drawn = node.clientWidth;
  const watcher = new ResizeObserver(() => {
    if (!node.clientWidth || Math.abs(node.clientWidth - drawn) < 12) return;
    drawn = node.clientWidth;
    work();
  });
  watcher.observe(node);
  ctx.ends(() => watcher.disconnect());
}

/** Draw `{start, end, points: [[ms, value, flag]], limits, samples, spans, units, field, width}`; `label` says what it is. */
function drawCurve(ctx, data, label_) {
  const w = data.width || 700;
  const {h: high, left, right, top, bottom} = CURVE;
  const {start, end, points = [], limits = [], samples = [], spans = []} = data;
  const good = points.filter((each) => each[1] !== null && each[2] < 2);
  const odd = points.filter((each) => each[1] !== null && each[2] >= 2);
  const shown = good.length ? good : odd; // what is flagged does not set the scale, unless there is nothing else
  if (!shown.length || end <= start) return h("p", {class: "muted"}, ctx.t("alarms.curve.none"));
  let low = Math.min(...shown.map((each) => each[1])), most = Math.max(...shown.map((each) => each[1]));
  const reach = (most - low) || Math.max(Math.abs(most), 1);
  const near = limits.filter((each) => each.value >= low - 2 * reach && each.value <= most + 2 * reach);
  for (const each of near) { low = Math.min(low, each.value); most = Math.max(most, each.value); }
  const pad = 0.08 * ((most - low) || 1);
  low -= pad; most += pad;
  const x = (ms) => left + (ms - start) / (end - start) * (w - left - right);
  const y = (value) => top + (most - value) / (most - low) * (high - top - bottom);
  let path = "", before = null, gap = 0;
  if (good.length > 2) {
    const steps = good.slice(1).map((each, at) => each[0] - good[at][0]).sort((a, b) => a - b);
    gap = 4 * Math.max(steps[Math.floor(steps.length / 2)], (end - start) / 400);
  }
  for (const [ms, value] of good) { path += `${before === null || (gap && ms - before > gap) ? "M" : "L"}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`; before = ms; }
  const [times, every] = ticks(ctx.zone, start, end, Math.max(2, (w - left - right) / 78));
  const step = niceStep(most - low, 4), levels = [];
  for (let n = Math.ceil(low / step); n * step <= most; n += 1) levels.push(n * step || 0);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const inside = (value) => Math.min(Math.max(y(value), top + 4), high - bottom - 4); // what is beyond the scale stands at its edge
  const marks = samples.map((ms) => shown.reduce((best, each) => (best === null || Math.abs(each[0] - ms) < Math.abs(best[0] - ms) ? each : best), null)).filter(Boolean);
  const axis = `${data.field || ""}${data.units ? ` (${data.units})` : ""}`;
  return h("figure", {class: "acurve"},
    s("svg", {viewBox: `0 0 ${w} ${high}`, role: "img", "aria-label": label_},
      spans.map((each) => s("rect", {class: `span ${each.severity || ""}`, x: x(Math.max(start, each.start)), y: top, width: Math.max(2, x(Math.min(end, each.end)) - x(Math.max(start, each.start))), height: high - top - bottom})),
      levels.map((each) => [s("line", {class: "grid", x1: left, x2: w - right, y1: y(each), y2: y(each)}), s("text", {class: "tick", x: left - 5, y: y(each) + 4, "text-anchor": "end"}, number(each, decimals).replace("-", "−"))]),
      times.map((each) => [s("line", {class: "grid", x1: x(each), x2: x(each), y1: top, y2: high - bottom}), s("text", {class: "tick", x: x(each), y: high - bottom + 14, "text-anchor": "middle"}, label(ctx.zone, each, every))]),
      s("text", {class: "tick", x: (left + w - right) / 2, y: high - 4, "text-anchor": "middle"}, `${ctx.t("chart.time")} (${offset(end, ctx.zone)})`),
      axis ? s("text", {class: "tick", transform: `translate(11 ${(top + high - bottom) / 2}) rotate(-90)`, "text-anchor": "middle"}, axis) : null,
      near.map((each) => [s("line", {class: "under", x1: left, x2: w - right, y1: y(each.value), y2: y(each.value)}), s("line", {class: `limit ${each.severity || "Unknown"}`, x1: left, x2: w - right, y1: y(each.value), y2: y(each.value)}), s("text", {class: "name", x: w - right - 3, y: y(each.value) - 3, "text-anchor": "end"}, `${each.name} ${amount(each.value)}`)]),
      s("path", {class: "trace", d: path}),
      odd.map((each) => s("path", {class: "bad", d: `M${(x(each[0]) - 3).toFixed(1)} ${(inside(each[1]) - 3).toFixed(1)} l6 6 m0 -6 l-6 6`})),
      data.onset && data.onset >= start && data.onset <= end ? s("line", {class: "onset", x1: x(data.onset), x2: x(data.onset), y1: top, y2: high - bottom}) : null,
      marks.map((each) => s("circle", {class: "fired", cx: x(each[0]), cy: inside(each[1]), r: 4}))),
    h("figcaption", {class: "muted"}, [label_, samples.length ? ctx.t("alarms.curve.fired") : "", odd.length ? ctx.t("alarms.curve.flagged") : "", data.onset ? ctx.t("alarms.curve.onset") : ""].filter(Boolean).join(" · ")));
}
