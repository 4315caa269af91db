// What the parts of the alarms share: signs of states, lengths of time, values with their units.

const COLOURS = ["red", "orange", "yellow", "blue"];
const BY_COLOUR = {red: "Extreme", orange: "Severe", yellow: "Moderate", blue: "Minor"};

const STATES = {
  unacknowledged: "M8 1.500 v8 M8 12.500 v1.500",
  acknowledged: "M2 8.500 L6.500 13 L14 3",
  returned: "M8 2 v10 M3.500 8 L8 12.500 L12.500 8",
  shelved: "M5 3 v10 M11 3 v10",
  suppressed: "M2 14 L9 7 M9 7 a3.500 3.500 0 1 1 3 3 M9 7 L12 10",
  "out-of-service": "M3 3 L13 13 M13 3 L3 13",
  closed: "M3 3 H13 V13 H3 Z",
};

function stateSign(state) {
  return s("svg", {viewBox: "0 0 16 16", style: em(13), "aria-hidden": "true", class: `astate ${state}`}, s("path", {d: STATES[state] || STATES.closed}));
}

/** Sign and word of a warning colour: never the colour alone. */
function colourWord(ctx, colour) {
  const severity = BY_COLOUR[colour] || "Unknown";
  return h("span", {class: "acolour"}, sign(severity, 15), h("span", {class: `severity ${severity}`}, ctx.t(colour ? `alarms.colour.${colour}` : "alarms.colour.none")));
}

function titled(ctx, item) {
  return ctx.language === "zh" && item.zh ? item.zh : item.title;
}

/** What was said of something by name, in the page's language; of what is known in English words alone, those. */
function spoken(ctx, item, name, attrs) {
  const zh = ctx.language === "zh" && item[`${name}_zh`];
  return {attrs: {...attrs, lang: zh ? "zh-Hans" : "en"}, text: zh || item[name]};
}

/** The paragraph that says why. */
function reasoned(ctx, row) {
  const said = spoken(ctx, row, "why", {class: "why"});
  return h("p", said.attrs, said.text);
}

/** "4 min 05 s", "2 h 10 min". */
function lasting(ctx, ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 3600) return ctx.t("alarms.mmss", {m: Math.floor(seconds / 60), s: String(seconds % 60).padStart(2, "0")});
  if (seconds < 172800) return ctx.t("alarms.hhmm", {h: Math.floor(seconds / 3600), m: String(Math.floor(seconds / 60) % 60).padStart(2, "0")});
  return ctx.t("time.d", {n: Math.round(seconds / 86400)});
}

function amount(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return number(value, size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

/** "2.41 m, limit 2.40 m". */
function held(ctx, row) {
  if (row.value === null || row.value === undefined) return null;
  const units = row.units ? ` ${row.units}` : "";
  const limit = row.limit === null || row.limit === undefined ? null : h("span", {class: "muted"}, ` ${ctx.t("alarms.limit")} ${amount(row.limit)}${units}`);
  return h("span", {class: "measured num"}, h("strong", {}, `${amount(row.value)}${units}`), limit);
}

function places(ctx, row) {
  const names = row.stations.map((one) => (ctx.language === "zh" && one.zh ? one.zh : one.title));
  return names.slice(0, 3).join(", ") + (names.length + row.more > 3 ? ` +${names.length + row.more - 3}` : "");
}

/** Who did something, when, why, until when. */
function done(ctx, act) {
  if (!act) return "";
  const until = act.until ? ` ${ctx.t("alarms.until", {time: clockTime(act.until, ctx.zone, ctx.now())})}` : "";
  return `${act.by} ${clockTime(act.at, ctx.zone, ctx.now())}${until}${act.reason ? `: ${act.reason}` : ""}`;
}

/** What else is to be said of an alarm, each with its reason. */
function remarks(ctx, row) {
  const found = [];
  const put = (name, why) => found.push(h("span", {class: `remark ${name}`}, h("span", {class: "badge"}, ctx.t(`alarms.remark.${name}`)), why ? ` ${why}` : ""));
  if (row.escalated) put("escalated", ctx.t("alarms.times", {n: row.escalated}));
  if (row.owner) put("owner", row.owner);
  if (row.weakened) put("weakened", ctx.t("alarms.weakened"));
  if (row.chattering) put("chattering", ctx.t("alarms.chattering", {n: row.chattering}));
  if (row.shelf) put("shelved", done(ctx, row.shelf));
  if (row.override) put("override", `${ctx.t(row.by_rule ? `alarms.colour.${row.by_rule}` : "alarms.colour.none")} → ${ctx.t(row.override.colour ? `alarms.colour.${row.override.colour}` : "alarms.colour.none")}, ${done(ctx, row.override)}`);
  if (row.disabled) put("disabled", done(ctx, row.disabled));
  if (row.suppressed) put("suppressed", row.suppressed);
  if (!row.standing && row.cleared !== null) put("cleared", clockTime(row.cleared, ctx.zone, ctx.now()));
  return found;
}

/** A field with its label; the label is read out with it. */
function field(label, input) {
  return h("label", {class: "field"}, h("span", {}, label), input);
}
