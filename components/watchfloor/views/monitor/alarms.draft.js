// The message that is written of an alarm: a form, its faults, who agreed, and what became of it.

const SCALE_WORDS = {
  severity: ["Extreme", "Severe", "Moderate", "Minor", "Unknown"], urgency: ["Immediate", "Expected", "Future", "Past", "Unknown"],
  certainty: ["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
};
/** Words of CAP; named here one by one, so that the bundle carries them. */
function capWord(ctx, name) {
  const t = ctx.t;
  return {
    severity: t("severity"), urgency: t("urgency"), certainty: t("certainty"), Extreme: t("Extreme"), Severe: t("Severe"), Moderate: t("Moderate"), Minor: t("Minor"), Unknown: t("Unknown"),
    Immediate: t("Immediate"), Expected: t("Expected"), Future: t("Future"), Past: t("Past"), Observed: t("Observed"), Likely: t("Likely"), Possible: t("Possible"), Unlikely: t("Unlikely"),
    Actual: t("Actual"), Exercise: t("Exercise"), System: t("System"), Test: t("Test"), Draft: t("Draft"),
  }[name] || name;
}

const EXPIRES = [1, 2, 3, 6, 12, 24, 48];

/** A form that keeps what is being typed while news come. Returns a node and `show(state)`. */
function drafting(ctx, send) {
  const home = h("div", {class: "drafting"});
  let key = "", dirty = false, reading = "";

  function editor(draft, state) {
    const changed = () => { dirty = true; saved.disabled = false; approve.disabled = true; };
    const texts = {};
    const boxes = Object.entries(draft.texts).map(([language, fields]) => {
      const made = {
        headline: h("input", {type: "text", maxlength: "500", value: fields.headline, oninput: changed}),
        description: h("textarea", {rows: "4", maxlength: "20000", oninput: changed}, fields.description),
        instruction: h("textarea", {rows: "3", maxlength: "20000", oninput: changed}, fields.instruction),
      };
      texts[language] = made;
      return h("fieldset", {lang: language === "zh" ? "zh-CN" : language}, h("legend", {}, ctx.t(`alarms.draft.in.${language === "zh" ? "zh" : "en"}`)),
        Object.entries(made).map(([name, node]) => field(ctx.t(`alarms.draft.${name}`), node)));
    });
    const scales = Object.fromEntries(Object.entries(SCALE_WORDS).map(([name, words]) => [name, h("select", {onchange: changed}, words.map((each) => h("option", {value: each, selected: each === draft[name]}, capWord(ctx, each))))]));
    const hours = h("select", {onchange: changed}, h("option", {value: ""}, draft.expires ? fullTime(draft.expires, ctx.zone) : "–"), EXPIRES.map((each) => h("option", {value: String(each)}, ctx.t("alarms.draft.hours", {n: each}))));
    const where = h("select", {onchange: changed}, h("option", {value: ""}, draft.area.join("; ") || "–"), state.districts.map((each) => h("option", {value: each}, each)));
    const named = h("input", {type: "text", maxlength: "120", placeholder: ctx.t("alarms.draft.drawn"), oninput: changed});
    const note = h("input", {type: "text", maxlength: "2000", value: draft.note, oninput: changed});
    const collect = () => ({
      what: "edit", id: draft.id, note: note.value, hours: hours.value ? Number(hours.value) : null, district: named.value || where.value, drawn: Boolean(named.value),
      texts: Object.fromEntries(Object.entries(texts).map(([language, made]) => [language, Object.fromEntries(Object.entries(made).map(([name, node]) => [name, node.value]))])),
      ...Object.fromEntries(Object.entries(scales).map(([name, node]) => [name, node.value])),
    });
    const can = allowed("decide", state.may) && state.live;
    const saved = h("button", {type: "submit", disabled: true}, ctx.t("alarms.draft.save"));
    const approve = h("button", {type: "button", class: "primary", disabled: !can || draft.faults.length > 0, onclick: () => { key = ""; send({what: "approve", id: draft.id, step: draft.step}); }}, ctx.t("alarms.draft.approve"));
    return h("form", {class: "draftform", onsubmit: (event) => { event.preventDefault(); dirty = false; key = ""; send(collect()); }, onkeydown: (event) => event.stopPropagation()},
      boxes,
      h("div", {class: "fields"}, Object.entries(scales).map(([name, node]) => field(capWord(ctx, name), node)), field(ctx.t("alarms.draft.expires"), hours), field(ctx.t("alarms.draft.area"), where),
        state.outline ? field(ctx.t("alarms.draft.drawn"), named) : null, field(ctx.t("alarms.draft.note"), note)),
      draft.faults.length ? h("div", {class: "notice bad", role: "alert"}, h("strong", {}, ctx.t("alarms.draft.faults")), h("ul", {}, draft.faults.map((each) => h("li", {lang: "en"}, each)))) : h("p", {class: "fine"}, healthSign("ok"), ` ${ctx.t("alarms.draft.fine")}`),
      h("p", {class: "muted"}, ctx.t("alarms.draft.who", {authors: draft.authors.join(", "), n: draft.approvals.length, of: draft.needed, status: capWord(ctx, draft.status)})),
      h("div", {class: "line"}, can ? saved : null, approve, h("button", {type: "button", onclick: () => ctx.send("xml", {id: draft.id})}, "XML"),
        can ? h("button", {type: "button", class: "danger", onclick: () => why("withdraw", draft)}, ctx.t("alarms.draft.withdraw")) : null));
  }

  /** Ask why, then do it. */
  function why(what, draft) {
    const reason = h("input", {type: "text", maxlength: "500", required: what === "withdraw"});
    const form = h("form", {class: "actform", onsubmit: (event) => { event.preventDefault(); reading = ""; key = ""; dirty = false; send({what, id: draft.id, reason: reason.value}); }, onkeydown: (event) => { event.stopPropagation(); if (event.key === "Escape") { reading = ""; key = ""; show(ctx.state); } }},
      h("p", {class: "ask"}, ctx.t(`alarms.draft.ask.${what}`)), field(ctx.t("alarms.reason"), reason),
      h("div", {class: "line"}, h("button", {type: "submit", class: `primary ${what === "update" ? "" : "danger"}`}, ctx.t(`alarms.draft.${what}`)), h("button", {type: "button", onclick: () => { reading = ""; key = ""; dirty = false; show(ctx.state); }}, ctx.t("alarms.cancel"))));
    reading = what;
    fill(home, form);
    reason.focus();
  }

  function issued(draft, state) {
    const can = allowed("decide", state.may) && state.live && draft.stage === "issued";
    return h("div", {},
      h("p", {}, h("strong", {}, ctx.t(`alarms.draft.stage.${draft.stage}`)), draft.issue ? [` ${draft.issue.sent} · `, h("code", {}, draft.issue.identifier), ` · ${capWord(ctx, draft.issue.status)}${draft.issue.signed ? ` · ${ctx.t("alarms.draft.signed")}` : ""}`] : ` ${draft.reason}`),
      Object.entries(draft.texts).map(([language, fields]) => h("div", {class: "said", lang: language === "zh" ? "zh-CN" : language}, h("strong", {}, fields.headline), fields.description.split(/\n+/).map((each) => h("p", {}, each)), fields.instruction ? h("p", {class: "instruction"}, fields.instruction) : null)),
      h("div", {class: "line"}, can ? ["update", "cancel", "mistake"].map((what) => h("button", {type: "button", class: what === "update" ? "" : "danger", onclick: () => why(what, draft)}, ctx.t(`alarms.draft.${what}`))) : null,
        draft.stage === "issued" ? h("button", {type: "button", onclick: () => ctx.send("xml", {id: draft.id})}, "XML") : null));
  }

  function show(state) {
    const draft = state.draft;
    const now = draft ? `${draft.id} ${draft.step} ${draft.stage} ${ctx.language} ${state.live} ${state.outline} ${JSON.stringify(state.may)}` : `none ${state.row ? state.row.id : ""} ${state.live} ${ctx.language} ${JSON.stringify(state.may)}`;
    if (now === key || (reading && key)) return;
    if (dirty && draft && key.startsWith(`${draft.id} `)) { // somebody else changed it while words are being typed here
      if (!home.querySelector(".moved")) home.prepend(h("p", {class: "notice moved", role: "status"}, ctx.t("alarms.draft.moved"), " ", h("button", {type: "button", onclick: () => { dirty = false; key = ""; show(ctx.state); }}, ctx.t("alarms.draft.again"))));
      return;
    }
    key = now; dirty = false; reading = "";
    const can = allowed("decide", state.may) && state.live;
    const writing = (state.drafts || []).some((each) => each.stage === "writing");
    fill(home,
      h("div", {class: "line"}, can && !writing ? h("button", {type: "button", class: "primary write", onclick: () => send({what: "new", alarm: state.row.id, whole: true})}, ctx.t("alarms.draft.new")) : null,
        (state.drafts || []).length > 1 ? state.drafts.map((each) => h("button", {type: "button", "aria-pressed": draft && each.id === draft.id ? "true" : "false", onclick: () => { dirty = false; ctx.send("draft", {id: each.id}); }}, `${ctx.t(`alarms.draft.kind.${each.kind}`)} · ${ctx.t(`alarms.draft.stage.${each.stage}`)} · ${clockTime(each.at, ctx.zone, ctx.now())}`)) : null),
      draft ? [draft.stage === "writing" ? editor(draft, state) : issued(draft, state),
        h("ol", {class: "trail muted"}, draft.steps.map((each) => h("li", {}, h("span", {class: "num"}, fullTime(each.at, ctx.zone)), ` ${each.by}: ${ctx.t(`alarms.draft.step.${each.event}`)}`)))] : h("p", {class: "muted"}, ctx.t(can ? "alarms.draft.none" : "alarms.draft.maynot")));
  }
  return {home, show};
}
