// Two times: the one that is looked at (valid time), and the one at which it was known (as of).

const TimePane = pane("timebar", (ctx) => {
  const play = h("button", {type: "button", class: "play", onclick: () => (timer ? halt() : go())});
  const back = h("button", {type: "button", onclick: () => step(-1, true)}, "−1 h");
  const on = h("button", {type: "button", onclick: () => step(1, true)}, "+1 h");
  const earlier = h("button", {type: "button", onclick: () => step(-24, true)}, "−1 d");
  const later = h("button", {type: "button", onclick: () => step(24, true)}, "+1 d");
  const present = h("button", {type: "button", onclick: () => { halt(); ctx.send("time", {at: null}); }});
  const shown = h("output", {class: "shown num"});
  const day = h("input", {type: "text", class: "num when", maxlength: "20", spellcheck: "false", autocomplete: "off", placeholder: "2026-06-01 03:10", onkeydown: (event) => { if (event.key === "Enter") jump(); if (event.key === "Escape") { day.value = ""; day.blur(); } }});
  const leap = h("button", {type: "button", onclick: () => jump()});
  const bars = s("svg", {class: "bars", preserveAspectRatio: "none", "aria-hidden": "true"});
  const slider = h("input", {type: "range", class: "slider", step: "600000", oninput: () => moved(), onchange: () => moved(true), onkeydown: (event) => keyed(event)});
  const now = h("div", {class: "nowline", "aria-hidden": "true"}, h("span", {}));
  const ticks = h("div", {class: "ticks num muted", "aria-hidden": "true"});
  const asof = h("fieldset", {class: "asof"});
  const legend = h("legend", {});
  const mark = h("strong", {class: "mark num", role: "status"});
  const entry = h("input", {type: "text", class: "num when", maxlength: "20", spellcheck: "false", autocomplete: "off", placeholder: "2026-06-01 03:10", onkeydown: (event) => { if (event.key === "Enter") known(); }});
  const zone = h("span", {class: "muted num"});
  const set = h("button", {type: "button", onclick: known});
  const live = h("button", {type: "button", class: "live", onclick: () => ctx.send("as_of", {at: null})});
  const steps = [-3600, -600, 600, 3600].map((seconds) =>
    h("button", {type: "button", onclick: () => ctx.send("as_of_step", {seconds})}, `${seconds < 0 ? "−" : "+"}${Math.abs(seconds) / 60 < 60 ? `${Math.abs(seconds) / 60} min` : "1 h"}`));
  asof.append(legend, mark, h("div", {class: "entry"}, entry, zone, set), h("div", {class: "steps"}, steps, live));
  ctx.root.append(
    h("div", {class: "valid"},
      h("div", {class: "row"}, play, earlier, back, on, later, present, shown, h("span", {class: "leap"}, day, leap)),
      h("div", {class: "track"}, bars, now, slider), ticks),
    asof);

  let timer = 0;
  let wait = 0;
  let typing = false;
  ctx.ends(() => { clearInterval(timer); clearTimeout(wait); });
  entry.addEventListener("focus", () => { typing = true; });
  entry.addEventListener("blur", () => { typing = false; });

  function limits() {
    const {start = 0, end = 1} = ctx.state;
    return [start, end];
  }

  function moved(sure) {
    clearTimeout(wait);
    label(Number(slider.value));
    // Dragging sends at most five times a second; letting go sends at once.
    wait = setTimeout(() => ctx.send("time", {at: Number(slider.value)}), sure ? 0 : 200);
  }

  function timed() {
    return ctx.state.at !== null && ctx.state.at !== undefined;
  }

  /** Where the slider stands: the time that is looked at, or the present. */
  function at() {
    return timed() ? ctx.state.at : ctx.now();
  }

  /** Go some hours on; `beyond` the bar too, which then follows. */
  function step(hours, beyond) {
    const [start, end] = limits();
    const wanted = (wait ? Number(slider.value) : at()) + hours * 3600000;
    const next = beyond ? wanted : Math.min(end, Math.max(start, wanted));
    if (next >= start && next <= end) {
      slider.value = String(next);
      moved(true);
    } else ctx.send("time", {at: next});
    return next < end;
  }

  const STEPS = {ArrowLeft: -1 / 6, ArrowDown: -1 / 6, ArrowRight: 1 / 6, ArrowUp: 1 / 6, PageDown: -6, PageUp: 6};

  function keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in STEPS)) return;
    step(STEPS[event.key] * (event.shiftKey ? 6 : 1), true);
    event.preventDefault();
  }

  function go() {
    if (Number(slider.value) >= limits()[1]) slider.value = String(limits()[0]);
    timer = setInterval(() => { if (!step(1)) halt(); }, 900);
    words();
  }

  function halt() {
    clearInterval(timer);
    timer = 0;
    words();
  }

  /** Read an entry as a time in the floor's zone: the browser's own zone has no say. A day alone is its noon. */
  function read(text) {
    const parts = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2}))?\s*$/.exec(text);
    const [year, month, date, hour = 12, minute = 0] = parts ? parts.slice(1).map((part) => (part === undefined ? undefined : Number(part))) : [];
    const plain = parts ? Date.UTC(year, month - 1, date, hour, minute) : NaN;
    const same = new Date(plain);
    // 31 June would silently become 1 July.
    if (Number.isNaN(plain) || same.getUTCDate() !== date || same.getUTCHours() !== hour || same.getUTCMinutes() !== minute) { ctx.say(ctx.t("time.bad"), true); return null; }
    const found = plain - shift(plain, ctx.zone) * 60000;
    return plain - shift(found, ctx.zone) * 60000;
  }

  function known() {
    const found = read(entry.value);
    if (found !== null) ctx.send("as_of", {at: found});
  }

  function jump() {
    const found = read(day.value);
    if (found === null) return;
    halt();
    ctx.send("time", {at: found});
    day.value = "";
  }

  ctx.listen(document, "wf:time", () => { day.focus(); day.select(); });
  ctx.listen(document, "wf:earlier", () => step(-1, true));
  ctx.listen(document, "wf:later", () => step(1, true));

  function label(time) {
    const text = fullTime(time, ctx.zone);
    const present = Math.abs(time - ctx.now()) < 300000;
    fill(shown, text, " ", h("span", {class: "muted"}, present ? ctx.t("time.present") : ago(time, ctx.now(), ctx.language)));
    slider.setAttribute("aria-valuetext", text);
  }

  function words() {
    fill(play, timer ? "❚❚" : "▶");
    play.setAttribute("aria-label", ctx.t(timer ? "time.pause" : "time.play"));
    fill(leap, ctx.t("time.go"));
    day.setAttribute("aria-label", ctx.t("time.jump"));
    day.title = ctx.t("time.jump");
    earlier.setAttribute("aria-label", ctx.t("time.earlier"));
    later.setAttribute("aria-label", ctx.t("time.later"));
    back.setAttribute("aria-label", ctx.t("time.back"));
    on.setAttribute("aria-label", ctx.t("time.on"));
    fill(present, ctx.t("time.present"));
    fill(legend, ctx.t("time.known"));
    fill(set, ctx.t("time.set"));
    fill(live, ctx.t("time.live"));
    slider.setAttribute("aria-label", ctx.t("time.valid"));
    entry.setAttribute("aria-label", ctx.t("time.entry"));
  }

  function line() {
    if (!timed() && !wait) { slider.value = String(at()); label(at()); }
    const [start, end] = limits();
    const place = (ctx.now() - start) / (end - start);
    now.hidden = !(place >= 0 && place <= 1);
    now.style.left = `${place * 100}%`;
    fill(now.firstChild, ctx.t(ctx.state.as_of === null ? "time.now" : "time.as_of.short"));
  }

  function draw(state) {
    const density = state.density || [];
    const top = Math.max(1, ...density.map((bin) => bin[0]));
    bars.setAttribute("viewBox", `0 0 ${density.length || 1} 100`);
    bars.replaceChildren(...density.map(([count, worst], place) => {
      const height = count ? 12 + (88 * count) / top : 0;
      return s("rect", {x: place + 0.08, width: 0.84, y: 100 - height, height, class: `bar ${worst}`});
    }));
    const [start, end] = limits();
    const marks = [];
    for (let at = start; at <= end; at += 12 * 3600000) {
      marks.push(h("span", {style: `left:${((at - start) / (end - start)) * 100}%`}, clockTime(at, ctx.zone, undefined).slice(-11)));
    }
    fill(ticks, marks);
  }

  ctx.every(20000, line);
  ctx.ticks = line;
  return (state) => {
    words();
    const [start, end] = limits();
    slider.min = String(start);
    slider.max = String(end);
    wait = 0;
    slider.value = String(at());
    label(at());
    draw(state);
    line();
    present.setAttribute("aria-pressed", timed() ? "false" : "true");
    const past = state.as_of !== null && state.as_of !== undefined;
    asof.classList.toggle("past", past);
    fill(mark, past ? ctx.t("time.as_of", {time: fullTime(state.as_of, ctx.zone)}) : ctx.t("time.is_live"));
    fill(zone, ctx.clock.zone ? offset(past ? state.as_of : ctx.present(), ctx.zone) : "");
    live.disabled = !past;
    const held = past ? state.as_of : ctx.present();
    if (!typing && held) entry.value = new Date(held + shift(held, ctx.zone) * 60000).toISOString().slice(0, 16).replace("T", " ");
  };
});
