// One record in full: text as text, times with their zone, what changed, and who has seen it.

const DetailPane = pane("detail", (ctx) => {
  const box = h("div", {class: "page"});
  ctx.root.append(box);
  let language = null; // of the message, not of the screen
  let shown = null;
  let note = "";

  function facts(pairs) {
    return h("dl", {class: "facts"}, pairs.filter((pair) => pair && pair[1] !== null && pair[1] !== undefined && pair[1] !== "").map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
  }

  function when(ms) {
    if (ms === null || ms === undefined) return null;
    return h("time", {datetime: new Date(ms).toISOString()}, fullTime(ms, ctx.zone), h("span", {class: "muted"}, ` (${ago(ms, ctx.now(), ctx.language)})`));
  }

  /** Paragraphs of plain text; the sender's line breaks are kept. */
  function prose(text) {
    return String(text).split(/\n\s*\n/).map((part) => h("p", {class: "prose"}, part));
  }

  function link(url) {
    let safe = false;
    try { safe = ["http:", "https:"].includes(new URL(url).protocol); } catch (error) { safe = false; }
    return safe ? h("a", {href: url, target: "_blank", rel: "noopener noreferrer nofollow"}, url) : h("span", {}, url);
  }

  function section(title, ...children) {
    return h("section", {}, h("h3", {}, title), children);
  }

  function head(record) {
    return h("header", {},
      h("div", {class: "line"}, sign(record.severity, 20), h("span", {class: `severity ${record.severity}`}, ctx.t(record.severity)),
        hazardSign(record.hazard), h("span", {}, ctx.t(`hazard.${record.hazard}`)), h("span", {class: "muted"}, kindSign(record.kind), " ", ctx.t(`kind.${record.kind}`)),
        record.badges.map((badge) => h("span", {class: `badge ${badge}`}, ctx.t(`badge.${badge}`)))),
      h("h2", {}, record.title || ctx.t("list.untitled")),
      record.disputed.map((each) => h("p", {class: "notice bad disputed", role: "note"},
        ctx.t("detail.disputed", {type: each.type, time: fullTime(each.sent, ctx.zone), trust: ctx.t(`trust.${each.trust}`)}))),
      record.area ? h("p", {class: "where"}, record.area) : null,
      record.monitor ? h("p", {class: "monitor"}, h("a", {href: record.monitor}, ctx.t("detail.monitor"))) : null,
      record.twin ? h("p", {class: "monitor"}, h("a", {href: record.twin}, ctx.t("detail.twin"))) : null,
      record.placed ? null : coded(record.coded));
  }

  /** Where a message without a shape of its own is drawn, or why it is not. */
  function coded(found) {
    if (!found) return h("p", {class: "muted"}, ctx.t("detail.unplaced"));
    const zones = found.missing.length ? h("p", {class: "muted"}, ctx.t(found.names.length ? "detail.codes.some" : "detail.codes.none", {codes: found.missing.join(", ")})) : null;
    return [
      found.names.length ? h("p", {class: "muted coded"}, h("span", {class: "badge"}, ctx.t("detail.coded")), ` ${ctx.t("detail.coded.long", {names: found.names.join(", ")})}`) : null,
      zones,
    ];
  }

  function acts(record) {
    const seen = record.acts.map((act) => h("li", {}, h("span", {class: "num"}, fullTime(act.at, ctx.zone)), " ", h("strong", {}, act.actor), ` ${ctx.t(`act.${act.action}`)}`, act.note ? `: ${act.note}` : ""));
    const field = h("input", {type: "text", class: "note", maxlength: "500", value: note, placeholder: ctx.t("detail.note"), "aria-label": ctx.t("detail.note"), oninput: (event) => { note = event.target.value; }});
    return section(ctx.t("detail.acts"),
      seen.length ? h("ul", {class: "acts"}, seen) : h("p", {class: "muted"}, ctx.t("detail.unseen")),
      record.may ? h("div", {class: "act"}, field,
        h("button", {type: "button", class: "primary acknowledge", onclick: acknowledge}, ctx.t("detail.acknowledge")))
        : h("p", {class: "muted"}, record.why_not));
  }

  function acknowledge() {
    const record = ctx.state.record;
    if (!record || !record.may) return;
    ctx.send("acknowledge", {kind: record.kind, source: record.source, key: record.key, revision: record.revision, note});
    note = "";
  }

  function texts(record) {
    if (!record.infos.length) return null;
    const languages = record.infos.map((info) => info.language);
    const place = Math.max(0, languages.indexOf(language));
    const info = record.infos[place];
    const tabs = record.infos.length > 1 ? h("div", {class: "tabs", role: "group", "aria-label": ctx.t("detail.languages")},
      record.infos.map((each, index) => h("button", {type: "button", "aria-pressed": index === place ? "true" : "false",
        onclick: () => { language = each.language; draw(); }}, each.label))) : null;
    return section(ctx.t("detail.text"), tabs,
      h("div", {lang: info.language || null},
        info.headline && info.headline !== record.title ? h("p", {class: "headline"}, info.headline) : null,
        info.description ? prose(info.description) : null,
        info.instruction ? [h("h4", {}, ctx.t("detail.instruction")), h("div", {class: "instruction"}, prose(info.instruction))] : null,
        facts([[ctx.t("detail.response"), info.response], [ctx.t("detail.sender"), info.sender], [ctx.t("detail.contact"), info.contact]])));
  }

  function history(record) {
    if (record.revisions.length < 2 && !record.revisions_cut) return null;
    return section(`${ctx.t("detail.history")} (${number(record.revision_count)})`, h("ol", {class: "history"}, record.revisions.map((revision) => h("li", {},
      h("div", {}, h("span", {class: "num"}, fullTime(revision.sent, ctx.zone)), " ", h("span", {class: `badge ${revision.state}`}, ctx.t(`state.${revision.state}`)),
        h("span", {class: "muted num"}, ` ${ctx.t("detail.known")} ${fullTime(revision.known, ctx.zone)}`)),
      revision.changes.length ? h("table", {class: "changes"}, h("tbody", {}, revision.changes.map((change) => h("tr", {},
        h("th", {scope: "row"}, ctx.t(`field.${change.field}`)), h("td", {class: "old"}, h("del", {}, change.old)), h("td", {class: "new"}, h("ins", {}, change.new))))))
        : h("span", {class: "muted"}, revision.first ? ctx.t("detail.first") : ctx.t("detail.same"))))));
  }

  /** Tell the place on the page that nothing is shown, so that it may give its room to the list. */
  function vacant(empty, tries = 60) {
    if (!ctx.root.isConnected) { if (tries) requestAnimationFrame(() => vacant(empty, tries - 1)); return; }
    let node = ctx.root;
    for (let depth = 0; node && depth < 30; depth += 1) {
      if (node.classList && node.classList.contains("wf-slot")) { node.toggleAttribute("data-vacant", empty); return; }
      node = node.parentNode || node.host || null;
    }
  }

  function draw() {
    const record = ctx.state.record;
    if (!record) {
      if (ctx.state.series) { fill(box); return; }
      fill(box, h("div", {class: "empty"}, ctx.t(ctx.state.gone ? "detail.gone" : ctx.state.loading ? "state.loading" : "detail.nothing")));
      return;
    }
    fill(box,
      head(record), acts(record), texts(record),
      section(ctx.t("detail.facts"), facts([
        [ctx.t("urgency"), ctx.t(record.urgency)], [ctx.t("certainty"), ctx.t(record.certainty)], [ctx.t("status"), ctx.t(record.status)],
        [ctx.t("detail.state"), ctx.t(`state.${record.state}`)],
        [ctx.t("detail.sent"), when(record.sent)], [ctx.t("detail.known"), when(record.known)],
        [ctx.t("detail.from"), when(record.from)], [ctx.t("detail.to"), record.to === null ? ctx.t("detail.open") : when(record.to)],
        [ctx.t("detail.source"), record.source], [ctx.t("detail.key"), h("code", {}, record.key)],
        [ctx.t("detail.trust"), h("span", {class: `trust ${record.trust}`}, ctx.t(`trust.${record.trust}.long`))],
      ])),
      record.parameters.length ? section(ctx.t("detail.parameters"), facts(record.parameters)) : null,
      record.links.length ? section(ctx.t("detail.links"), h("ul", {class: "links"}, record.links.map((url) => h("li", {}, link(url))))) : null,
      history(record),
      section(ctx.t("detail.raw"), record.raw ? [
        h("p", {class: "muted"}, "SHA-256 ", h("code", {}, record.raw)),
        h("button", {type: "button", onclick: () => ctx.send("raw", {kind: record.kind, source: record.source, key: record.key})}, ctx.t("detail.download")),
      ] : h("p", {class: "muted"}, ctx.t("detail.no_raw"))));
  }

  ctx.listen(document, "wf:acknowledge", acknowledge);
  ctx.ticks = null;
  return (state) => {
    vacant(!state.record && !state.gone && !state.series);
    const name = state.record ? `${state.record.kind}!${state.record.source}!${state.record.key}` : null;
    if (name !== shown) {
      shown = name;
      note = "";
      language = null;
      box.scrollTop = 0;
      ctx.root.scrollTop = 0;
    }
    if (language === null && state.record) {
      const wanted = state.record.infos.find((info) => (info.language || "").toLowerCase().startsWith(ctx.language));
      language = wanted ? wanted.language : null;
    }
    const active = ctx.root.getRootNode().activeElement;
    const noting = active && active.classList && active.classList.contains("note");
    draw();
    if (noting) { const field = box.querySelector(".note"); if (field) { field.focus(); field.setSelectionRange(note.length, note.length); } }
  };
});
