// What every pane of the desk shares. Text only ever becomes a text node or an attribute.

const SVG = "http://www.w3.org/2000/svg";
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);

/** Make an element: attributes by name, on* are listeners, children are nodes or text. */
function h(tag, attributes, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

function s(tag, attributes, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  put(node, children);
  return node;
}

function put(node, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replace what a node holds. */
function fill(node, ...children) {
  node.replaceChildren();
  put(node, children);
  return node;
}

function word(key, language) {
  const row = WORDS[key];
  return row === undefined ? key : row[language] || row.en;
}

/** A term with {name} places filled in. */
function phrase(key, language, values) {
  return word(key, language).replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

// ---- time: the floor's clock and zone, never the browser's ----

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", {timeZone: zone, hourCycle: "h23", ...options});
    } catch (error) {
      made = new Intl.DateTimeFormat("en-GB", {timeZone: "UTC", hourCycle: "h23", ...options});
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

function pieces(ms, zone) {
  const found = {};
  const shape = {year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit"};
  for (const part of format(zone, shape).formatToParts(ms)) found[part.type] = part.value;
  return found;
}

/** "12:05", or "06-01 12:05" on another day than `now`. */
function clockTime(ms, zone, now) {
  const at = pieces(ms, zone);
  const today = now === undefined ? null : pieces(now, zone);
  const same = today && at.day === today.day && at.month === today.month && at.year === today.year;
  const year = today && at.year !== today.year ? `${at.year}-` : "";
  return same ? `${at.hour}:${at.minute}` : `${year}${at.month}-${at.day} ${at.hour}:${at.minute}`;
}

/** "2026-06-01 12:05 UTC+8". */
function fullTime(ms, zone) {
  const at = pieces(ms, zone);
  return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute} ${offset(ms, zone)}`;
}

/** "UTC+8" at that time in that zone. */
function offset(ms, zone) {
  const part = format(zone, {timeZoneName: "shortOffset"}).formatToParts(ms).find((p) => p.type === "timeZoneName");
  const text = part ? part.value.replace("GMT", "UTC") : "UTC";
  return text === "UTC" ? "UTC+0" : text;
}

/** Minutes to add to UTC at that time in that zone. */
function shift(ms, zone) {
  const match = /UTC([+-])(\d+)(?::(\d+))?/.exec(offset(ms, zone));
  return match ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] || 0)) : 0;
}

/** "12 min ago", "in 3 h". */
function ago(ms, now, language) {
  const seconds = (now - ms) / 1000;
  const size = Math.abs(seconds);
  const [count, unit] =
    size < 60 ? [0, "now"] : size < 5400 ? [size / 60, "min"] : size < 129600 ? [size / 3600, "h"] : [size / 86400, "d"];
  if (unit === "now") return word("time.now", language);
  return phrase(seconds > 0 ? `time.${unit}.ago` : `time.${unit}.in`, language, {n: Math.round(count)});
}

function span(ms, language) {
  const minutes = Math.max(0, Math.round(ms / 60000));
  if (minutes < 90) return phrase("time.min", language, {n: minutes});
  if (minutes < 2160) return phrase("time.h", language, {n: Math.round(minutes / 60)});
  return phrase("time.d", language, {n: Math.round(minutes / 1440)});
}

const numbers = new Map();

function number(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!numbers.has(digits)) numbers.set(digits, new Intl.NumberFormat("en-GB", {maximumFractionDigits: digits}));
  return numbers.get(digits).format(value).replace(/,/g, "\u202f");
}

// ---- signs: a shape with every colour ----

const SHAPES = {
  Extreme: ["M8 1 L15 8 L8 15 L1 8 Z"],
  Severe: ["M2 2 H14 V14 H2 Z"],
  Moderate: ["M8 1.5 L15 14 H1 Z"],
  Minor: ["M8 1.5 A6.5 6.5 0 1 1 7.99 1.5 Z"],
  Unknown: ["M8 1.5 A6.5 6.5 0 1 1 7.99 1.5 Z", "M4 4 L12 12 M12 4 L4 12"],
};

const HAZARDS = {
  flood: "M1 6 q2-2 3.5 0 t3.5 0 t3.5 0 t3.5 0 M1 11 q2-2 3.5 0 t3.5 0 t3.5 0 t3.5 0",
  landslide: "M1 14 L6 3 L9 8 M5 14 h9 l-3-4 M11 5 h.1 M13 8 h.1",
  earthquake: "M1 8 h3 l1.5-5 3 10 2-7 1 2 h3.5",
  drought: "M8 4.5 A3.5 3.5 0 1 1 7.99 4.5 M8 1 v1.5 M8 13.500 v1.5 M1 8 h1.500 M13.500 8 h1.500 M3 3 l1 1 M12 12 l1 1 M3 13 l1-1 M12 4 l1-1",
  wildfire: "M8 1 c1 3 5 4.500 5 9 a5 5 0 0 1-10 0 c0-2 1-3 2-4 c0 2 1 2.500 1.500 2.500 c-.5-3 .5-5 1.500-7.500",
  storm: "M1 5 h8 a2 2 0 1 0-2-2 M1 8 h11 a2 2 0 1 1-2 2 M1 11 h5 a2 2 0 1 1-2 2",
  chemical: "M6 1 h4 M6.500 1 v5 L2 14 h12 L9.500 6 V1 M4.500 10 h7",
  mine: "M2 6 q6-6 12 0 M8 3 v12",
  epidemic: "M8 5 A3 3 0 1 1 7.99 5 M8 1 v4 M8 11 v4 M1 8 h4 M11 8 h4 M3 3 l3 3 M10 10 l3 3 M13 3 l-3 3 M6 10 l-3 3",
  crowd: "M5 5 A1.800 1.800 0 1 1 4.99 5 M11 5 A1.800 1.800 0 1 1 10.990 5 M2 14 v-3 a3 3 0 0 1 6 0 v3 M8 14 v-3 a3 3 0 0 1 6 0 v3",
  other: "M8 3 v6 M8 12 v.5",
};

/** A size that grows with the text, given for text of 14 pixels. */
function em(size) {
  return `width:${size / 14}em;height:${size / 14}em;flex:none`;
}

function sign(severity, size) {
  const paths = SHAPES[severity] || SHAPES.Unknown;
  return s(
    "svg", {viewBox: "0 0 16 16", style: em(size || 16), "aria-hidden": "true", class: "sign"},
    paths.map((d, place) => s("path", {d, class: place ? "cross" : `fill ${severity in SHAPES ? severity : "Unknown"}`})),
  );
}

function hazardSign(name) {
  return s(
    "svg", {viewBox: "0 0 16 16", style: em(14), "aria-hidden": "true", class: "hazard"},
    s("path", {d: HAZARDS[name] || HAZARDS.other}),
  );
}

/** The sign of a kind of record that must not be taken for another: an alarm is this floor's own. */
function kindSign(kind) {
  if (kind !== "alarm") return null;
  return s("svg", {viewBox: "0 0 16 16", style: em(14), "aria-hidden": "true", class: "hazard bell"},
    s("path", {d: "M8 1 v1.500 M3 12 q1.500-1.500 1.500-5 a3.500 3.500 0 0 1 7 0 q0 3.500 1.500 5 Z M6.500 14 a1.500 1.500 0 0 0 3 0"}));
}

const HEALTH = {
  ok: "M2 8.500 L6.500 13 L14 3",
  late: "M8 1.500 A6.500 6.500 0 1 1 7.99 1.500 M8 4 v4.500 l3 2",
  down: "M3 3 L13 13 M13 3 L3 13",
  off: "M3 8 h10",
  new: "M8 3 A5 5 0 1 1 7.99 3",
};

function healthSign(health) {
  return s(
    "svg", {viewBox: "0 0 16 16", style: em(12), "aria-hidden": "true", class: `health ${health}`},
    s("path", {d: HEALTH[health] || HEALTH.new}),
  );
}

// ---- one pane ----

/** Whether this is a wall, which is read from across a room and which nobody touches. */
const WALL = document.documentElement.hasAttribute("data-wall");

/** Wrap `build(ctx) -> update(state)` as a component of the bundle. */
function pane(name, build) {
  return {
    render({model, el}) {
      const home = el.getRootNode();
      if (home.adoptedStyleSheets && !home.adoptedStyleSheets.includes(sheet)) {
        home.adoptedStyleSheets = [...home.adoptedStyleSheets, sheet];
      }
      // a notebook's page has none of our colours: the part brings them along
      const bare = !getComputedStyle(document.documentElement).getPropertyValue("--wf-page");
      const root = h("div", {class: `wf ${name} ${WALL ? "wall" : ""}`});
      const ends = [];
      let told, state = {}; // what the server wrote, and what it says
      const ctx = {
        model,
        root,
        get language() { return model.language; },
        get state() {
          if (model.state !== told) { told = model.state; state = typeof told === "string" ? JSON.parse(told) : told || {}; }
          return state;
        },
        get clock() { return model.clock || {}; },
        get zone() { return (model.clock || {}).zone || "UTC"; },
        t: (key, values) => (values ? phrase(key, model.language, values) : word(key, model.language)),
        send: (what, rest) => model.send_msg({do: what, ...(rest || {})}),
        ends: (work) => ends.push(work),
        heard: () => {},
        ticks: null,
      };
      let base = performance.now();
      model.on("clock", () => { base = performance.now(); ctx.ticks && ctx.ticks(); });
      /** The floor's time now, in milliseconds; the time asked for when the past is shown. */
      ctx.present = () => ctx.clock.now + (performance.now() - base) * (ctx.clock.speed ?? 1);
      ctx.now = () => (ctx.clock.as_of === null || ctx.clock.as_of === undefined ? ctx.present() : ctx.clock.as_of);
      ctx.listen = (target, type, work) => {
        target.addEventListener(type, work);
        ends.push(() => target.removeEventListener(type, work));
      };
      ctx.every = (ms, work) => {
        const timer = setInterval(work, ms);
        ends.push(() => clearInterval(timer));
      };
      const toast = h("div", {class: "toast", role: "status", "aria-live": "polite"});
      let fading = 0;
      ctx.say = (text, bad) => {
        fill(toast, text);
        toast.classList.toggle("bad", Boolean(bad));
        toast.classList.add("shown");
        clearTimeout(fading);
        fading = setTimeout(() => toast.classList.remove("shown"), 6000);
      };
      const update = build(ctx);
      root.append(toast);
      // what is under a hand stays: a click needs its button from press to release, and keys keep their place
      let pressed = 0, due = false;
      const released = () => {
        clearTimeout(pressed);
        pressed = 0;
        if (due) setTimeout(run, 0); // behind the click
      };
      root.addEventListener("pointerdown", (event) => {
        if (!event.composedPath()[0].closest?.("button, a, summary, label, input[type=checkbox]")) return;
        clearTimeout(pressed);
        pressed = setTimeout(released, 2000);
      });
      ctx.listen(document, "pointerup", released);
      ctx.listen(document, "pointercancel", released);
      const run = () => {
        due = Boolean(pressed);
        if (due) return;
        root.lang = model.language === "zh" ? "zh-CN" : "en";
        if (bare) root.dataset.bare = model.theme || "dark";
        const back = held(root);
        update(ctx.state);
        back();
      };
      model.on("state", run);
      model.on("language", run);
      model.on("theme", run);
      model.on("msg:custom", (message) => {
        if (message && message.say !== undefined) ctx.say(message.say, message.bad);
        else if (message && message.file !== undefined) save(message);
        else ctx.heard(message);
      });
      model.on("remove", () => { clearTimeout(fading); ends.splice(0).forEach((end) => end()); });
      run();
      return root;
    },
  };
}

/** Return what gives the focus back to the element like the one that has it now, should that be taken away. */
function held(root) {
  const home = root.getRootNode(), at = home.activeElement;
  if (!at || at === root || !root.contains(at)) return () => {};
  const sign = (one) => one.getAttribute("aria-label") || one.dataset.name || (/^(INPUT|SELECT)$/.test(one.tagName) ? one.type : one.textContent);
  const alike = () => [...root.querySelectorAll(at.tagName)].filter((one) => sign(one) === mark);
  const mark = sign(at), place = alike().indexOf(at), marked = at.type === "text" ? [at.selectionStart, at.selectionEnd] : null;
  return () => {
    if (home.activeElement && root.contains(home.activeElement)) return;
    const all = alike(), again = all[place] || all[0];
    if (!again) return;
    again.focus({preventScroll: true});
    if (marked && again.type === "text") again.setSelectionRange(...marked);
  };
}

/** Hand the user a file that the server made; the name was made safe there. */
function save(message) {
  const bytes = Uint8Array.from(atob(message.data), (c) => c.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], {type: message.type || "application/octet-stream"}));
  const link = h("a", {href: url, download: message.file});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Tell the page's other panes that something was asked for by a key. */
function shout(what) {
  document.dispatchEvent(new CustomEvent("wf:" + what));
}
