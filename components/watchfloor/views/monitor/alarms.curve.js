// A small curve: values with gaps and flagged points, limits, stretches and samples of what fired.

const CURVE = {h: 220, left: 46, right: 8, top: 10, bottom: 22};

/** Draw `{start, end, points: [[ms, value, flag]], limits, samples, spans, units}`; `label` says what it is. */
function drawCurve(ctx, data, label) {
  const w = Math.min(1400, Math.max(300, data.width || (ctx.root.clientWidth || 760) - 60));
  const {h: high, left, right, top, bottom} = CURVE;
  const {start, end, points = [], limits = [], samples = [], spans = []} = data;
  const good = points.filter((each) => each[1] !== null && each[2] < 2);
  const shown = good.length ? good : points.filter((each) => each[1] !== null);
  if (!shown.length || end <= start) return h("p", {class: "muted"}, ctx.t("alarms.curve.none"));
  let low = Math.min(...shown.map((each) => each[1])), top_ = Math.max(...shown.map((each) => each[1]));
  const reach = (top_ - low) || Math.max(Math.abs(top_), 1);
  const near = limits.filter((each) => each.value >= low - 2 * reach && each.value <= top_ + 2 * reach);
  for (const each of near) { low = Math.min(low, each.value); top_ = Math.max(top_, each.value); }
  const pad = 0.08 * ((top_ - low) || 1);
  low -= pad; top_ += pad;
  const x = (ms) => left + (ms - start) / (end - start) * (w - left - right);
  const y = (value) => top + (top_ - value) / (top_ - low) * (high - top - bottom);
  let path = "", before = null, gap = 0;
  if (good.length > 2) {
    const steps = good.slice(1).map((each, at) => each[0] - good[at][0]).sort((a, b) => a - b);
    gap = 4 * Math.max(steps[Math.floor(steps.length / 2)], (end - start) / 400);
  }
  for (const [ms, value] of good) { path += `${before === null || (gap && ms - before > gap) ? "M" : "L"}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`; before = ms; }
  const ticks = [0, 1, 2, 3, 4].map((each) => start + each * (end - start) / 4);
  const marks = samples.map((ms) => good.reduce((best, each) => (best === null || Math.abs(each[0] - ms) < Math.abs(best[0] - ms) ? each : best), null)).filter(Boolean);
  return h("figure", {class: "acurve"},
    s("svg", {viewBox: `0 0 ${w} ${high}`, role: "img", "aria-label": label},
      spans.map((each) => s("rect", {class: `span ${each.severity || ""}`, x: x(Math.max(start, each.start)), y: top, width: Math.max(2, x(Math.min(end, each.end)) - x(Math.max(start, each.start))), height: high - top - bottom})),
      [0.25, 0.5, 0.75].map((each) => s("line", {class: "grid", x1: left, x2: w - right, y1: top + each * (high - top - bottom), y2: top + each * (high - top - bottom)})),
      near.map((each) => [s("line", {class: `limit ${each.severity || "Unknown"}`, x1: left, x2: w - right, y1: y(each.value), y2: y(each.value)}), s("text", {class: "name", x: w - right - 3, y: y(each.value) - 3, "text-anchor": "end"}, `${each.name} ${amount(each.value)}`)]),
      s("path", {class: "trace", d: path}),
      points.filter((each) => each[1] !== null && each[2] >= 2 && each[1] >= low && each[1] <= top_).map((each) => s("path", {class: "bad", d: `M${x(each[0]) - 3} ${y(each[1]) - 3} l6 6 m0 -6 l-6 6`})),
      data.onset && data.onset >= start && data.onset <= end ? s("line", {class: "onset", x1: x(data.onset), x2: x(data.onset), y1: top, y2: high - bottom}) : null,
      marks.map((each) => s("circle", {class: "fired", cx: x(each[0]), cy: y(each[1]), r: 4})),
      [low + pad, (low + top_) / 2, top_ - pad].map((each) => s("text", {class: "tick", x: left - 4, y: y(each) + 4, "text-anchor": "end"}, amount(each))),
      ticks.map((each, at) => s("text", {class: "tick", x: x(each), y: high - 6, "text-anchor": at === 0 ? "start" : at === 4 ? "end" : "middle"}, clockTime(each, ctx.zone, end - start > 86400000 ? 0 : undefined)))),
    h("figcaption", {class: "muted"}, [label, samples.length ? ctx.t("alarms.curve.fired") : "", points.some((each) => each[2] >= 2) ? ctx.t("alarms.curve.flagged") : ""].filter(Boolean).join(" · ")));
}
