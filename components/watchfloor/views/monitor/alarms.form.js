// What can be done to alarms, and the small form that asks for what an act needs before it is sent.

/** The acts that make sense for one alarm, by its state; the server checks them all the same. */
function actsFor(row) {
  if (row.state === "closed") return row.undo ? ["undo"] : [];
  const covered = row.shelf ? ["unshelve"] : ["shelve"];
  return [
    ...(row.waits ? ["acknowledge"] : []), "assign", ...(row.state === "unacknowledged" ? ["escalate"] : []), ...covered,
    ...(row.override ? ["release"] : ["override"]), ...(row.disabled ? ["enable"] : ["disable"]), "close", ...(row.undo ? ["undo"] : []),
  ];
}

const ACT_KEYS = {acknowledge: "a", assign: "e", shelve: "h", unshelve: "h", override: "r", release: "r", close: "c", undo: "u", merge: "m", split: "p"};
const NEEDS_RIGHT = {acknowledge: "acknowledge", assign: "acknowledge", escalate: "acknowledge", merge: "acknowledge", split: "acknowledge", undo: "acknowledge"};
const AT_ONCE = new Set(["undo", "unshelve", "release", "enable", "escalate"]);

function allowed(what, may) {
  return Boolean((may || {})[NEEDS_RIGHT[what] || "decide"]);
}

/** Ask for what an act needs. `send(values)` is called once with it; Escape closes. */
function actForm(ctx, what, count, {send, close, shelf, row}) {
  const reason = h("input", {type: "text", maxlength: "500", autocomplete: "off", name: "reason"});
  const to = h("input", {type: "text", maxlength: "80", autocomplete: "off", name: "to", value: row && row.owner});
  const hours = [0.25, 0.5, 1, 2, 4, 8, 12, 24].filter((each) => each <= (what === "shelve" ? shelf : 24));
  const until = h("select", {name: "until"}, hours.map((each) => h("option", {value: String(each * 60), selected: each === 1}, each < 1 ? ctx.t("time.min", {n: each * 60}) : ctx.t("time.h", {n: each}))));
  const colour = h("select", {name: "colour"}, [...COLOURS, ""].map((each) => h("option", {value: each, selected: Boolean(row) && each === row.colour}, ctx.t(each ? `alarms.colour.${each}` : "alarms.colour.none"))));
  const problem = h("p", {class: "late problem", role: "alert", hidden: true});
  const needsReason = ["shelve", "override", "disable", "close"].includes(what);
  const asked = {reason: () => field(ctx.t("alarms.reason"), reason), note: () => field(ctx.t("alarms.note"), reason), to: () => field(ctx.t("alarms.to"), to), until: () => field(ctx.t("alarms.for"), until), colour: () => field(ctx.t("alarms.newcolour"), colour)};
  const fields = ({acknowledge: ["note"], assign: ["to"], shelve: ["reason", "until"], override: ["colour", "reason", "until"], disable: ["reason"], close: ["reason"]}[what] || []).map((each) => asked[each]());
  const go = h("button", {type: "submit", class: `primary ${["close", "disable"].includes(what) ? "danger" : ""}`}, count > 1 ? `${ctx.t(`alarms.act.${what}`)} (${count})` : ctx.t(`alarms.act.${what}`));
  const form = h("form", {
    class: "actform", "aria-label": ctx.t(`alarms.act.${what}`),
    onsubmit: (event) => {
      event.preventDefault();
      if (needsReason && !reason.value.trim()) { fill(problem, ctx.t("alarms.reason.needed")); problem.hidden = false; reason.focus(); return; }
      if (what === "assign" && !to.value.trim()) { to.focus(); return; }
      send({reason: reason.value, to: to.value, minutes: Number(until.value), colour: colour.value});
    },
    onkeydown: (event) => { event.stopPropagation(); if (event.key === "Escape") { event.preventDefault(); close(); } },
  }, h("p", {class: "ask"}, ctx.t(`alarms.ask.${what}`, {n: count})), fields, problem, h("div", {class: "line"}, go, h("button", {type: "button", onclick: close}, ctx.t("alarms.cancel"))));
  const first = () => (form.querySelector("input, select") || go).focus();
  return {form, first};
}
