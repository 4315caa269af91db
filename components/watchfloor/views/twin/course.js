// Courses that drive the run: points are dragged up and down, and along; doubled clicks add one, Delete takes one away.

const CoursePane = pane("course", (ctx) => {
  const head = h("div", {class: "row"});
  const chart = s("svg", {class: "chart", role: "group"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  ctx.root.append(head, chart, notice);
  const L = 46, R = 14, T = 8, B = 20;
  let W = 900, H = 120;
  let field = "", line = 0, chosen = -1, held = null, data = null, timer = 0, due = false;
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);

  function send() {
    due = true;
    if (timer) return;
    const go = () => {
      timer = 0;
      if (!due) return;
      due = false;
      const values = {};
      for (const one of data.courses) values[one.field] = one.values;
      ctx.send("courses", {time: data.time, values});
      timer = setTimeout(go, 120);
    };
    go();
  }
  ctx.ends(() => clearTimeout(timer));

  const now = () => data.courses.find((one) => one.field === field) || data.courses[0];
  function scales(one) {
    const all = one.values.flat();
    const high = Math.max(...all), least = Math.min(...all);
    // what hardly changes is seen from near, all else from zero
    const near = Math.abs(high - least) < 0.3 * Math.max(Math.abs(high), Math.abs(least)) && Math.abs(high) > 50;
    const low = held ? held.low : near ? least - 0.25 * (high - least || 1) : Math.min(0, least);
    const top = held ? held.top : high <= low ? low + 1 : low + (high - low) * 1.25, first = Math.min(0, data.time[0]), end = Math.max(data.until, data.time[data.time.length - 1]);
    return {top, low, x: (t) => L + (t - first) / (end - first || 1) * (W - L - R), y: (v) => H - B - (v - low) / (top - low || 1) * (H - T - B),
      t: (x) => first + (x - L) / (W - L - R) * (end - first), v: (y) => low + (H - B - y) / (H - T - B) * (top - low), first, end};
  }
  const clamp = (v, one) => Math.min(one.high, Math.max(one.low, v));
  const round = (v) => Number(v.toPrecision(4));

  function spot(event) {
    const box = chart.getBoundingClientRect();
    return [(event.clientX - box.x) / box.width * W, (event.clientY - box.y) / box.height * H];
  }

  function move(at, value, time) {
    const one = now();
    one.values[line][at] = round(clamp(value, one));
    if (time !== undefined && at > 0) {
      const least = data.time[at - 1] + 1, most = at < data.time.length - 1 ? data.time[at + 1] - 1 : data.until;
      if (most > least) data.time[at] = Math.round(Math.min(most, Math.max(least, time)));
    }
    draw();
    send();
  }

  chart.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = spot(event), scale = scales(now());
    move(held.at, scale.v(y), Math.abs(event.clientX - held.x) > 6 ? scale.t(x) : undefined);
  });
  const drop = () => { if (held) { held = null; draw(); } };
  chart.addEventListener("pointerup", drop);
  chart.addEventListener("pointercancel", drop);
  chart.addEventListener("dblclick", (event) => {
    const [x, y] = spot(event), scale = scales(now());
    insert(Math.round(scale.t(x)), scale.v(y));
  });

  /** Add a point: at a value for the line that is drawn, between its neighbours for all others. */
  function insert(t, value) {
    const one = now();
    if (t <= data.time[0] || t >= data.until || data.time.length >= 100 || data.time.includes(t)) return;
    const at = data.time.findIndex((other) => other > t), place = at < 0 ? data.time.length : at;
    for (const other of data.courses) other.values.forEach((values, n) => {
      const before = values[place - 1], after = place < values.length ? values[place] : before;
      const part = place < data.time.length ? (t - data.time[place - 1]) / (data.time[place] - data.time[place - 1]) : 0;
      values.splice(place, 0, other === one && n === line && value !== undefined ? round(clamp(value, one)) : before + (after - before) * part);
    });
    data.time.splice(place, 0, t);
    chosen = place;
    draw();
    send();
  }

  /** Add a point in the widest gap at or after the chosen one, for a hand without a double click. */
  function more() {
    const ends = [...data.time, Math.max(data.until, data.time[data.time.length - 1])];
    let best = -1;
    for (let n = 0; n + 1 < ends.length; n++) if (best < 0 || ends[n + 1] - ends[n] > ends[best + 1] - ends[best]) best = n;
    if (best >= 0) insert(Math.round((ends[best] + ends[best + 1]) / 2));
  }

  function remove(at) {
    if (data.time.length <= 2 || at === 0) return;
    data.time.splice(at, 1);
    for (const one of data.courses) for (const values of one.values) values.splice(at, 1);
    draw();
    send();
  }

  function draw() {
    const one = now(), box = chart.getBoundingClientRect();
    if (box.width > 100) { W = Math.round(box.width); H = Math.round(box.height); }
    chart.setAttribute("viewBox", `0 0 ${W} ${H}`);
    chart.setAttribute("aria-label", says(one));
    const scale = scales(one);
    const kids = [];
    for (const part of [0, 0.5, 1]) {
      const v = scale.low + (scale.top - scale.low) * part;
      kids.push(s("line", {x1: L, x2: W - R, y1: scale.y(v), y2: scale.y(v), class: "grid"}), s("text", {x: L - 5, y: scale.y(v) + 4, "text-anchor": "end"}, number(v, Math.abs(v) < 10 ? 1 : 0)));
    }
    for (let n = 0; n <= 6; n++) {
      const t = scale.first + (scale.end - scale.first) * n / 6;
      kids.push(s("text", {x: scale.x(t), y: H - 5, "text-anchor": n === 6 ? "end" : "middle"}, Math.abs(scale.end) < 7200 ? `${Math.round(t / 60)} min` : Math.abs(scale.end) < 864000 ? `${number(t / 3600, 1)} h` : `${number(t / 86400, 0)} d`));
    }
    one.values.forEach((values, n) => kids.push(s("polyline", {points: values.map((v, i) => `${scale.x(data.time[i])},${scale.y(v)}`).join(" "), class: n === line ? "curve on" : "curve"})));
    if (data.time.length <= 60) one.values[line].forEach((v, i) => {
      const hours = data.time[i] < 7200 ? `${Math.round(data.time[i] / 60)} min` : `${number(data.time[i] / 3600, 1)} h`;
      const dot = s("circle", {cx: scale.x(data.time[i]), cy: scale.y(v), r: 7, class: "dot", tabindex: "0", role: "slider", "aria-label": `${says(one)} ${hours}`, "aria-valuenow": v, "aria-valuetext": `${v} ${one.units}`},
        s("title", {}, `${hours}: ${number(v, 2)} ${one.units}`));
      dot.addEventListener("focus", () => { chosen = i; });
      dot.addEventListener("pointerdown", (event) => { chosen = i; held = {at: i, x: event.clientX, top: scale.top, low: scale.low}; chart.setPointerCapture(event.pointerId); event.preventDefault(); });
      dot.addEventListener("keydown", (event) => {
        const step = (scale.top - scale.low) / 50, by = {ArrowUp: step, ArrowDown: -step}[event.key];
        if (by) { event.preventDefault(); event.stopPropagation(); move(i, v + by); chart.querySelectorAll("circle")[i]?.focus(); }
        const along = {ArrowLeft: -1, ArrowRight: 1}[event.key];
        if (along && i > 0) { event.preventDefault(); event.stopPropagation(); move(i, v, data.time[i] + along * (scale.end - scale.first) / 100); chart.querySelectorAll("circle")[i]?.focus(); }
        if (event.key === "Delete") { event.preventDefault(); remove(i); }
      });
      kids.push(dot);
    });
    fill(chart, kids);
  }

  const watch = new ResizeObserver(() => { if (data && data.courses.length && Math.abs(chart.getBoundingClientRect().width - W) > 4) draw(); });
  watch.observe(chart);
  ctx.ends(() => watch.disconnect());

  return (state) => {
    ctx.root.hidden = !state.courses.length;
    if (!state.courses.length) return;
    if (!held && !due) data = JSON.parse(JSON.stringify(state));
    if (!data.courses.length) data = JSON.parse(JSON.stringify(state));
    const one = now();
    field = one.field;
    line = Math.min(line, one.values.length - 1);
    notice.hidden = !state.trouble;
    fill(notice, state.trouble || "");
    fill(head, h("span", {class: "caption"}, ctx.t("twin.course")),
      h("div", {class: "chips"}, data.courses.map((item) => h("button", {type: "button", class: `chip ${item.field === field ? "on" : ""}`, "aria-pressed": String(item.field === field), title: item.doc, onclick: () => { field = item.field; line = 0; redraw(); }}, `${says(item)}${item.units === "1" ? "" : `, ${item.units}`}`)),
        one.lines.length > 1 ? h("select", {"aria-label": ctx.t("twin.course"), onchange: (event) => { line = event.target.selectedIndex; draw(); }}, one.lines.map((name, n) => h("option", {selected: n === line}, name))) : null),
      h("span", {class: "chips"}, h("button", {type: "button", class: "small", title: ctx.t("twin.point.add"), "aria-label": ctx.t("twin.point.add"), onclick: more}, "+"),
        h("button", {type: "button", class: "small", title: ctx.t("twin.point.drop"), "aria-label": ctx.t("twin.point.drop"), onclick: () => remove(chosen > 0 ? Math.min(chosen, data.time.length - 1) : data.time.length - 1)}, "−")),
      h("span", {class: "muted hint"}, ctx.t("twin.course.hint")));
    draw();
  };

  function redraw() {
    for (const button of head.querySelectorAll("button")) button.classList.remove("on");
    head.querySelectorAll("button")[data.courses.findIndex((one) => one.field === field)]?.classList.add("on");
    draw();
  }
});
